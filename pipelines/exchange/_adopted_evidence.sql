-- The entries each adopted one was made from.
-- source: network.yml, adoptions
-- grain: one row an entry version and parent
-- key: entry_version, parent_id
-- unit: entry_id
-- touches: exchange.adopting_{g} a ON a.entry_id = unit.entry_id
-- touches: exchange.adopted_{g} e ON e.entry_id = unit.entry_id
-- gives: e.entry_version
SELECT DISTINCT
    e.entry_version AS entry_version,
    'entry' AS parent_kind,
    id_text(a.parent_version) AS parent_id
FROM exchange.adopting_{g} AS a
INNER JOIN exchange.adopted_{g} AS e
    ON e.entry_id = a.entry_id
    AND coalesce(e.ground, '∅') = coalesce(a.ground, '∅')
    AND coalesce(e.severity, '∅') = coalesce(a.severity, '∅')
    AND e.from_day <= a.from_day
    AND e.to_day >= a.to_day
