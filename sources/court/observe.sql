-- The court's register of entries: one for each judgment that was not performed, for as long as it
-- stands. Everything is written down as it was on the day of the decision. A quarter of those who
-- owe money have paid a quarter of it: which ones is this island's own, told by the entry's number.
-- source: world.conduct, world.subjects, world.attributes, world.links, codes.divisions,
--         codes.court_party_kinds, codes.disrupt_types
-- grain: one row per entry
-- key: id, held_from
WITH entries AS (
    SELECT
        *,
        CASE WHEN conduct_no % 4 = 0 THEN coalesce(amount_fen // 4, 0) ELSE 0 END AS paid_fen
    FROM world.conduct
    WHERE conduct_kind = 'judgment_default'
),

-- The legal representative in office, as called on the day of the decision.
heads AS (
    SELECT
        entries.conduct_no,
        names.value AS name
    FROM entries
    INNER JOIN world.links
        ON entries.subject_no = links.b_no
        AND links.link_kind = 'legal_representative'
        AND links.valid_from <= entries.decided
        AND entries.decided < coalesce(links.valid_to, DATE '9999-12-31')
    INNER JOIN world.attributes AS names
        ON links.a_no = names.subject_no
        AND names.property = 'name'
        AND names.valid_from <= entries.decided
        AND entries.decided < coalesce(names.valid_to, DATE '9999-12-31')
)

SELECT
    lpad(CAST(entries.conduct_no AS VARCHAR), 10, '0') AS id,
    names.value AS iname,
    entries.document_no AS "caseCode",
    CASE
        WHEN subjects.kind = 'resident'
            THEN
                CAST(
                    (
                        CAST(replace(CAST(entries.decided AS VARCHAR), '-', '') AS INTEGER)
                        - CAST(replace(CAST(subjects.born AS VARCHAR), '-', '') AS INTEGER)
                    ) // 10000 AS VARCHAR
                )
        ELSE '0'
    END AS age,
    CASE subjects.sex WHEN 'M' THEN '男性' WHEN 'F' THEN '女性' END AS sexy,
    CASE
        WHEN subjects.kind = 'resident'
            THEN substr(subjects.resident_no, 1, 10) || '****' || substr(subjects.resident_no, 15, 4)
        ELSE subjects.org_code
    END AS "cardNum",
    heads.name AS "businessEntity",
    entries.office AS "courtName",
    provinces.name_zh AS "areaName",
    court_party_kinds.code AS "partyTypeName",
    entries.detail AS "gistId",
    replace(CAST(entries.decided AS VARCHAR), '-', '') AS "regDate",
    entries.office AS "gistUnit",
    CASE
        WHEN entries.amount_fen IS NULL THEN '履行生效法律文书确定的行为'
        ELSE
            '支付人民币'
            || CAST(entries.amount_fen // 100 AS VARCHAR)
            || '.'
            || lpad(CAST(entries.amount_fen % 100 AS VARCHAR), 2, '0')
            || '元'
    END AS duty,
    CASE WHEN entries.paid_fen > 0 THEN '部分未履行' ELSE '全部未履行' END AS performance,
    CASE
        WHEN entries.amount_fen IS NOT NULL
            THEN
                CAST(entries.paid_fen // 100 AS VARCHAR)
                || '.'
                || lpad(CAST(entries.paid_fen % 100 AS VARCHAR), 2, '0')
    END AS "performedPart",
    CAST((entries.amount_fen - entries.paid_fen) // 100 AS VARCHAR)
    || '.'
    || lpad(CAST((entries.amount_fen - entries.paid_fen) % 100 AS VARCHAR), 2, '0') AS "unperformPart",
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
INNER JOIN world.attributes AS names
    ON entries.subject_no = names.subject_no
    AND names.property = 'name'
    AND names.valid_from <= entries.decided
    AND entries.decided < coalesce(names.valid_to, DATE '9999-12-31')
INNER JOIN codes.court_party_kinds ON subjects.kind = court_party_kinds.subject_kind
INNER JOIN codes.disrupt_types ON entries.ground = disrupt_types.ground
LEFT JOIN codes.divisions AS provinces ON substr(subjects.division, 1, 2) || '0000' = provinces.code
LEFT JOIN heads ON entries.conduct_no = heads.conduct_no
