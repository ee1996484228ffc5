-- Who holds how many entries today?
-- Counts what each holder shows on the last day of deliveries, of how many lists and subjects.
SELECT
    copies.holder,
    max(holders.title_en) AS who,
    count(DISTINCT copies.list) AS lists,
    count(DISTINCT copies.entry_id) AS entries,
    count(DISTINCT copies.subject_id) AS subjects
FROM today.copies
LEFT JOIN codes.holders ON holders.holder = copies.holder
GROUP BY copies.holder
ORDER BY entries DESC, copies.holder
