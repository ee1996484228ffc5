-- Who is linked to whom, in either direction, on which days: the record of the link is believed and
-- says that the link holds on that day. `step` reads kind:from>to, where a acts, owns, leads, raises
-- or works, and b is whom or for whom.
-- source: merge.links
-- grain: one row per step, pair of subjects and period
-- key: step, from_id, to_id, from_day
-- intervals: union
SELECT
    concat_ws(':', link_kind, 'a>b') AS step,
    a_id AS from_id,
    b_id AS to_id,
    greatest(from_day, coalesce(valid_from, from_day)) AS from_day,
    least(to_day, valid_to) AS to_day
FROM merge.links
WHERE greatest(from_day, coalesce(valid_from, from_day)) < until(least(to_day, valid_to))
UNION ALL
SELECT
    concat_ws(':', link_kind, 'b>a') AS step,
    b_id AS from_id,
    a_id AS to_id,
    greatest(from_day, coalesce(valid_from, from_day)) AS from_day,
    least(to_day, valid_to) AS to_day
FROM merge.links
WHERE greatest(from_day, coalesce(valid_from, from_day)) < until(least(to_day, valid_to))
