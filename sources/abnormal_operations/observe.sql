-- Enterprises on the list of abnormal operations. Once an enterprise is taken out, its row says so
-- and stays for ninety days more.
-- source: world.conduct, world.subjects, world.attributes, codes.abnormal_reasons,
--         codes.abnormal_types
-- grain: one row per entry and state: in, or taken out
-- key: unityCreditCode, inReason, inDate, held_from
WITH entries AS (
    SELECT *
    FROM world.conduct
    WHERE conduct_kind = 'abnormal'
),

states AS (
    SELECT
        *,
        CAST(NULL AS DATE) AS out_day,
        held_from AS seen_from,
        held_to AS seen_to
    FROM entries
    UNION ALL
    SELECT
        *,
        held_to AS out_day,
        held_to AS seen_from,
        held_to + 90 AS seen_to
    FROM entries
    WHERE held_to IS NOT NULL
)

SELECT
    n.value AS name,
    s.uscc AS "unityCreditCode",
    t.code AS type,
    r.code AS "inReason",
    CAST(e.decided AS VARCHAR) AS "inDate",
    e.office AS "inOrgan",
    CASE WHEN e.out_day IS NOT NULL THEN r.out_reason_zh END AS "outReason",
    CAST(e.out_day AS VARCHAR) AS "outDate",
    CASE WHEN e.out_day IS NOT NULL THEN e.office END AS "outOrgan",
    e.seen_from AS held_from,
    e.seen_to AS held_to
FROM states AS e
INNER JOIN world.subjects AS s ON e.subject_no = s.subject_no
INNER JOIN codes.abnormal_reasons AS r ON e.ground = r.ground
INNER JOIN codes.abnormal_types AS t ON substr(s.uscc, 2, 1) = t.uscc_type
INNER JOIN world.attributes AS n
    ON e.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= e.decided
    AND e.decided < coalesce(n.valid_to, DATE '9999-12-31')
