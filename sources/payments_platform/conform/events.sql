-- Payments on the platform as events. What was paid for and whether it was on time make the
-- ground; a pair the platform does not know has none.
-- source: conform.payments_platform, codes.platform_services, codes.platform_results, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH orders AS (
    SELECT
        payments_platform.*,
        id_of('resident_no', payments_platform."certNo") AS resident_no,
        clean_text(payments_platform."realName") AS name,
        platform_results.event_kind,
        CASE platform_results.event_kind
            WHEN 'platform_payment' THEN platform_services.ground_on_time
            WHEN 'platform_late' THEN platform_services.ground_late
        END AS ground,
        parse_int(payments_platform."amountFen") AS amount_fen,
        normal_form(payments_platform."orderNo") AS order_no,
        parse_day(payments_platform."bizDate") AS day
    FROM conform.payments_platform
    LEFT JOIN codes.platform_results ON normal_form(payments_platform.result) = platform_results.code
    LEFT JOIN codes.platform_services ON normal_form(payments_platform."bizType") = platform_services.code
)

SELECT
    orders.record_id,
    orders.version,
    orders.feed,
    orders.effect,
    CASE WHEN orders.resident_no IS NOT NULL THEN 'resident_no' END AS id_scheme,
    orders.resident_no AS id_value,
    orders.name,
    CAST(NULL AS VARCHAR) AS division,
    CAST(NULL AS VARCHAR) AS address,
    'resident' AS subject_kind,
    orders.event_kind,
    orders.ground,
    grounds.severity,
    yuan(orders.amount_fen) AS amount_yuan,
    orders.order_no AS document_no,
    -- the platform's own name, which its file does not repeat
    '云穗付' AS authority,
    CAST(NULL AS VARCHAR) AS details,
    orders.day AS event_day,
    orders.day AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    orders.from_day,
    orders.to_day
FROM orders
LEFT JOIN codes.grounds ON orders.ground = grounds.code
