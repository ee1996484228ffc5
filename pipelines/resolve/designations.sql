-- The different ways in which records refer to somebody: what is alike is looked up once.
-- `vouched` says that the identifier passes its check and is of a kind that may be used at this level
-- of joining: if nobody is registered under it, the record waits rather than being matched by name.
-- source: GB 32100-2015, GB 11714-1997, GB 11643-1999 and GS15-2006 for the checks
-- grain: one row a reference
-- key: reference_id
SELECT DISTINCT
    m.reference_id AS reference_id,
    m.id_scheme AS id_scheme,
    m.id_value AS id_value,
    m.name_key AS name_key,
    m.division AS division,
    m.address AS address,
    m.subject_kind AS subject_kind,
    coalesce(m.id_scheme <> 'masked_resident_no' AND id_ok(m.id_scheme, m.id_value), FALSE)
    AND EXISTS (
        SELECT 1
        FROM codes.join_methods AS j
        INNER JOIN codes.run AS r ON r.join_level = j.join_level
        WHERE j.id_scheme = m.id_scheme
    ) AS vouched
FROM resolve.mentions AS m
WHERE m.id_scheme IS NULL OR m.id_scheme <> 'record'
