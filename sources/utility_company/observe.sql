-- Bills in arrears, by account and month. The company writes names and addresses its own way: the
-- longer word for a limited company becomes the shorter one, an address begins with the district and
-- leaves out the word for number at its end.
-- source: world.conduct, world.subjects, world.attributes, codes.utility_kinds, codes.divisions
-- grain: one row per account and month
-- key: hh, zq, held_from
SELECT
    substr(conduct.document_no, 1, 10) AS hh,
    replace(conduct.detail, '-', '') AS zq,
    utility_kinds.code AS lx,
    replace(names.value, '有限责任公司', '有限公司') AS hm,
    -- a full stop marks the end, so that only a 号 that stands there goes with it
    replace(
        replace(replace(addresses.value || '。', '号。', ''), '。', ''), coalesce(divisions.name_zh, ''), ''
    ) AS dz,
    CAST(conduct.amount_fen // 100 AS VARCHAR)
    || '.'
    || lpad(CAST(conduct.amount_fen % 100 AS VARCHAR), 2, '0') AS qfje,
    replace(CAST(conduct.decided AS VARCHAR), '-', '') AS qfrq,
    conduct.office AS sfdw,
    conduct.held_from,
    conduct.held_to
FROM world.conduct
INNER JOIN world.subjects ON conduct.subject_no = subjects.subject_no
INNER JOIN codes.utility_kinds ON conduct.ground = utility_kinds.ground
INNER JOIN world.attributes AS names
    ON conduct.subject_no = names.subject_no
    AND names.property = 'name'
    AND names.valid_from <= conduct.decided
    AND conduct.decided < coalesce(names.valid_to, DATE '9999-12-31')
INNER JOIN world.attributes AS addresses
    ON conduct.subject_no = addresses.subject_no
    AND addresses.property = 'address'
    AND addresses.valid_from <= conduct.decided
    AND conduct.decided < coalesce(addresses.valid_to, DATE '9999-12-31')
LEFT JOIN codes.divisions ON substr(subjects.division, 1, 4) || '00' = divisions.code
WHERE conduct.conduct_kind = 'utility_arrears'
