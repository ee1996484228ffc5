-- Whose records met nobody, and why?
-- An act whose subject nobody knows reaches no list: an error that hides somebody. A record that met somebody
-- on some days, and nobody before or after, is not among them.
SELECT
    unmatched.feed,
    unmatched.reason,
    count(DISTINCT unmatched.record_id) AS records,
    max(unmatched.candidates) AS most_candidates
FROM resolve.unmatched
WHERE NOT EXISTS (
        SELECT 1 FROM resolve.matches
        WHERE matches.record_id = unmatched.record_id
            AND matches.version = unmatched.version
            AND matches.role = unmatched.role
    )
GROUP BY ALL
ORDER BY records DESC, unmatched.feed, unmatched.reason
