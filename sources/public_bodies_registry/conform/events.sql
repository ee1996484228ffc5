-- Volunteer services and honours as positive events. The file says what was done or bestowed,
-- seldom why, and a row never ends. Of a volunteer service it gives the hours.
-- source: conform.honours, codes.honour_kinds, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH numbered AS (
    SELECT
        *,
        id_of('resident_no', sfhm) AS resident_no,
        id_of('uscc', tyshxydm) AS uscc
    FROM conform.honours
)

SELECT
    numbered.record_id,
    numbered.version,
    numbered.feed,
    numbered.effect,
    CASE
        WHEN numbered.resident_no IS NOT NULL THEN 'resident_no'
        WHEN numbered.uscc IS NOT NULL THEN 'uscc'
    END AS id_scheme,
    coalesce(numbered.resident_no, numbered.uscc) AS id_value,
    clean_text(numbered.mc) AS name,
    CAST(NULL AS VARCHAR) AS division,
    CAST(NULL AS VARCHAR) AS address,
    -- an organisation may be of any kind; its code tells which
    CASE WHEN numbered.resident_no IS NOT NULL THEN 'resident' END AS subject_kind,
    grounds.event_kind,
    honour_kinds.ground,
    grounds.severity,
    CAST(NULL AS DECIMAL(18, 2)) AS amount_yuan,
    normal_form(numbered.zsbh) AS document_no,
    clean_text(numbered.bfdw) AS authority,
    CAST(parse_int(clean_text(numbered.fwsc)) AS VARCHAR) || '小时' AS details,
    parse_day(numbered.bfrq) AS event_day,
    parse_day(numbered.bfrq) AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    numbered.from_day,
    numbered.to_day
FROM numbered
LEFT JOIN codes.honour_kinds ON normal_form(numbered.xmlb) = honour_kinds.code
LEFT JOIN codes.grounds ON honour_kinds.ground = grounds.code
