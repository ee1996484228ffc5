-- Bills in arrears, by account and month. The company writes names and addresses its own way: the
-- longer word for a limited company becomes the shorter one, an address begins with the district and
-- leaves out the word for number at its end.
-- source: world.conduct, world.subjects, world.attributes, codes.utility_kinds, codes.divisions
-- grain: one row per account and month
-- key: hh, zq, held_from
SELECT
    substr(c.document_no, 1, 10) AS hh,
    replace(c.detail, '-', '') AS zq,
    k.code AS lx,
    replace(n.value, '有限责任公司', '有限公司') AS hm,
    -- a full stop marks the end, so that only a 号 that stands there goes with it
    replace(
        replace(replace(a.value || '。', '号。', ''), '。', ''), coalesce(d.name_zh, ''), ''
    ) AS dz,
    CAST(c.amount_fen // 100 AS VARCHAR)
    || '.'
    || lpad(CAST(c.amount_fen % 100 AS VARCHAR), 2, '0') AS qfje,
    replace(CAST(c.decided AS VARCHAR), '-', '') AS qfrq,
    c.office AS sfdw,
    c.held_from,
    c.held_to
FROM world.conduct AS c
INNER JOIN world.subjects AS s ON c.subject_no = s.subject_no
INNER JOIN codes.utility_kinds AS k ON c.ground = k.ground
INNER JOIN world.attributes AS n
    ON c.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= c.decided
    AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
INNER JOIN world.attributes AS a
    ON c.subject_no = a.subject_no
    AND a.property = 'address'
    AND a.valid_from <= c.decided
    AND c.decided < coalesce(a.valid_to, DATE '9999-12-31')
LEFT JOIN codes.divisions AS d ON substr(s.division, 1, 4) || '00' = d.code
WHERE c.conduct_kind = 'utility_arrears'
