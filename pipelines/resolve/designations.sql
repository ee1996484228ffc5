-- The different ways in which records refer to somebody: what is alike is looked up once.
-- `vouched` says that the identifier passes its check and is of a kind that may be used at this level
-- of joining: if nobody is registered under it, the record waits rather than being matched by name.
-- `short_value` is what it gives that is a part, or the masked form, of a number a register holds.
-- `address_end` is the last ten characters of an address that has to do where nothing else is given.
-- source: GB 32100-2015, GB 11714-1997, GB 11643-1999 and GS15-2006 for the checks
-- grain: one row per reference
-- key: reference_id
WITH said AS (
    -- All mentions with one reference_id say the same, so the least of each is what they say.
    SELECT
        reference_id,
        min(id_scheme) AS id_scheme,
        min(id_value) AS id_value,
        min(name_key) AS name_key,
        min(division) AS division,
        min(address) AS address,
        name_key(min(address)) AS address_key,
        min(subject_kind) AS subject_kind
    FROM resolve.mentions
    WHERE id_scheme IS NULL OR id_scheme <> 'record'
    GROUP BY reference_id
),

usable AS (
    SELECT DISTINCT join_methods.id_scheme
    FROM codes.join_methods
    INNER JOIN codes.run ON run.join_level = join_methods.join_level
    WHERE join_methods.id_scheme <> 'masked_resident_no'
)

SELECT
    said.reference_id,
    said.id_scheme,
    said.id_value,
    CASE
        WHEN said.id_scheme IN ('org_code', 'masked_resident_no') THEN said.id_value
        WHEN said.id_scheme = 'tax_no' AND length(said.id_value) = 15 THEN substr(said.id_value, 7, 9)
    END AS short_value,
    said.name_key,
    said.division,
    said.address,
    CASE
        WHEN said.id_scheme IS NULL AND said.division IS NULL
            THEN substr(said.address_key, greatest(length(said.address_key) - 9, 1), 10)
    END AS address_end,
    said.subject_kind,
    usable.id_scheme IS NOT NULL AND coalesce(id_ok(said.id_scheme, said.id_value), FALSE) AS vouched
FROM said
LEFT JOIN usable ON usable.id_scheme = said.id_scheme
