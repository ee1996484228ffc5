-- Lab 2. One SELECT; see README.md. Give subject_id, from_day, to_day.
SELECT
    acts.subject_id,
    min(acts.from_day) AS from_day,
    max(acts.act_day + rule.within_days) AS to_day
FROM acts
CROSS JOIN rule
WHERE acts.kind IN (SELECT counted.kind FROM counted)
GROUP BY acts.subject_id, rule.min_acts
HAVING count(*) >= rule.min_acts
