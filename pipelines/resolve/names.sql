-- The name, division and address a registry believes each of its subjects to have, and since when.
-- `address_end` is the last ten characters of the address: street and number, which all write alike.
-- source: the registries' own contracts
-- grain: one row a subject, name with division and address, and period of belief
-- key: subject_id, name, division, address, from_day
-- unit: feed, record_id
-- touches: conform.statements s ON s.record_id = unit.record_id AND s.feed = unit.feed
-- gives: subject_id = hash_id(concat_ws('|', unit.feed, id_text(unit.record_id)))
-- intervals: union
SELECT
    hash_id(concat_ws('|', n.feed, id_text(n.record_id))) AS subject_id,
    n.subject_kind AS subject_kind,
    name_key(n.value) AS name_key,
    n.value AS name,
    n.division AS division,
    a.value AS address,
    substr(name_key(a.value), greatest(length(name_key(a.value)) - 9, 1), 10) AS address_end,
    n.from_day AS from_day,
    n.to_day AS to_day
FROM conform.statements AS n
LEFT JOIN conform.statements AS a
    ON a.record_id = n.record_id
    AND a.version = n.version
    AND a.from_day = n.from_day
    AND a.property = 'address'
WHERE n.id_scheme = 'record'
    AND n.property = 'name'
