-- The court's register of entries: one for each judgment that was not performed, for as long as it
-- stands. Everything is written down as it was on the day of the decision. A quarter of those who
-- owe money have paid a quarter of it: which ones is this island's own, told by the entry's number.
-- source: world.conduct, world.subjects, world.names, world.heads, codes.court_party_kinds,
--         codes.disrupt_types, codes.divisions
-- grain: one row per entry
-- key: id, held_from
WITH entries AS (
    SELECT
        *,
        CASE WHEN conduct_no % 4 = 0 THEN coalesce(amount_fen // 4, 0) ELSE 0 END AS paid_fen
    FROM world.conduct
    WHERE conduct_kind = 'judgment_default'
)

SELECT
    lpad(CAST(entries.conduct_no AS VARCHAR), 10, '0') AS id,
    names.name AS iname,
    entries.document_no AS "caseCode",
    CASE
        -- full years: of two days as numbers YYYYMMDD, what is left of their difference
        WHEN subjects.kind = 'resident'
            THEN CAST(
                    (
                        CAST(write_day(entries.decided, '') AS INTEGER)
                        - CAST(write_day(subjects.born, '') AS INTEGER)
                    ) // 10000 AS VARCHAR
                )
        ELSE '0'
    END AS age,
    CASE subjects.sex WHEN 'M' THEN '男性' WHEN 'F' THEN '女性' END AS sexy,
    CASE
        WHEN subjects.kind = 'resident' THEN mask_resident_no(subjects.resident_no)
        ELSE subjects.org_code
    END AS "cardNum",
    heads.name AS "businessEntity",
    entries.office AS "courtName",
    provinces.name_zh AS "areaName",
    court_party_kinds.code AS "partyTypeName",
    entries.detail AS "gistId",
    write_day(entries.decided, '') AS "regDate",
    entries.office AS "gistUnit",
    CASE
        WHEN entries.amount_fen IS NULL THEN '履行生效法律文书确定的行为'
        ELSE '支付人民币' || CAST(yuan(entries.amount_fen) AS VARCHAR) || '元'
    END AS duty,
    CASE WHEN entries.paid_fen > 0 THEN '部分未履行' ELSE '全部未履行' END AS performance,
    CASE WHEN entries.amount_fen IS NOT NULL THEN CAST(yuan(entries.paid_fen) AS VARCHAR) END
        AS "performedPart",
    CAST(yuan(entries.amount_fen - entries.paid_fen) AS VARCHAR) AS "unperformPart",
    disrupt_types.code AS "disruptTypeName",
    substr(CAST(entries.held_from AS VARCHAR), 1, 4)
    || '年'
    || substr(CAST(entries.held_from AS VARCHAR), 6, 2)
    || '月'
    || substr(CAST(entries.held_from AS VARCHAR), 9, 2)
    || '日' AS "publishDate",
    entries.held_from,
    entries.held_to
FROM entries
INNER JOIN world.subjects ON entries.subject_no = subjects.subject_no
INNER JOIN world.names
    ON entries.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, entries.decided)
INNER JOIN codes.court_party_kinds ON subjects.kind = court_party_kinds.subject_kind
INNER JOIN codes.disrupt_types ON entries.ground = disrupt_types.ground
LEFT JOIN codes.divisions AS provinces ON substr(subjects.division, 1, 2) || '0000' = provinces.code
LEFT JOIN world.heads
    ON entries.subject_no = heads.subject_no
    AND on_day(heads.valid_from, heads.valid_to, entries.decided)
