-- Penalties the counties' offices have decided. Clerks write whichever number they are used to: of
-- three decisions on enterprises one has the unified code, one the organisation code and one the old
-- registration number. A public body has no registration number, so two of three have the
-- organisation code. Which it is, is told by the decision's own number.
-- source: world.conduct, world.subjects, world.attributes, world.links,
--         codes.county_case_types
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
),

heads AS (
    SELECT
        decisions.conduct_no,
        names.value AS name
    FROM decisions
    INNER JOIN world.links
        ON decisions.subject_no = links.b_no
        AND links.link_kind = 'legal_representative'
        AND links.valid_from <= decisions.decided
        AND decisions.decided < coalesce(links.valid_to, DATE '9999-12-31')
    INNER JOIN world.attributes AS names
        ON links.a_no = names.subject_no
        AND names.property = 'name'
        AND names.valid_from <= decisions.decided
        AND decisions.decided < coalesce(names.valid_to, DATE '9999-12-31')
)

SELECT
    decisions.document_no AS cf_wsh,
    CASE WHEN decisions.amount_fen > 0 THEN '罚款' ELSE '警告' END AS cf_cflb,
    county_case_types.code AS cf_sy,
    '有关法律法规关于' || county_case_types.name_zh || '的规定' AS cf_yj,
    names.value AS cf_xdr_mc,
    CASE WHEN decisions.habit = 'uscc' THEN subjects.uscc END AS code_1,
    CASE WHEN decisions.habit = 'org_code' THEN subjects.org_code END AS code_2,
    CASE WHEN decisions.habit = 'registration_no' THEN subjects.registration_no END AS code_3,
    CAST(NULL AS VARCHAR) AS code_4,
    CASE WHEN decisions.habit = 'resident_no' THEN subjects.resident_no END AS code_5,
    heads.name AS cf_fr,
    CASE WHEN decisions.amount_fen > 0 THEN '处以罚款' ELSE '予以警告' END AS cf_jg,
    CAST(decisions.amount_fen // 100 AS VARCHAR)
    || '.'
    || lpad(CAST(decisions.amount_fen % 100 AS VARCHAR), 2, '0') AS cf_fkje,
    CAST(decisions.decided AS VARCHAR) AS cf_jdrq,
    decisions.detail AS cf_xzjg,
    subjects.division AS dfbm,
    CAST(NULL AS VARCHAR) AS bz,
    decisions.held_from,
    decisions.held_to
FROM decisions
INNER JOIN world.subjects ON decisions.subject_no = subjects.subject_no
INNER JOIN codes.county_case_types ON decisions.ground = county_case_types.ground
INNER JOIN world.attributes AS names
    ON decisions.subject_no = names.subject_no
    AND names.property = 'name'
    AND names.valid_from <= decisions.decided
    AND decisions.decided < coalesce(names.valid_to, DATE '9999-12-31')
LEFT JOIN heads ON decisions.conduct_no = heads.conduct_no
