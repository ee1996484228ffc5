-- The credit register: loans while they run, and arrears from the month after the first missed
-- instalment to the month after repayment.
-- source: world.conduct, world.subjects, world.names, codes.account_status, codes.loan_kinds
-- grain: one row per loan, and one per loan in arrears
-- key: ywbh, held_from
WITH reports AS (
    SELECT
        conduct.*,
        account_status.code AS status,
        CAST(yuan(conduct.amount_fen) AS VARCHAR) AS amount_yuan
    FROM world.conduct
    INNER JOIN codes.account_status ON conduct.conduct_kind = account_status.event_kind
)

SELECT
    reports.document_no AS ywbh,
    CASE reports.conduct_kind WHEN 'loan' THEN reports.document_no ELSE reports.detail END AS dkzh,
    reports.office AS jrjgmc,
    names.name AS khmc,
    subjects.resident_no AS sfhm,
    subjects.uscc AS tyshxydm,
    loan_kinds.code AS dklx,
    reports.status AS zhzt,
    CASE reports.conduct_kind WHEN 'loan' THEN reports.amount_yuan END AS ffje,
    CASE reports.conduct_kind WHEN 'loan_overdue' THEN reports.amount_yuan END AS yqje,
    write_day(reports.decided, '') AS ksrq,
    write_day(reports.due, '') AS dqrq,
    reports.held_from,
    reports.held_to
FROM reports
INNER JOIN codes.loan_kinds ON reports.ground IN (loan_kinds.ground, loan_kinds.ground_in_arrears)
INNER JOIN world.subjects ON reports.subject_no = subjects.subject_no
INNER JOIN world.names
    ON reports.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, reports.decided)
