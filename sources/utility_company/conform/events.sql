-- A bill was not paid when it fell due. The company gives no identifier: whom it means must be told
-- from the name and address it writes, whatever way it writes them. Whether the customer is a person
-- or a firm is not in the file either.
-- source: conform.utility_company, codes.utility_kinds, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
SELECT
    utility_company.record_id,
    utility_company.version,
    utility_company.feed,
    utility_company.effect,
    CAST(NULL AS VARCHAR) AS id_scheme,
    CAST(NULL AS VARCHAR) AS id_value,
    clean_text(utility_company.hm) AS name,
    CAST(NULL AS VARCHAR) AS division,
    clean_text(utility_company.dz) AS address,
    CAST(NULL AS VARCHAR) AS subject_kind,
    'utility_arrears' AS event_kind,
    utility_kinds.ground,
    grounds.severity,
    parse_money(clean_text(utility_company.qfje)) AS amount_yuan,
    -- the bill has no number of its own: account and month name it
    normal_form(utility_company.hh) || '-' || normal_form(utility_company.zq) AS document_no,
    clean_text(utility_company.sfdw) AS authority,
    CAST(NULL AS VARCHAR) AS details,
    parse_day(clean_text(utility_company.qfrq)) AS event_day,
    parse_day(clean_text(utility_company.qfrq)) AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    utility_company.from_day,
    utility_company.to_day
FROM conform.utility_company
LEFT JOIN codes.utility_kinds ON normal_form(utility_company.lx) = utility_kinds.code
LEFT JOIN codes.grounds ON utility_kinds.ground = grounds.code
