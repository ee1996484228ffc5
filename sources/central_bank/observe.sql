-- The credit register: loans while they run, and arrears from the month after the first missed
-- instalment to the month after repayment.
-- source: world.conduct, world.subjects, world.attributes, codes.loan_kinds, codes.account_status
-- grain: one row per loan, and one per loan in arrears
-- key: ywbh, held_from
WITH reports AS (
    SELECT
        c.*,
        a.code AS status,
        -- fen to yuan
        CAST(c.amount_fen // 100 AS VARCHAR)
        || '.'
        || lpad(CAST(c.amount_fen % 100 AS VARCHAR), 2, '0') AS amount_yuan
    FROM world.conduct AS c
    INNER JOIN codes.account_status AS a ON c.conduct_kind = a.event_kind
)

SELECT
    c.document_no AS ywbh,
    CASE c.conduct_kind WHEN 'loan' THEN c.document_no ELSE c.detail END AS dkzh,
    c.office AS jrjgmc,
    n.value AS khmc,
    s.resident_no AS sfhm,
    s.uscc AS tyshxydm,
    k.code AS dklx,
    c.status AS zhzt,
    CASE c.conduct_kind WHEN 'loan' THEN c.amount_yuan END AS ffje,
    CASE c.conduct_kind WHEN 'loan_overdue' THEN c.amount_yuan END AS yqje,
    replace(CAST(c.decided AS VARCHAR), '-', '') AS ksrq,
    replace(CAST(c.due AS VARCHAR), '-', '') AS dqrq,
    c.held_from,
    c.held_to
FROM reports AS c
INNER JOIN codes.loan_kinds AS k ON c.ground IN (k.ground, k.ground_in_arrears)
INNER JOIN world.subjects AS s ON c.subject_no = s.subject_no
INNER JOIN world.attributes AS n
    ON c.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= c.decided
    AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
