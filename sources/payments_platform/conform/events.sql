-- Payments on the platform as events. What was paid for and whether it was on time make the
-- ground; a pair the platform does not know has none.
-- source: conform.payments_platform, codes.platform_services, codes.platform_results, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH orders AS (
    SELECT
        o.record_id,
        o.version,
        o.feed,
        o.effect,
        id_of('resident_no', o."certNo") AS resident_no,
        clean_text(o."realName") AS name,
        r.event_kind,
        CASE r.event_kind
            WHEN 'platform_payment' THEN k.ground_on_time
            WHEN 'platform_late' THEN k.ground_late
        END AS ground,
        parse_int(o."amountFen") AS amount_fen,
        normal_form(o."orderNo") AS order_no,
        parse_day(o."bizDate") AS day,
        o.from_day,
        o.to_day
    FROM conform.payments_platform AS o
    LEFT JOIN codes.platform_results AS r ON normal_form(o.result) = r.code
    LEFT JOIN codes.platform_services AS k ON normal_form(o."bizType") = k.code
)

SELECT
    o.record_id,
    o.version,
    o.feed,
    o.effect,
    CASE WHEN o.resident_no IS NOT NULL THEN 'resident_no' END AS id_scheme,
    o.resident_no AS id_value,
    o.name,
    CAST(NULL AS VARCHAR) AS division,
    CAST(NULL AS VARCHAR) AS address,
    'resident' AS subject_kind,
    o.event_kind,
    o.ground,
    g.severity,
    -- fen to yuan, exact
    CAST(o.amount_fen * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(18, 2)) AS amount_yuan,
    o.order_no AS document_no,
    -- the platform's own name, which its file does not repeat
    '云穗付' AS authority,
    o.day AS event_day,
    o.day AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    o.from_day,
    o.to_day
FROM orders AS o
LEFT JOIN codes.grounds AS g ON o.ground = g.code
