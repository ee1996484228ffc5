-- One code under many names stands for no body, whatever its check says.
-- table: resolve.designations
-- outcome: warn
SELECT
    id_scheme,
    id_value,
    count(DISTINCT name_key) AS names
FROM resolve.designations
WHERE id_scheme <> 'masked_resident_no'
GROUP BY id_scheme, id_value
-- One body has a few names, old ones and misspelt ones; five are more than one body.
HAVING count(DISTINCT name_key) >= 5
