-- The entries each adopted one was made from.
-- source: network.yml, adoptions
-- grain: one row per entry version and parent
-- key: entry_version, parent_id
SELECT DISTINCT
    adopted.entry_version,
    'entry' AS parent_kind,
    id_text(adopting.parent_version) AS parent_id
FROM exchange.adopting_{g} AS adopting
INNER JOIN exchange.adopted_{g} AS adopted
    ON adopted.entry_id = adopting.entry_id
    AND coalesce(adopted.ground, '∅') = coalesce(adopting.ground, '∅')
    AND coalesce(adopted.severity, '∅') = coalesce(adopting.severity, '∅')
    AND coalesce(adopted.value, '∅') = coalesce(adopting.value, '∅')
    AND adopted.from_day <= adopting.from_day
    AND adopted.to_day >= adopting.to_day
