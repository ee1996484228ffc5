-- Whom each believed record speaks of, in the record's own words, brought to one form. An event has one
-- subject; a link has two sides, a and b; a statement is about whom it is stated of. What stands in
-- place of an identifier but has not the shape of one (a word for nothing, a sign, zeros) is no key:
-- the record goes on as if it gave none.
-- source: the shapes events, statements and links
-- grain: one row a record, version, role, reference and period of belief
-- key: record_id, version, role, reference_id, from_day
WITH spoken AS (
    SELECT
        e.record_id AS record_id,
        e.version AS version,
        'subject' AS role,
        e.feed AS feed,
        e.id_scheme AS id_scheme,
        e.id_value AS id_value,
        e.name AS name,
        e.division AS division,
        e.address AS address,
        e.subject_kind AS subject_kind,
        e.from_day AS from_day,
        e.to_day AS to_day
    FROM conform.events AS e
    UNION ALL
    SELECT DISTINCT
        s.record_id AS record_id,
        s.version AS version,
        'stated' AS role,
        s.feed AS feed,
        s.id_scheme AS id_scheme,
        s.id_value AS id_value,
        s.name AS name,
        s.division AS division,
        CAST(NULL AS VARCHAR) AS address,
        s.subject_kind AS subject_kind,
        s.from_day AS from_day,
        s.to_day AS to_day
    FROM conform.statements AS s
    UNION ALL
    SELECT DISTINCT
        l.record_id AS record_id,
        l.version AS version,
        'a' AS role,
        l.feed AS feed,
        l.a_scheme AS id_scheme,
        l.a_value AS id_value,
        l.a_name AS name,
        l.a_division AS division,
        CAST(NULL AS VARCHAR) AS address,
        l.a_kind AS subject_kind,
        l.from_day AS from_day,
        l.to_day AS to_day
    FROM conform.links AS l
    UNION ALL
    SELECT DISTINCT
        l.record_id AS record_id,
        l.version AS version,
        'b' AS role,
        l.feed AS feed,
        l.b_scheme AS id_scheme,
        l.b_value AS id_value,
        l.b_name AS name,
        l.b_division AS division,
        CAST(NULL AS VARCHAR) AS address,
        l.b_kind AS subject_kind,
        l.from_day AS from_day,
        l.to_day AS to_day
    FROM conform.links AS l
),

keyed AS (
    SELECT
        s.record_id AS record_id,
        s.version AS version,
        s.role AS role,
        s.feed AS feed,
        s.id_scheme AS id_scheme,
        key_value(s.id_scheme, s.id_value) AS id_value,
        s.name AS name,
        s.division AS division,
        s.address AS address,
        s.subject_kind AS subject_kind,
        s.from_day AS from_day,
        s.to_day AS to_day
    FROM spoken AS s
)

SELECT
    k.record_id AS record_id,
    k.version AS version,
    k.role AS role,
    k.feed AS feed,
    reference_key(k.id_scheme, k.id_value, k.name, k.division, k.address, k.subject_kind) AS reference_id,
    CASE WHEN k.id_value IS NOT NULL THEN k.id_scheme END AS id_scheme,
    k.id_value AS id_value,
    name_key(k.name) AS name_key,
    k.division AS division,
    normal_form(k.address) AS address,
    k.subject_kind AS subject_kind,
    k.from_day AS from_day,
    k.to_day AS to_day
FROM keyed AS k
