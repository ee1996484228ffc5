-- Whom each believed record speaks of, in the record's own words, brought to one form. An event has one
-- subject; a link has two sides, a and b; a statement is about whom it is stated of. What stands in
-- place of an identifier but has not the shape of one (a word for nothing, a sign, zeros) is no key:
-- the record goes on as if it gave none.
-- source: the shapes events, statements and links
-- grain: one row per record, version, role, reference and period of belief
-- key: record_id, version, role, reference_id, from_day
WITH spoken AS (
    SELECT
        record_id,
        version,
        'subject' AS role,
        feed,
        id_scheme,
        id_value,
        name,
        division,
        address,
        subject_kind,
        from_day,
        to_day
    FROM conform.events
    UNION ALL
    SELECT DISTINCT
        record_id,
        version,
        'stated' AS role,
        feed,
        id_scheme,
        id_value,
        name,
        division,
        CAST(NULL AS VARCHAR) AS address,
        subject_kind,
        from_day,
        to_day
    FROM conform.statements
    UNION ALL
    SELECT DISTINCT
        record_id,
        version,
        'a' AS role,
        feed,
        a_scheme AS id_scheme,
        a_value AS id_value,
        a_name AS name,
        a_division AS division,
        CAST(NULL AS VARCHAR) AS address,
        a_kind AS subject_kind,
        from_day,
        to_day
    FROM conform.links
    UNION ALL
    SELECT DISTINCT
        record_id,
        version,
        'b' AS role,
        feed,
        b_scheme AS id_scheme,
        b_value AS id_value,
        b_name AS name,
        b_division AS division,
        CAST(NULL AS VARCHAR) AS address,
        b_kind AS subject_kind,
        from_day,
        to_day
    FROM conform.links
),

keyed AS (
    SELECT
        record_id,
        version,
        role,
        feed,
        id_scheme,
        key_value(id_scheme, id_value) AS id_value,
        name,
        division,
        address,
        subject_kind,
        from_day,
        to_day
    FROM spoken
)

SELECT
    record_id,
    version,
    role,
    feed,
    reference_key(id_scheme, id_value, name, division, address, subject_kind) AS reference_id,
    CASE WHEN id_value IS NOT NULL THEN id_scheme END AS id_scheme,
    id_value,
    name_key(name) AS name_key,
    division,
    normal_form(address) AS address,
    subject_kind,
    from_day,
    to_day
FROM keyed
