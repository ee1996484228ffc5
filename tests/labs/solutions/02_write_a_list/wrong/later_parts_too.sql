-- refused by: periods
WITH spans AS (
    SELECT subject_id, greatest(from_day, act_day) AS starts,
        least(coalesce(to_day, act_day + within_days), act_day + within_days) AS ends, min_acts
    FROM acts CROSS JOIN rule WHERE kind IN (SELECT kind FROM counted)
), steps AS (
    SELECT subject_id, starts AS day, 1 AS step, min_acts FROM spans WHERE starts < ends
    UNION ALL SELECT subject_id, ends, -1, min_acts FROM spans WHERE starts < ends
), days AS (
    SELECT subject_id, day, min_acts, sum(sum(step)) OVER (PARTITION BY subject_id ORDER BY day) AS n
    FROM steps GROUP BY subject_id, day, min_acts
)
SELECT subject_id, day AS from_day, (
    SELECT min(ended.day) FROM days AS ended
    WHERE ended.subject_id = days.subject_id AND ended.day > days.day AND ended.n < ended.min_acts
) AS to_day
FROM days WHERE n >= min_acts
