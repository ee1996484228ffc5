-- Who heads a public body; one that was dissolved (status 4) has no head any more.
-- source: conform.public_bodies, codes.body_kinds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
SELECT
    public_bodies.record_id,
    public_bodies.version,
    public_bodies.feed,
    public_bodies.effect,
    'legal_representative' AS link_kind,
    CASE WHEN id_of('resident_no', public_bodies.fddbrzjhm) IS NOT NULL THEN 'resident_no' END AS a_scheme,
    id_of('resident_no', public_bodies.fddbrzjhm) AS a_value,
    clean_text(public_bodies.fddbrxm) AS a_name,
    CAST(NULL AS VARCHAR) AS a_division,
    'resident' AS a_kind,
    'record' AS b_scheme,
    id_text(public_bodies.record_id) AS b_value,
    clean_text(public_bodies.jgmc) AS b_name,
    normal_form(public_bodies.xzqhdm) AS b_division,
    body_kinds.subject_kind AS b_kind,
    parse_day(public_bodies.hzrq) AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    public_bodies.from_day,
    public_bodies.to_day
FROM conform.public_bodies
LEFT JOIN codes.body_kinds ON normal_form(public_bodies.jglb) = body_kinds.code
WHERE
    coalesce(clean_text(public_bodies.fddbrzjhm), clean_text(public_bodies.fddbrxm)) IS NOT NULL
    AND normal_form(public_bodies.zt) <> '4'
