-- Volunteer services and honours as positive events. The file says what was done or bestowed,
-- seldom why, and a row never ends.
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
    h.record_id,
    h.version,
    h.feed,
    h.effect,
    CASE
        WHEN h.resident_no IS NOT NULL THEN 'resident_no'
        WHEN h.uscc IS NOT NULL THEN 'uscc'
    END AS id_scheme,
    coalesce(h.resident_no, h.uscc) AS id_value,
    clean_text(h.mc) AS name,
    CAST(NULL AS VARCHAR) AS division,
    CAST(NULL AS VARCHAR) AS address,
    -- an organisation may be of any kind; its code tells which
    CASE WHEN h.resident_no IS NOT NULL THEN 'resident' END AS subject_kind,
    g.event_kind,
    k.ground,
    g.severity,
    CAST(NULL AS DECIMAL(18, 2)) AS amount_yuan,
    normal_form(h.zsbh) AS document_no,
    clean_text(h.bfdw) AS authority,
    parse_day(h.bfrq) AS event_day,
    parse_day(h.bfrq) AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    h.from_day,
    h.to_day
FROM numbered AS h
LEFT JOIN codes.honour_kinds AS k ON normal_form(h.xmlb) = k.code
LEFT JOIN codes.grounds AS g ON k.ground = g.code
