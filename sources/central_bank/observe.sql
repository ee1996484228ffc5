-- The credit register: loans while they run, and arrears from the month after the first missed
-- instalment to the month after repayment.
-- source: world.conduct, world.subjects, world.attributes, codes.loan_kinds, codes.account_status
-- grain: one row per loan, and one per loan in arrears
-- key: ywbh, held_from
WITH reports AS (
    SELECT
        conduct.*,
        account_status.code AS status,
        -- fen to yuan
        CAST(conduct.amount_fen // 100 AS VARCHAR)
        || '.'
        || lpad(CAST(conduct.amount_fen % 100 AS VARCHAR), 2, '0') AS amount_yuan
    FROM world.conduct
    INNER JOIN codes.account_status ON conduct.conduct_kind = account_status.event_kind
)

SELECT
    reports.document_no AS ywbh,
    CASE reports.conduct_kind WHEN 'loan' THEN reports.document_no ELSE reports.detail END AS dkzh,
    reports.office AS jrjgmc,
    names.value AS khmc,
    subjects.resident_no AS sfhm,
    subjects.uscc AS tyshxydm,
    loan_kinds.code AS dklx,
    reports.status AS zhzt,
    CASE reports.conduct_kind WHEN 'loan' THEN reports.amount_yuan END AS ffje,
    CASE reports.conduct_kind WHEN 'loan_overdue' THEN reports.amount_yuan END AS yqje,
    replace(CAST(reports.decided AS VARCHAR), '-', '') AS ksrq,
    replace(CAST(reports.due AS VARCHAR), '-', '') AS dqrq,
    reports.held_from,
    reports.held_to
FROM reports
INNER JOIN codes.loan_kinds ON reports.ground IN (loan_kinds.ground, loan_kinds.ground_in_arrears)
INNER JOIN world.subjects ON reports.subject_no = subjects.subject_no
INNER JOIN world.attributes AS names
    ON reports.subject_no = names.subject_no
    AND names.property = 'name'
    AND names.valid_from <= reports.decided
    AND reports.decided < coalesce(names.valid_to, DATE '9999-12-31')
