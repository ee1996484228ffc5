-- Enterprises on the list of abnormal operations. Once an enterprise is taken out, its row says so
-- and stays for ninety days more.
-- source: world.conduct, world.subjects, world.names, codes.abnormal_reasons,
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
    names.name,
    subjects.uscc AS "unityCreditCode",
    abnormal_types.code AS type,
    abnormal_reasons.code AS "inReason",
    CAST(states.decided AS VARCHAR) AS "inDate",
    states.office AS "inOrgan",
    CASE WHEN states.out_day IS NOT NULL THEN abnormal_reasons.out_reason_zh END AS "outReason",
    CAST(states.out_day AS VARCHAR) AS "outDate",
    CASE WHEN states.out_day IS NOT NULL THEN states.office END AS "outOrgan",
    states.seen_from AS held_from,
    states.seen_to AS held_to
FROM states
INNER JOIN world.subjects ON states.subject_no = subjects.subject_no
INNER JOIN codes.abnormal_reasons ON states.ground = abnormal_reasons.ground
INNER JOIN codes.abnormal_types ON substr(subjects.uscc, 2, 1) = abnormal_types.uscc_type
INNER JOIN world.names
    ON states.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, states.decided)
