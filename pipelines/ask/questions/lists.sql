-- How far has each list travelled today?
-- A list that only its owner shows stays an island; distance counts the hands it went through.
SELECT
    copies.list,
    max(lists.title_en) AS title,
    count(DISTINCT copies.subject_id) AS subjects,
    count(DISTINCT copies.holder) AS holders,
    max(copies.distance) AS longest_way
FROM today.copies
LEFT JOIN codes.lists ON lists.list = copies.list
GROUP BY copies.list
ORDER BY holders DESC, subjects DESC, copies.list
