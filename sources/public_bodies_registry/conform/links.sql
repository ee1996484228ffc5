-- Who heads a public body; one that was dissolved (status 4) has no head any more.
-- source: conform.public_bodies, codes.body_kinds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
SELECT
    b.record_id,
    b.version,
    b.feed,
    b.effect,
    'legal_representative' AS link_kind,
    CASE WHEN id_of('resident_no', b.fddbrzjhm) IS NOT NULL THEN 'resident_no' END AS a_scheme,
    id_of('resident_no', b.fddbrzjhm) AS a_value,
    clean_text(b.fddbrxm) AS a_name,
    CAST(NULL AS VARCHAR) AS a_division,
    'resident' AS a_kind,
    'record' AS b_scheme,
    id_text(b.record_id) AS b_value,
    clean_text(b.jgmc) AS b_name,
    normal_form(b.xzqhdm) AS b_division,
    k.subject_kind AS b_kind,
    parse_day(b.hzrq) AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    b.from_day,
    b.to_day
FROM conform.public_bodies AS b
LEFT JOIN codes.body_kinds AS k ON normal_form(b.jglb) = k.code
WHERE
    coalesce(clean_text(b.fddbrzjhm), clean_text(b.fddbrxm)) IS NOT NULL
    AND normal_form(b.zt) <> '4'
