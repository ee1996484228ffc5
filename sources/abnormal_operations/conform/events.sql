-- An enterprise was put on the list of abnormal operations. The row stays for a while after it was
-- taken out; from the day of removal on it says that the entry no longer holds. The office that put
-- it in bears the name of its place, and an office lists the enterprises of its own place.
-- source: conform.abnormal_operations, codes.abnormal_reasons, codes.divisions, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
SELECT
    a.record_id,
    a.version,
    a.feed,
    a.effect,
    CASE WHEN id_of('uscc', a."unityCreditCode") IS NOT NULL THEN 'uscc' END AS id_scheme,
    id_of('uscc', a."unityCreditCode") AS id_value,
    clean_text(a.name) AS name,
    d.code AS division,
    CAST(NULL AS VARCHAR) AS address,
    'enterprise' AS subject_kind,
    'abnormal' AS event_kind,
    r.ground,
    g.severity,
    CAST(NULL AS DECIMAL(18, 2)) AS amount_yuan,
    CAST(NULL AS VARCHAR) AS document_no,
    clean_text(a."inOrgan") AS authority,
    parse_day(a."inDate") AS event_day,
    parse_day(a."inDate") AS valid_from,
    parse_day(a."outDate") AS valid_to,
    a.from_day,
    a.to_day
FROM conform.abnormal_operations AS a
LEFT JOIN codes.abnormal_reasons AS r ON normal_form(a."inReason") = r.code
LEFT JOIN codes.divisions AS d
    ON replace(normal_form(a."inOrgan"), '市场监督管理局', '') = d.name_zh
LEFT JOIN codes.grounds AS g ON r.ground = g.code
