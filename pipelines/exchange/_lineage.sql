-- The lists behind each adopted entry, so that none is adopted into a list it descends from.
-- source: network.yml, adoptions
-- grain: one row an entry and list behind it
-- key: entry_id, list
SELECT DISTINCT
    a.entry_id AS entry_id,
    a.from_list AS list
FROM exchange.adopting_{g} AS a{older}
