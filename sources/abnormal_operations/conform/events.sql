-- An enterprise was put on the list of abnormal operations. The row stays for a while after it was
-- taken out; from the day of removal on it says that the entry no longer holds. The office that put
-- it in bears the name of its place, and an office lists the enterprises of its own place.
-- source: conform.abnormal_operations, codes.abnormal_reasons, codes.divisions, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
SELECT
    abnormal_operations.record_id,
    abnormal_operations.version,
    abnormal_operations.feed,
    abnormal_operations.effect,
    CASE WHEN id_of('uscc', abnormal_operations."unityCreditCode") IS NOT NULL THEN 'uscc' END AS id_scheme,
    id_of('uscc', abnormal_operations."unityCreditCode") AS id_value,
    clean_text(abnormal_operations.name) AS name,
    divisions.code AS division,
    CAST(NULL AS VARCHAR) AS address,
    'enterprise' AS subject_kind,
    'abnormal' AS event_kind,
    abnormal_reasons.ground,
    grounds.severity,
    CAST(NULL AS DECIMAL(18, 2)) AS amount_yuan,
    CAST(NULL AS VARCHAR) AS document_no,
    clean_text(abnormal_operations."inOrgan") AS authority,
    CAST(NULL AS VARCHAR) AS details,
    parse_day(abnormal_operations."inDate") AS event_day,
    parse_day(abnormal_operations."inDate") AS valid_from,
    parse_day(abnormal_operations."outDate") AS valid_to,
    abnormal_operations.from_day,
    abnormal_operations.to_day
FROM conform.abnormal_operations
LEFT JOIN codes.abnormal_reasons ON normal_form(abnormal_operations."inReason") = abnormal_reasons.code
LEFT JOIN codes.divisions
    ON replace(normal_form(abnormal_operations."inOrgan"), '市场监督管理局', '') = divisions.name_zh
LEFT JOIN codes.grounds ON abnormal_reasons.ground = grounds.code
