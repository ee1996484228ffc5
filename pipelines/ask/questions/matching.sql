-- How are the records of each feed matched to subjects, and how surely?
-- Scores are thousandths; below 1,000 somebody else may be meant.
SELECT
    mentions.feed,
    matches.method,
    count(*) AS matches,
    min(matches.score) AS least_score,
    count(DISTINCT matches.subject_id) AS subjects
FROM today.matches
INNER JOIN (
    SELECT DISTINCT
        record_id,
        feed
    FROM resolve.mentions
) AS mentions
    ON mentions.record_id = matches.record_id
GROUP BY ALL
ORDER BY mentions.feed, matches DESC, matches.method
