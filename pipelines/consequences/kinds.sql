-- What kind of subject each registered one is, which no correction changes.
-- source: resolve.names
-- grain: one row a subject
-- key: subject_id
SELECT
    n.subject_id AS subject_id,
    min(n.subject_kind) AS subject_kind
FROM resolve.names AS n
GROUP BY n.subject_id
