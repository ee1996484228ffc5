-- Lab 8. One SELECT; see README.md. Give line, reason.
SELECT
    arrived.line,
    'missing' AS reason
FROM arrived
WHERE arrived.document_no IS NULL OR arrived.office IS NULL OR arrived.ground IS NULL
