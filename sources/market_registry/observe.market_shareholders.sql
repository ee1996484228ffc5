-- What enterprises have filed about those behind and beside them: one row per relation, for as
-- long as it lasts. A partnership is filed once, by one of the two sides.
-- source: world.subjects, world.attributes, world.links, codes.relation_kinds
-- grain: one row per filing
-- key: babh, held_from
SELECT
    'BA' || lpad(CAST(links.link_no AS VARCHAR), 12, '0') AS babh,
    b_side.uscc AS tyshxydm,
    b_names.value AS jgmc,
    relation_kinds.code AS gxlx,
    a_names.value AS xgfmc,
    a_side.resident_no AS xgfsfhm,
    a_side.uscc AS xgftyshxydm,
    -- per mille to per cent, one decimal
    CAST(links.share_permille // 10 AS VARCHAR)
    || '.'
    || CAST(links.share_permille % 10 AS VARCHAR) AS cgbl,
    replace(CAST(links.valid_from AS VARCHAR), '-', '') AS qsrq,
    links.valid_from AS held_from,
    links.valid_to AS held_to
FROM world.links
INNER JOIN codes.relation_kinds ON links.link_kind = relation_kinds.link_kind
INNER JOIN world.subjects AS a_side ON links.a_no = a_side.subject_no
INNER JOIN world.subjects AS b_side ON links.b_no = b_side.subject_no
LEFT JOIN world.attributes AS a_names
    ON links.a_no = a_names.subject_no
    AND a_names.property = 'name'
    AND a_names.valid_from <= links.valid_from
    AND links.valid_from < coalesce(a_names.valid_to, DATE '9999-12-31')
LEFT JOIN world.attributes AS b_names
    ON links.b_no = b_names.subject_no
    AND b_names.property = 'name'
    AND b_names.valid_from <= links.valid_from
    AND links.valid_from < coalesce(b_names.valid_to, DATE '9999-12-31')
