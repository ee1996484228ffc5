-- The platform's book of payments that fell due with residents who signed up.
-- source: world.conduct, world.subjects, world.attributes, codes.platform_services,
--         codes.platform_results
-- grain: one row per order
-- key: orderNo, held_from
SELECT
    c.document_no AS "orderNo",
    s.resident_no AS "certNo",
    n.value AS "realName",
    k.code AS "bizType",
    r.code AS result,
    CAST(c.amount_fen AS VARCHAR) AS "amountFen",
    CAST(c.decided AS VARCHAR) AS "bizDate",
    c.held_from,
    c.held_to
FROM world.conduct AS c
INNER JOIN codes.platform_results AS r ON c.conduct_kind = r.event_kind
INNER JOIN codes.platform_services AS k ON c.ground IN (k.ground_on_time, k.ground_late)
INNER JOIN world.subjects AS s ON c.subject_no = s.subject_no
INNER JOIN world.attributes AS n
    ON c.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= c.decided
    AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
