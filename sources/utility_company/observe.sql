-- Bills in arrears, by account and month. The company writes names and addresses its own way: the
-- longer word for a limited company becomes the shorter one, an address begins with the district and
-- leaves out the word for number at its end.
-- source: world.conduct, world.subjects, world.attributes, world.names, codes.divisions,
--         codes.utility_kinds
-- grain: one row per account and month
-- key: hh, zq, held_from
SELECT
    substr(conduct.document_no, 1, 10) AS hh,
    replace(conduct.detail, '-', '') AS zq,
    utility_kinds.code AS lx,
    replace(names.name, '有限责任公司', '有限公司') AS hm,
    -- a full stop marks the end, so that only a 号 that stands there goes with it
    replace(
        replace(replace(addresses.value || '。', '号。', ''), '。', ''), coalesce(divisions.name_zh, ''), ''
    ) AS dz,
    CAST(yuan(conduct.amount_fen) AS VARCHAR) AS qfje,
    write_day(conduct.decided, '') AS qfrq,
    conduct.office AS sfdw,
    conduct.held_from,
    conduct.held_to
FROM world.conduct
INNER JOIN world.subjects ON conduct.subject_no = subjects.subject_no
INNER JOIN codes.utility_kinds ON conduct.ground = utility_kinds.ground
INNER JOIN world.names
    ON conduct.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, conduct.decided)
INNER JOIN world.attributes AS addresses
    ON conduct.subject_no = addresses.subject_no
    AND addresses.property = 'address'
    AND on_day(addresses.valid_from, addresses.valid_to, conduct.decided)
LEFT JOIN codes.divisions ON substr(subjects.division, 1, 4) || '00' = divisions.code
WHERE conduct.conduct_kind = 'utility_arrears'
