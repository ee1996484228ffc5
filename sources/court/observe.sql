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
        e.conduct_no,
        n.value AS name
    FROM entries AS e
    INNER JOIN world.links AS l
        ON e.subject_no = l.b_no
        AND l.link_kind = 'legal_representative'
        AND l.valid_from <= e.decided
        AND e.decided < coalesce(l.valid_to, DATE '9999-12-31')
    INNER JOIN world.attributes AS n
        ON l.a_no = n.subject_no
        AND n.property = 'name'
        AND n.valid_from <= e.decided
        AND e.decided < coalesce(n.valid_to, DATE '9999-12-31')
)

SELECT
    lpad(CAST(e.conduct_no AS VARCHAR), 10, '0') AS id,
    n.value AS iname,
    e.document_no AS "caseCode",
    CASE
        WHEN s.kind = 'resident'
            THEN
                CAST(
                    (
                        CAST(replace(CAST(e.decided AS VARCHAR), '-', '') AS INTEGER)
                        - CAST(replace(CAST(s.born AS VARCHAR), '-', '') AS INTEGER)
                    ) // 10000 AS VARCHAR
                )
        ELSE '0'
    END AS age,
    CASE s.sex WHEN 'M' THEN '男性' WHEN 'F' THEN '女性' END AS sexy,
    CASE
        WHEN s.kind = 'resident'
            THEN substr(s.resident_no, 1, 10) || '****' || substr(s.resident_no, 15, 4)
        ELSE s.org_code
    END AS "cardNum",
    h.name AS "businessEntity",
    e.office AS "courtName",
    p.name_zh AS "areaName",
    k.code AS "partyTypeName",
    e.detail AS "gistId",
    replace(CAST(e.decided AS VARCHAR), '-', '') AS "regDate",
    e.office AS "gistUnit",
    CASE
        WHEN e.amount_fen IS NULL THEN '履行生效法律文书确定的行为'
        ELSE
            '支付人民币'
            || CAST(e.amount_fen // 100 AS VARCHAR)
            || '.'
            || lpad(CAST(e.amount_fen % 100 AS VARCHAR), 2, '0')
            || '元'
    END AS duty,
    CASE WHEN e.paid_fen > 0 THEN '部分未履行' ELSE '全部未履行' END AS performance,
    CASE
        WHEN e.amount_fen IS NOT NULL
            THEN
                CAST(e.paid_fen // 100 AS VARCHAR)
                || '.'
                || lpad(CAST(e.paid_fen % 100 AS VARCHAR), 2, '0')
    END AS "performedPart",
    CAST((e.amount_fen - e.paid_fen) // 100 AS VARCHAR)
    || '.'
    || lpad(CAST((e.amount_fen - e.paid_fen) % 100 AS VARCHAR), 2, '0') AS "unperformPart",
    d.code AS "disruptTypeName",
    substr(CAST(e.held_from AS VARCHAR), 1, 4)
    || '年'
    || substr(CAST(e.held_from AS VARCHAR), 6, 2)
    || '月'
    || substr(CAST(e.held_from AS VARCHAR), 9, 2)
    || '日' AS "publishDate",
    e.held_from,
    e.held_to
FROM entries AS e
INNER JOIN world.subjects AS s ON e.subject_no = s.subject_no
INNER JOIN world.attributes AS n
    ON e.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= e.decided
    AND e.decided < coalesce(n.valid_to, DATE '9999-12-31')
INNER JOIN codes.court_party_kinds AS k ON s.kind = k.subject_kind
INNER JOIN codes.disrupt_types AS d ON e.ground = d.ground
LEFT JOIN codes.divisions AS p ON substr(s.division, 1, 2) || '0000' = p.code
LEFT JOIN heads AS h ON e.conduct_no = h.conduct_no
