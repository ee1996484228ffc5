-- The city has penalised or licensed somebody. In the 2018 layout code_1 is the unified code,
-- code_2 the registration number, code_3 the organisation code, code_4 the tax number; a natural
-- person stands with the resident number. The first of them that is given says who is meant; where
-- islands are not joined by the unified code, it comes last.
-- The fine, in units of 10,000 yuan, decides how grave a penalty is: from 100,000 yuan serious,
-- from 1,000 yuan general, else minor. Without a fine, the kind of penalty decides: a warning
-- is minor, any other kind general, since nobody can say that it was mild. These bounds are ours.
-- source: conform.city_penalties, conform.city_licences, codes.penalty_party_kinds,
--         codes.penalty_kinds, codes.penalty_reasons, codes.licence_documents, codes.run
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH told AS (
    SELECT
        city_penalties.record_id,
        city_penalties.version,
        city_penalties.feed,
        city_penalties.effect,
        penalty_party_kinds.subject_kind AS party_kind,
        id_of('uscc', city_penalties.code_1) AS uscc,
        id_of('registration_no', city_penalties.code_2) AS registration_no,
        id_of('org_code', city_penalties.code_3) AS org_code,
        id_of('tax_no', city_penalties.code_4) AS tax_no,
        id_of('resident_no', city_penalties.cf_xdr_zjhm) AS resident_no,
        clean_text(city_penalties.cf_xdr_mc) AS name,
        'penalty' AS event_kind,
        penalty_reasons.ground,
        penalty_kinds.without_fine,
        parse_wan(city_penalties.cf_nr_fk) AS amount_yuan,
        normal_form(city_penalties.cf_wsh) AS document_no,
        clean_text(city_penalties.cf_cfjg) AS authority,
        clean_text(city_penalties.cf_frdb) AS head,
        id_of('resident_no', city_penalties.cf_fr_zjhm) AS head_no,
        parse_day(city_penalties.cf_jdrq) AS event_day,
        parse_day(city_penalties.cf_jdrq) AS valid_from,
        parse_day(city_penalties.cf_yxq) AS ends_on,
        city_penalties.from_day,
        city_penalties.to_day
    FROM conform.city_penalties
    LEFT JOIN codes.penalty_party_kinds ON normal_form(city_penalties.cf_xdr_lb) = penalty_party_kinds.code
    LEFT JOIN codes.penalty_reasons ON normal_form(city_penalties.cf_sy) = penalty_reasons.code
    LEFT JOIN codes.penalty_kinds ON normal_form(city_penalties.cf_cflb) = penalty_kinds.code
    UNION ALL
    SELECT
        city_licences.record_id,
        city_licences.version,
        city_licences.feed,
        city_licences.effect,
        penalty_party_kinds.subject_kind AS party_kind,
        id_of('uscc', city_licences.code_1) AS uscc,
        id_of('registration_no', city_licences.code_2) AS registration_no,
        id_of('org_code', city_licences.code_3) AS org_code,
        id_of('tax_no', city_licences.code_4) AS tax_no,
        id_of('resident_no', city_licences.xk_xdr_zjhm) AS resident_no,
        clean_text(city_licences.xk_xdr_mc) AS name,
        'licence' AS event_kind,
        licence_documents.ground,
        CAST(NULL AS VARCHAR) AS without_fine,
        CAST(NULL AS DECIMAL(18, 2)) AS amount_yuan,
        normal_form(city_licences.xk_wsh) AS document_no,
        clean_text(city_licences.xk_xkjg) AS authority,
        clean_text(city_licences.xk_frdb) AS head,
        id_of('resident_no', city_licences.xk_fr_zjhm) AS head_no,
        parse_day(city_licences.xk_jdrq) AS event_day,
        parse_day(city_licences.xk_yxqz) AS valid_from,
        parse_day(city_licences.xk_yxqzi) AS ends_on,
        city_licences.from_day,
        city_licences.to_day
    FROM conform.city_licences
    LEFT JOIN codes.penalty_party_kinds ON normal_form(city_licences.xk_xdr_lb) = penalty_party_kinds.code
    LEFT JOIN codes.licence_documents ON normal_form(city_licences.xk_xkws) = licence_documents.code
),

usable AS (
    SELECT
        told.*,
        CASE WHEN run.join_level NOT IN ('none', 'own-keys') THEN told.uscc END AS first_uscc
    FROM told
    CROSS JOIN codes.run
)

SELECT
    record_id,
    version,
    feed,
    effect,
    CASE
        WHEN first_uscc IS NOT NULL THEN 'uscc'
        WHEN registration_no IS NOT NULL THEN 'registration_no'
        WHEN org_code IS NOT NULL THEN 'org_code'
        WHEN tax_no IS NOT NULL THEN 'tax_no'
        WHEN resident_no IS NOT NULL THEN 'resident_no'
        WHEN uscc IS NOT NULL THEN 'uscc'
    END AS id_scheme,
    coalesce(first_uscc, registration_no, org_code, tax_no, resident_no, uscc) AS id_value,
    name,
    CAST(NULL AS VARCHAR) AS division,
    CAST(NULL AS VARCHAR) AS address,
    -- who registered an organisation is the first character of its unified code
    CASE
        WHEN party_kind IS NOT NULL THEN party_kind
        WHEN starts_with(uscc, '9') OR (uscc IS NULL AND registration_no IS NOT NULL)
            THEN 'enterprise'
    END AS subject_kind,
    event_kind,
    ground,
    CASE
        WHEN event_kind = 'licence' THEN 'positive'
        WHEN amount_yuan >= 100000 THEN 'serious'
        WHEN amount_yuan >= 1000 THEN 'general'
        WHEN amount_yuan > 0 THEN 'minor'
        ELSE coalesce(without_fine, 'general')
    END AS severity,
    amount_yuan,
    document_no,
    authority,
    -- who leads an organisation is published with it
    nullif('法定代表人' || concat_ws(' ', head, head_no), '法定代表人') AS details,
    event_day,
    valid_from,
    -- the file gives the last day on which it holds
    ends_on + 1 AS valid_to,
    from_day,
    to_day
FROM usable
