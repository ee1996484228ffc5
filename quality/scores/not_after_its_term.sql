-- An act counts for its term, which runs from the day of the act.
-- table: scores.points
-- outcome: warn
SELECT
    points.keeper,
    points.subject_id,
    points.day,
    points.because
FROM scores.points
INNER JOIN scores.acts
    ON acts.because = points.because
    AND acts.subject_id = points.subject_id
    AND acts.trigger_kind = 'event'
INNER JOIN codes.points AS rules
    ON rules.keeper = points.keeper
    AND rules.trigger_kind = 'event'
    AND rules.trigger = acts.trigger_name
    AND (rules.ground IS NULL OR rules.ground = acts.ground)
GROUP BY points.keeper, points.subject_id, points.day, points.because
-- Of all rules the change could follow, the latest end; the first of a month may be a month after.
HAVING points.day > max(until(CASE rules.effective
        WHEN 'next_month' THEN month_after(acts.event_day + CAST(rules.term_days AS INTEGER))
        ELSE acts.event_day + CAST(rules.term_days AS INTEGER)
    END))
