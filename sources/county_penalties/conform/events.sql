-- A county has penalised somebody. In the 2015 layout code_2 is the organisation code, code_3 the
-- registration number and code_5 the resident number: the labels of the city's file with other
-- meanings. Most rows give one old number only. Fines are in yuan and decide how grave a penalty is:
-- from 100,000 yuan serious, from 1,000 yuan general, else minor. Without a fine, the kind of
-- penalty decides: a warning is minor, any other kind general. These bounds are ours. A county's
-- office has power over its own county only, so whoever it penalised is at home there. Who leads an
-- organisation is named and published with it.
-- source: conform.county_penalties, codes.county_case_types, codes.penalty_kinds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH told AS (
    SELECT
        county_penalties.*,
        id_of('uscc', county_penalties.code_1) AS uscc,
        id_of('org_code', county_penalties.code_2) AS org_code,
        id_of('registration_no', county_penalties.code_3) AS registration_no,
        id_of('tax_no', county_penalties.code_4) AS tax_no,
        id_of('resident_no', county_penalties.code_5) AS resident_no,
        clean_text(county_penalties.cf_xdr_mc) AS name,
        normal_form(county_penalties.dfbm) AS division,
        county_case_types.ground,
        penalty_kinds.without_fine,
        parse_money(county_penalties.cf_fkje) AS amount_yuan,
        normal_form(county_penalties.cf_wsh) AS document_no,
        clean_text(county_penalties.cf_xzjg) AS authority,
        '法定代表人' || clean_text(county_penalties.cf_fr) AS details,
        parse_day(county_penalties.cf_jdrq) AS decided
    FROM conform.county_penalties
    LEFT JOIN codes.county_case_types ON normal_form(county_penalties.cf_sy) = county_case_types.code
    LEFT JOIN codes.penalty_kinds ON normal_form(county_penalties.cf_cflb) = penalty_kinds.code
)

SELECT
    record_id,
    version,
    feed,
    effect,
    CASE
        WHEN uscc IS NOT NULL THEN 'uscc'
        WHEN registration_no IS NOT NULL THEN 'registration_no'
        WHEN org_code IS NOT NULL THEN 'org_code'
        WHEN tax_no IS NOT NULL THEN 'tax_no'
        WHEN resident_no IS NOT NULL THEN 'resident_no'
    END AS id_scheme,
    coalesce(uscc, registration_no, org_code, tax_no, resident_no) AS id_value,
    name,
    division,
    CAST(NULL AS VARCHAR) AS address,
    -- the layout of 2015 has no column for the kind of party; an organisation code alone tells none
    CASE
        WHEN starts_with(uscc, '9') OR (uscc IS NULL AND registration_no IS NOT NULL)
            THEN 'enterprise'
        WHEN coalesce(uscc, org_code, tax_no) IS NULL AND resident_no IS NOT NULL THEN 'resident'
    END AS subject_kind,
    'penalty' AS event_kind,
    ground,
    CASE
        WHEN amount_yuan >= 100000 THEN 'serious'
        WHEN amount_yuan >= 1000 THEN 'general'
        WHEN amount_yuan > 0 THEN 'minor'
        ELSE coalesce(without_fine, 'general')
    END AS severity,
    amount_yuan,
    document_no,
    authority,
    details,
    decided AS event_day,
    decided AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM told
