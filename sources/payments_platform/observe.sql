-- The platform's book of payments that fell due with residents who signed up.
-- source: world.conduct, world.subjects, world.names, codes.platform_results,
--         codes.platform_services
-- grain: one row per order
-- key: orderNo, held_from
SELECT
    conduct.document_no AS "orderNo",
    subjects.resident_no AS "certNo",
    names.name AS "realName",
    platform_services.code AS "bizType",
    platform_results.code AS result,
    CAST(conduct.amount_fen AS VARCHAR) AS "amountFen",
    CAST(conduct.decided AS VARCHAR) AS "bizDate",
    conduct.held_from,
    conduct.held_to
FROM world.conduct
INNER JOIN codes.platform_results ON conduct.conduct_kind = platform_results.event_kind
INNER JOIN codes.platform_services
    ON conduct.ground IN (platform_services.ground_on_time, platform_services.ground_late)
INNER JOIN world.subjects ON conduct.subject_no = subjects.subject_no
INNER JOIN world.names
    ON conduct.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, conduct.decided)
