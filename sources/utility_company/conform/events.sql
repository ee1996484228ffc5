-- A bill was not paid when it fell due. The company gives no identifier: whom it means must be told
-- from the name and address it writes, whatever way it writes them. Whether the customer is a person
-- or a firm is not in the file either.
-- source: conform.utility_company, codes.utility_kinds, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
SELECT
    u.record_id,
    u.version,
    u.feed,
    u.effect,
    CAST(NULL AS VARCHAR) AS id_scheme,
    CAST(NULL AS VARCHAR) AS id_value,
    clean_text(u.hm) AS name,
    CAST(NULL AS VARCHAR) AS division,
    clean_text(u.dz) AS address,
    CAST(NULL AS VARCHAR) AS subject_kind,
    'utility_arrears' AS event_kind,
    k.ground,
    g.severity,
    parse_money(clean_text(u.qfje)) AS amount_yuan,
    -- the bill has no number of its own: account and month name it
    normal_form(u.hh) || '-' || normal_form(u.zq) AS document_no,
    clean_text(u.sfdw) AS authority,
    parse_day(clean_text(u.qfrq)) AS event_day,
    parse_day(clean_text(u.qfrq)) AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    u.from_day,
    u.to_day
FROM conform.utility_company AS u
LEFT JOIN codes.utility_kinds AS k ON normal_form(u.lx) = k.code
LEFT JOIN codes.grounds AS g ON k.ground = g.code
