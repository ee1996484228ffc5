-- Which names do several subjects bear?
-- Whoever matches by name alone may mean any of them.
SELECT
    names.name_key,
    max(names.subject_kind) AS kind,
    count(DISTINCT names.subject_id) AS subjects
FROM resolve.names
GROUP BY names.name_key
HAVING count(DISTINCT names.subject_id) > 1
ORDER BY subjects DESC, names.name_key
