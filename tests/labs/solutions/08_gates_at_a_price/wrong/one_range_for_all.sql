-- refused by: catches_amounts
WITH seen AS (SELECT DISTINCT h.ground, (SELECT min(amount_yuan) FROM history) AS least, (SELECT max(amount_yuan) FROM history) AS most FROM history AS h),
offices AS (
    SELECT office FROM audited CROSS JOIN price
    WHERE wrong * missed > (looked_at - wrong) * false_alarm
), found AS (
    SELECT line, 'missing' AS reason FROM arrived WHERE document_no IS NULL OR office IS NULL OR ground IS NULL
    UNION ALL SELECT line, 'ground' FROM arrived WHERE ground NOT IN (SELECT ground FROM seen)
    UNION ALL SELECT line, 'day' FROM arrived WHERE decided > delivery OR decided < delivery - 20 * 365
    UNION ALL SELECT line, 'amount' FROM arrived JOIN seen USING (ground) WHERE amount_yuan NOT BETWEEN least AND most
    UNION ALL SELECT line, 'twice' FROM arrived WHERE document_no IN (
        SELECT document_no FROM arrived GROUP BY document_no
        HAVING count(DISTINCT concat_ws('|', office, ground, amount_yuan, decided)) > 1)
    UNION ALL SELECT line, 'scanned' FROM arrived JOIN offices USING (office) WHERE scanned
)
SELECT line, min(reason) AS reason FROM found GROUP BY line
