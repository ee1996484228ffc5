-- Penalties the counties' offices have decided. Clerks write whichever number they are used to: of
-- three decisions on enterprises one has the unified code, one the organisation code and one the old
-- registration number. A public body has no registration number, so two of three have the
-- organisation code. Which it is, is told by the decision's own number.
-- source: world.conduct, world.subjects, world.names, world.heads, codes.county_case_types
-- grain: one row per decision
-- key: cf_wsh, held_from
WITH decisions AS (
    SELECT
        conduct.*,
        CASE
            WHEN subjects.kind = 'resident' THEN 'resident_no'
            WHEN conduct.conduct_no % 3 = 0 THEN 'uscc'
            WHEN conduct.conduct_no % 3 = 1 OR subjects.registration_no IS NULL THEN 'org_code'
            ELSE 'registration_no'
        END AS habit
    FROM world.conduct
    INNER JOIN world.subjects ON conduct.subject_no = subjects.subject_no
    WHERE conduct.conduct_kind = 'penalty' AND conduct.office = 'county'
)

SELECT
    decisions.document_no AS cf_wsh,
    CASE WHEN decisions.amount_fen > 0 THEN '罚款' ELSE '警告' END AS cf_cflb,
    county_case_types.code AS cf_sy,
    '有关法律法规关于' || county_case_types.name_zh || '的规定' AS cf_yj,
    names.name AS cf_xdr_mc,
    CASE WHEN decisions.habit = 'uscc' THEN subjects.uscc END AS code_1,
    CASE WHEN decisions.habit = 'org_code' THEN subjects.org_code END AS code_2,
    CASE WHEN decisions.habit = 'registration_no' THEN subjects.registration_no END AS code_3,
    CAST(NULL AS VARCHAR) AS code_4,
    CASE WHEN decisions.habit = 'resident_no' THEN subjects.resident_no END AS code_5,
    heads.name AS cf_fr,
    CASE WHEN decisions.amount_fen > 0 THEN '处以罚款' ELSE '予以警告' END AS cf_jg,
    CAST(yuan(decisions.amount_fen) AS VARCHAR) AS cf_fkje,
    CAST(decisions.decided AS VARCHAR) AS cf_jdrq,
    decisions.detail AS cf_xzjg,
    subjects.division AS dfbm,
    CAST(NULL AS VARCHAR) AS bz,
    decisions.held_from,
    decisions.held_to
FROM decisions
INNER JOIN world.subjects ON decisions.subject_no = subjects.subject_no
INNER JOIN codes.county_case_types ON decisions.ground = county_case_types.ground
INNER JOIN world.names
    ON decisions.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, decisions.decided)
LEFT JOIN world.heads
    ON decisions.subject_no = heads.subject_no
    AND on_day(heads.valid_from, heads.valid_to, decisions.decided)
