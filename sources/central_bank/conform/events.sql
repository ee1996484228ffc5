-- Loans and arrears as events. A loan holds until it is due; arrears hold until the bank reports
-- that they are settled, so their record never says when they end.
-- source: conform.central_bank, codes.loan_kinds, codes.account_status, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH reported AS (
    SELECT
        b.record_id,
        b.version,
        b.feed,
        b.effect,
        id_of('resident_no', b.sfhm) AS resident_no,
        id_of('uscc', b.tyshxydm) AS uscc,
        clean_text(b.khmc) AS name,
        a.event_kind,
        CASE a.event_kind
            WHEN 'loan' THEN k.ground
            WHEN 'loan_overdue' THEN k.ground_in_arrears
        END AS ground,
        CASE a.event_kind
            WHEN 'loan' THEN parse_money(b.ffje)
            WHEN 'loan_overdue' THEN parse_money(b.yqje)
        END AS amount_yuan,
        normal_form(b.ywbh) AS document_no,
        clean_text(b.jrjgmc) AS bank,
        parse_day(b.ksrq) AS began,
        CASE a.event_kind WHEN 'loan' THEN parse_day(b.dqrq) END AS due,
        b.from_day,
        b.to_day
    FROM conform.central_bank AS b
    LEFT JOIN codes.account_status AS a ON normal_form(b.zhzt) = a.code
    LEFT JOIN codes.loan_kinds AS k ON normal_form(b.dklx) = k.code
)

SELECT
    r.record_id,
    r.version,
    r.feed,
    r.effect,
    CASE
        WHEN r.resident_no IS NOT NULL THEN 'resident_no'
        WHEN r.uscc IS NOT NULL THEN 'uscc'
    END AS id_scheme,
    coalesce(r.resident_no, r.uscc) AS id_value,
    r.name,
    CAST(NULL AS VARCHAR) AS division,
    CAST(NULL AS VARCHAR) AS address,
    CASE
        WHEN r.resident_no IS NOT NULL THEN 'resident'
        WHEN r.uscc IS NOT NULL THEN 'enterprise'
    END AS subject_kind,
    r.event_kind,
    r.ground,
    g.severity,
    r.amount_yuan,
    r.document_no,
    r.bank AS authority,
    r.began AS event_day,
    r.began AS valid_from,
    r.due AS valid_to,
    r.from_day,
    r.to_day
FROM reported AS r
LEFT JOIN codes.grounds AS g ON r.ground = g.code
