-- What enterprises have filed about those behind and beside them: one row per relation, for as
-- long as it lasts. A partnership is filed once, by one of the two sides.
-- source: world.subjects, world.attributes, world.links, codes.relation_kinds
-- grain: one row per filing
-- key: babh, held_from
SELECT
    'BA' || lpad(CAST(l.link_no AS VARCHAR), 12, '0') AS babh,
    b.uscc AS tyshxydm,
    bn.value AS jgmc,
    k.code AS gxlx,
    an.value AS xgfmc,
    a.resident_no AS xgfsfhm,
    a.uscc AS xgftyshxydm,
    -- per mille to per cent, one decimal
    CAST(l.share_permille // 10 AS VARCHAR)
    || '.'
    || CAST(l.share_permille % 10 AS VARCHAR) AS cgbl,
    replace(CAST(l.valid_from AS VARCHAR), '-', '') AS qsrq,
    l.valid_from AS held_from,
    l.valid_to AS held_to
FROM world.links AS l
INNER JOIN codes.relation_kinds AS k ON l.link_kind = k.link_kind
INNER JOIN world.subjects AS a ON l.a_no = a.subject_no
INNER JOIN world.subjects AS b ON l.b_no = b.subject_no
LEFT JOIN world.attributes AS an
    ON l.a_no = an.subject_no
    AND an.property = 'name'
    AND an.valid_from <= l.valid_from
    AND l.valid_from < coalesce(an.valid_to, DATE '9999-12-31')
LEFT JOIN world.attributes AS bn
    ON l.b_no = bn.subject_no
    AND bn.property = 'name'
    AND bn.valid_from <= l.valid_from
    AND l.valid_from < coalesce(bn.valid_to, DATE '9999-12-31')
