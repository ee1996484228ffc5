-- The enterprise register: one row for each stretch of days in which nothing an enterprise's
-- record says changed. A record begins with the foundation and never leaves the register; an
-- enterprise that has ended stays with all it last said and status 4.
-- source: world.subjects, world.entries
-- grain: one row per archive number and stretch
-- key: dabh, held_from
SELECT
    subjects.file_no AS dabh,
    subjects.uscc AS tyshxydm,
    subjects.org_code AS zzjgdm,
    subjects.registration_no AS zch,
    entries.name AS jgmc,
    entries.address AS zcdz,
    subjects.division AS zcdzxzqhdm,
    entries.scope AS jyfw,
    subjects.trade AS jjhydm,
    CAST(wan(subjects.capital_fen) AS VARCHAR) AS zczj,
    entries.head AS fddbrxm,
    CASE WHEN entries.head_no IS NOT NULL THEN '01' END AS fddbrzjlx,
    entries.head_no AS fddbrzjhm,
    write_day(subjects.born, '') AS clrq,
    write_day(entries.held_from, '') AS hzrq,
    entries.status AS zt,
    substr(subjects.uscc, 1, 1) AS djglbmdm,
    subjects.registrar AS djjg,
    '1' AS sfgk,
    entries.held_from,
    entries.held_to
FROM world.entries
INNER JOIN world.subjects ON entries.subject_no = subjects.subject_no
WHERE subjects.kind = 'enterprise'
