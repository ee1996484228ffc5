-- The name, division and address a registry believes each of its subjects to have, and since when.
-- `address_end` is the last ten characters of the address: street and number, which all write alike.
-- source: the registries' own contracts
-- grain: one row per subject, name with division and address, and period of belief
-- key: subject_id, name, division, address, from_day
-- intervals: union by subject_id
SELECT
    hash_id(concat_ws('|', names.feed, id_text(names.record_id))) AS subject_id,
    names.subject_kind,
    name_key(names.value) AS name_key,
    names.value AS name,
    names.division,
    addresses.value AS address,
    substr(name_key(addresses.value), greatest(length(name_key(addresses.value)) - 9, 1), 10) AS address_end,
    names.from_day,
    names.to_day
FROM conform.statements AS names
LEFT JOIN conform.statements AS addresses
    ON addresses.feed = names.feed
    AND addresses.record_id = names.record_id
    AND addresses.version = names.version
    AND addresses.from_day = names.from_day
    AND addresses.property = 'address'
WHERE names.id_scheme = 'record'
    AND names.property = 'name'
