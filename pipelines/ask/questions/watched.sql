-- Who is shown by the most holders today?
-- Each of them has to be told if one entry proves wrong.
SELECT
    names.name,
    max(names.subject_kind) AS kind,
    count(DISTINCT copies.holder) AS holders,
    count(DISTINCT copies.list) AS lists,
    count(*) AS copies,
    copies.subject_id
FROM today.copies
INNER JOIN codes.lists ON lists.list = copies.list AND lists.polarity = 'negative'
INNER JOIN (
    SELECT
        subject_id,
        max_by(name, from_day) AS name,
        max(subject_kind) AS subject_kind
    FROM resolve.names
    GROUP BY subject_id
) AS names
    ON names.subject_id = copies.subject_id
GROUP BY names.name, copies.subject_id
ORDER BY holders DESC, copies DESC, names.name, copies.subject_id
