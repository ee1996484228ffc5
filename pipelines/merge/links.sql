-- Relations between two subjects, while the record and the matches of both its sides are believed. Each side
-- is given as the record tells it too: by name and number, of a person the masked one.
-- source: conform.links and resolve.matches
-- grain: one row per record, version, pair of sides and period of belief
-- key: record_id, version, link_kind, a_id, b_id, from_day
WITH keyed AS (
    SELECT
        *,
        key_value(a_scheme, a_value) AS a_key,
        key_value(b_scheme, b_value) AS b_key,
        concat_ws(
            ' · ',
            mask_words(a_name),
            CASE WHEN a_scheme <> 'record' THEN mask_numbers(a_value) END
        ) AS a_as_told,
        concat_ws(
            ' · ',
            mask_words(b_name),
            CASE WHEN b_scheme <> 'record' THEN mask_numbers(b_value) END
        ) AS b_as_told
    FROM conform.links
),

sides AS (
    SELECT
        link_kind,
        record_id,
        version,
        feed,
        valid_from,
        valid_to,
        from_day,
        to_day,
        reference_key(a_scheme, a_key, a_name, a_division, CAST(NULL AS VARCHAR), a_kind)
            AS a_reference,
        reference_key(b_scheme, b_key, b_name, b_division, CAST(NULL AS VARCHAR), b_kind)
            AS b_reference,
        a_as_told,
        b_as_told
    FROM keyed
)

SELECT
    sides.link_kind,
    a_match.subject_id AS a_id,
    b_match.subject_id AS b_id,
    sides.a_as_told,
    sides.b_as_told,
    sides.record_id,
    sides.version,
    sides.feed,
    sides.valid_from,
    sides.valid_to,
    greatest(sides.from_day, a_match.from_day, b_match.from_day) AS from_day,
    least(sides.to_day, a_match.to_day, b_match.to_day) AS to_day
FROM sides
INNER JOIN resolve.matches AS a_match
    ON a_match.record_id = sides.record_id
    AND a_match.version = sides.version
    AND a_match.role = 'a'
    AND a_match.reference_id = sides.a_reference
    AND meet(sides.from_day, sides.to_day, a_match.from_day, a_match.to_day)
INNER JOIN resolve.matches AS b_match
    ON b_match.record_id = sides.record_id
    AND b_match.version = sides.version
    AND b_match.role = 'b'
    AND b_match.reference_id = sides.b_reference
    AND meet(b_match.from_day, b_match.to_day, sides.from_day, sides.to_day)
    AND meet(b_match.from_day, b_match.to_day, a_match.from_day, a_match.to_day)
