-- The register of public bodies: one row for each stretch of days in which nothing a body's record
-- says changed. A record begins with the foundation and never leaves the register; a body that was
-- dissolved stays with all it last said and status 4.
-- source: world.subjects, world.entries, codes.body_kinds
-- grain: one row per file number and stretch
-- key: dah, held_from
SELECT
    subjects.file_no AS dah,
    subjects.uscc AS tyshxydm,
    subjects.org_code AS zzjgdm,
    entries.name AS jgmc,
    body_kinds.code AS jglb,
    entries.address AS jgdz,
    subjects.division AS xzqhdm,
    entries.head AS fddbrxm,
    entries.head_no AS fddbrzjhm,
    CAST(subjects.born AS VARCHAR) AS clrq,
    CAST(entries.held_from AS VARCHAR) AS hzrq,
    entries.status AS zt,
    substr(subjects.uscc, 1, 1) AS djglbmdm,
    entries.held_from,
    entries.held_to
FROM world.entries
INNER JOIN world.subjects ON entries.subject_no = subjects.subject_no
INNER JOIN codes.body_kinds ON subjects.kind = body_kinds.subject_kind
