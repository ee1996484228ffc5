-- Whom do measures reach who is on no list?
-- Measures that go through a link: to a firm's leader, a debtor's child, a partner. Registers and other
-- neutral lists do not count.
SELECT
    regexp_replace(measures.link_path, ' [0-9a-f]{32}', '', 'g') AS links,
    measures.agency,
    count(*) AS measures,
    count(DISTINCT measures.subject_id) AS subjects
FROM today.measures
WHERE
    measures.link_path <> ''
    AND NOT EXISTS (
        SELECT 1 FROM today.copies
        INNER JOIN codes.lists ON lists.list = copies.list AND lists.polarity <> 'neutral'
        WHERE copies.subject_id = measures.subject_id
    )
GROUP BY ALL
ORDER BY measures DESC, links, measures.agency
