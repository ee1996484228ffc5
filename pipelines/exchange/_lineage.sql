-- The lists behind each adopted entry, so that none is adopted into a list it descends from.
-- source: network.yml, adoptions
-- grain: one row per entry and list behind it
-- key: entry_id, list
SELECT DISTINCT
    adopting.entry_id,
    adopting.from_list AS list
FROM exchange.adopting_{g} AS adopting{older}
