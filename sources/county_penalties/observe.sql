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
        c.*,
        CASE
            WHEN s.kind = 'resident' THEN 'resident_no'
            WHEN c.conduct_no % 3 = 0 THEN 'uscc'
            WHEN c.conduct_no % 3 = 1 OR s.registration_no IS NULL THEN 'org_code'
            ELSE 'registration_no'
        END AS habit
    FROM world.conduct AS c
    INNER JOIN world.subjects AS s ON c.subject_no = s.subject_no
    WHERE c.conduct_kind = 'penalty' AND c.office = 'county'
),

heads AS (
    SELECT
        c.conduct_no,
        n.value AS name
    FROM decisions AS c
    INNER JOIN world.links AS l
        ON c.subject_no = l.b_no
        AND l.link_kind = 'legal_representative'
        AND l.valid_from <= c.decided
        AND c.decided < coalesce(l.valid_to, DATE '9999-12-31')
    INNER JOIN world.attributes AS n
        ON l.a_no = n.subject_no
        AND n.property = 'name'
        AND n.valid_from <= c.decided
        AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
)

SELECT
    c.document_no AS cf_wsh,
    CASE WHEN c.amount_fen > 0 THEN '罚款' ELSE '警告' END AS cf_cflb,
    t.code AS cf_sy,
    '有关法律法规关于' || t.name_zh || '的规定' AS cf_yj,
    n.value AS cf_xdr_mc,
    CASE WHEN c.habit = 'uscc' THEN s.uscc END AS code_1,
    CASE WHEN c.habit = 'org_code' THEN s.org_code END AS code_2,
    CASE WHEN c.habit = 'registration_no' THEN s.registration_no END AS code_3,
    CAST(NULL AS VARCHAR) AS code_4,
    CASE WHEN c.habit = 'resident_no' THEN s.resident_no END AS code_5,
    h.name AS cf_fr,
    CASE WHEN c.amount_fen > 0 THEN '处以罚款' ELSE '予以警告' END AS cf_jg,
    CAST(c.amount_fen // 100 AS VARCHAR)
    || '.'
    || lpad(CAST(c.amount_fen % 100 AS VARCHAR), 2, '0') AS cf_fkje,
    CAST(c.decided AS VARCHAR) AS cf_jdrq,
    c.detail AS cf_xzjg,
    s.division AS dfbm,
    CAST(NULL AS VARCHAR) AS bz,
    c.held_from,
    c.held_to
FROM decisions AS c
INNER JOIN world.subjects AS s ON c.subject_no = s.subject_no
INNER JOIN codes.county_case_types AS t ON c.ground = t.ground
INNER JOIN world.attributes AS n
    ON c.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= c.decided
    AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
LEFT JOIN heads AS h ON c.conduct_no = h.conduct_no
