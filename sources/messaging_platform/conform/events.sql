-- Trades of the wallet as events. The kind of trade and its state make the ground; a pair the
-- platform does not know has none.
-- source: conform.messaging_platform, codes.wallet_services, codes.wallet_states, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH trades AS (
    SELECT
        messaging_platform.*,
        id_of('resident_no', messaging_platform.user_id_card) AS resident_no,
        clean_text(messaging_platform.user_name) AS name,
        wallet_states.event_kind,
        CASE wallet_states.event_kind
            WHEN 'wallet_payment' THEN wallet_services.ground_on_time
            WHEN 'wallet_late' THEN wallet_services.ground_late
        END AS ground,
        parse_int(messaging_platform.total_fee) AS amount_fen,
        normal_form(messaging_platform.trade_no) AS document_no,
        parse_day(messaging_platform.time_end) AS day
    FROM conform.messaging_platform
    LEFT JOIN codes.wallet_states
        ON normal_form(messaging_platform.trade_state) = wallet_states.code
    LEFT JOIN codes.wallet_services
        ON normal_form(messaging_platform.trade_type) = wallet_services.code
)

SELECT
    trades.record_id,
    trades.version,
    trades.feed,
    trades.effect,
    CASE WHEN trades.resident_no IS NOT NULL THEN 'resident_no' END AS id_scheme,
    trades.resident_no AS id_value,
    trades.name,
    CAST(NULL AS VARCHAR) AS division,
    CAST(NULL AS VARCHAR) AS address,
    'resident' AS subject_kind,
    trades.event_kind,
    trades.ground,
    grounds.severity,
    yuan(trades.amount_fen) AS amount_yuan,
    trades.document_no,
    -- the platform's own name, which its file does not repeat
    '云雀通' AS authority,
    CAST(NULL AS VARCHAR) AS details,
    trades.day AS event_day,
    trades.day AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    trades.from_day,
    trades.to_day
FROM trades
LEFT JOIN codes.grounds ON trades.ground = grounds.code
