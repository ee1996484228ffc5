-- What the resident register says of each resident, one property a row. The register speaks of its
-- own entry, so the subject is the record itself, whatever number stands in it. Number and birth
-- hold since the birth; all else since the record has stood as it stands.
-- source: conform.residents
-- grain: one row per version of a record, stretch of belief and property
-- key: record_id, version, from_day, property
WITH entries AS (
    SELECT
        *,
        clean_text(xm) AS name,
        normal_form(xzqh) AS division,
        clean_text(zz) AS address,
        id_of('resident_no', gmsfhm) AS resident_no,
        parse_day(csrq) AS born,
        parse_day(bgrq) AS stands_since
    FROM conform.residents
),

told AS (
    SELECT
        entries.*,
        properties.property,
        CASE properties.property
            WHEN 'resident_no' THEN entries.resident_no
            WHEN 'name' THEN entries.name
            WHEN 'address' THEN entries.address
            WHEN 'division' THEN entries.division
            WHEN 'born' THEN CAST(entries.born AS VARCHAR)
        END AS value,
        CASE
            WHEN properties.property IN ('resident_no', 'born') THEN entries.born
            ELSE entries.stands_since
        END AS valid_from
    FROM entries
    CROSS JOIN (
        VALUES
        ('resident_no'), ('name'), ('address'), ('division'), ('born')
    ) AS properties (property)
)

SELECT
    record_id,
    version,
    feed,
    effect,
    'record' AS id_scheme,
    id_text(record_id) AS id_value,
    name,
    division,
    'resident' AS subject_kind,
    property,
    value,
    valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM told
WHERE value IS NOT NULL
