-- What enterprises have filed about those behind and beside them: one row per relation, for as
-- long as it lasts. A partnership is filed once, by one of the two sides.
-- source: world.subjects, world.names, world.links, codes.relation_kinds
-- grain: one row per filing
-- key: babh, held_from
SELECT
    'BA' || lpad(CAST(links.link_no AS VARCHAR), 12, '0') AS babh,
    b_side.uscc AS tyshxydm,
    b_names.name AS jgmc,
    relation_kinds.code AS gxlx,
    a_names.name AS xgfmc,
    a_side.resident_no AS xgfsfhm,
    a_side.uscc AS xgftyshxydm,
    -- per mille to per cent, one decimal
    CAST(links.share_permille // 10 AS VARCHAR)
    || '.'
    || CAST(links.share_permille % 10 AS VARCHAR) AS cgbl,
    write_day(links.valid_from, '') AS qsrq,
    links.valid_from AS held_from,
    links.valid_to AS held_to
FROM world.links
INNER JOIN codes.relation_kinds ON links.link_kind = relation_kinds.link_kind
INNER JOIN world.subjects AS a_side ON links.a_no = a_side.subject_no
INNER JOIN world.subjects AS b_side ON links.b_no = b_side.subject_no
LEFT JOIN world.names AS a_names
    ON links.a_no = a_names.subject_no
    AND on_day(a_names.valid_from, a_names.valid_to, links.valid_from)
LEFT JOIN world.names AS b_names
    ON links.b_no = b_names.subject_no
    AND on_day(b_names.valid_from, b_names.valid_to, links.valid_from)
