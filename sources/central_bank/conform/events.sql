-- Loans and arrears as events. A loan holds until it is due; arrears hold until the bank reports
-- that they are settled, so their record never says when they end.
-- source: conform.central_bank, codes.loan_kinds, codes.account_status, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH reported AS (
    SELECT
        central_bank.*,
        id_of('resident_no', central_bank.sfhm) AS resident_no,
        id_of('uscc', central_bank.tyshxydm) AS uscc,
        clean_text(central_bank.khmc) AS name,
        account_status.event_kind,
        CASE account_status.event_kind
            WHEN 'loan' THEN loan_kinds.ground
            WHEN 'loan_overdue' THEN loan_kinds.ground_in_arrears
        END AS ground,
        CASE account_status.event_kind
            WHEN 'loan' THEN parse_money(central_bank.ffje)
            WHEN 'loan_overdue' THEN parse_money(central_bank.yqje)
        END AS amount_yuan,
        normal_form(central_bank.ywbh) AS document_no,
        clean_text(central_bank.jrjgmc) AS bank,
        parse_day(central_bank.ksrq) AS began,
        CASE account_status.event_kind WHEN 'loan' THEN parse_day(central_bank.dqrq) END AS due
    FROM conform.central_bank
    LEFT JOIN codes.account_status ON normal_form(central_bank.zhzt) = account_status.code
    LEFT JOIN codes.loan_kinds ON normal_form(central_bank.dklx) = loan_kinds.code
)

SELECT
    reported.record_id,
    reported.version,
    reported.feed,
    reported.effect,
    CASE
        WHEN reported.resident_no IS NOT NULL THEN 'resident_no'
        WHEN reported.uscc IS NOT NULL THEN 'uscc'
    END AS id_scheme,
    coalesce(reported.resident_no, reported.uscc) AS id_value,
    reported.name,
    CAST(NULL AS VARCHAR) AS division,
    CAST(NULL AS VARCHAR) AS address,
    CASE
        WHEN reported.resident_no IS NOT NULL THEN 'resident'
        WHEN reported.uscc IS NOT NULL THEN 'enterprise'
    END AS subject_kind,
    reported.event_kind,
    reported.ground,
    grounds.severity,
    reported.amount_yuan,
    reported.document_no,
    reported.bank AS authority,
    CAST(NULL AS VARCHAR) AS details,
    reported.began AS event_day,
    reported.began AS valid_from,
    reported.due AS valid_to,
    reported.from_day,
    reported.to_day
FROM reported
LEFT JOIN codes.grounds ON reported.ground = grounds.code
