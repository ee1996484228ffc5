-- The different ways in which records refer to somebody: what is alike is looked up once.
-- `vouched` says that the identifier passes its check and is of a kind that may be used at this level
-- of joining: if nobody is registered under it, the record waits rather than being matched by name.
-- `short_value` is what it gives that is a part, or the masked form, of a number a register holds.
-- `address_end` is the last ten characters of an address that has to do where nothing else is given.
-- source: GB 32100-2015, GB 11714-1997, GB 11643-1999 and GS15-2006 for the checks
-- grain: one row a reference
-- key: reference_id
WITH said AS (
    -- All mentions with one reference_id say the same, so the least of each is what they say.
    SELECT
        m.reference_id AS reference_id,
        min(m.id_scheme) AS id_scheme,
        min(m.id_value) AS id_value,
        min(m.name_key) AS name_key,
        min(m.division) AS division,
        min(m.address) AS address,
        name_key(min(m.address)) AS address_key,
        min(m.subject_kind) AS subject_kind
    FROM resolve.mentions AS m
    WHERE m.id_scheme IS NULL OR m.id_scheme <> 'record'
    GROUP BY m.reference_id
),

usable AS (
    SELECT DISTINCT j.id_scheme AS id_scheme
    FROM codes.join_methods AS j
    INNER JOIN codes.run AS r ON r.join_level = j.join_level
    WHERE j.id_scheme <> 'masked_resident_no'
)

SELECT
    s.reference_id AS reference_id,
    s.id_scheme AS id_scheme,
    s.id_value AS id_value,
    CASE
        WHEN s.id_scheme IN ('org_code', 'masked_resident_no') THEN s.id_value
        WHEN s.id_scheme = 'tax_no' AND length(s.id_value) = 15 THEN substr(s.id_value, 7, 9)
    END AS short_value,
    s.name_key AS name_key,
    s.division AS division,
    s.address AS address,
    CASE
        WHEN s.id_scheme IS NULL AND s.division IS NULL
            THEN substr(s.address_key, greatest(length(s.address_key) - 9, 1), 10)
    END AS address_end,
    s.subject_kind AS subject_kind,
    u.id_scheme IS NOT NULL AND coalesce(id_ok(s.id_scheme, s.id_value), FALSE) AS vouched
FROM said AS s
LEFT JOIN usable AS u ON u.id_scheme = s.id_scheme
