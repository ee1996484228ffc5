-- Whose records met nobody, and why?
-- An act whose subject nobody knows reaches no list: an error that hides somebody.
SELECT
    unmatched.feed,
    unmatched.reason,
    count(DISTINCT unmatched.record_id) AS records,
    max(unmatched.candidates) AS most_candidates
FROM resolve.unmatched
GROUP BY ALL
ORDER BY records DESC, unmatched.feed, unmatched.reason
