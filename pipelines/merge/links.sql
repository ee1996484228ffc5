-- Relations between two subjects, while the record and the matches of both its sides are believed.
-- source: conform.links and resolve.matches
-- grain: one row a record, version, pair of sides and period of belief
-- key: record_id, version, link_kind, a_id, b_id, from_day
WITH keyed AS (
    SELECT
        *,
        key_value(a_scheme, a_value) AS a_key,
        key_value(b_scheme, b_value) AS b_key
    FROM conform.links
),

sides AS (
    SELECT
        l.link_kind AS link_kind,
        l.record_id AS record_id,
        l.version AS version,
        l.feed AS feed,
        l.valid_from AS valid_from,
        l.valid_to AS valid_to,
        l.from_day AS from_day,
        l.to_day AS to_day,
        reference_key(l.a_scheme, l.a_key, l.a_name, l.a_division, CAST(NULL AS VARCHAR), l.a_kind)
            AS a_reference,
        reference_key(l.b_scheme, l.b_key, l.b_name, l.b_division, CAST(NULL AS VARCHAR), l.b_kind)
            AS b_reference
    FROM keyed AS l
)

SELECT
    l.link_kind AS link_kind,
    a.subject_id AS a_id,
    b.subject_id AS b_id,
    l.record_id AS record_id,
    l.version AS version,
    l.feed AS feed,
    l.valid_from AS valid_from,
    l.valid_to AS valid_to,
    greatest(l.from_day, a.from_day, b.from_day) AS from_day,
    least(l.to_day, a.to_day, b.to_day) AS to_day
FROM sides AS l
INNER JOIN resolve.matches AS a
    ON a.record_id = l.record_id
    AND a.version = l.version
    AND a.role = 'a'
    AND a.reference_id = l.a_reference
    AND a.from_day < until(l.to_day)
    AND l.from_day < until(a.to_day)
INNER JOIN resolve.matches AS b
    ON b.record_id = l.record_id
    AND b.version = l.version
    AND b.role = 'b'
    AND b.reference_id = l.b_reference
    AND b.from_day < least(until(l.to_day), until(a.to_day))
    AND greatest(l.from_day, a.from_day) < until(b.to_day)
