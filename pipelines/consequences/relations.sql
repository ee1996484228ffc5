-- Who is linked to whom, in either direction, on which days: the record of the link is believed and
-- says that the link holds on that day. `step` reads kind:from>to, where a acts, owns, leads, raises
-- or works, and b is whom or for whom.
-- source: merge.links
-- grain: one row a step, pair of subjects and period
-- key: step, from_id, to_id, from_day
-- intervals: union
SELECT
    concat_ws(':', l.link_kind, 'a>b') AS step,
    l.a_id AS from_id,
    l.b_id AS to_id,
    greatest(l.from_day, coalesce(l.valid_from, l.from_day)) AS from_day,
    least(l.to_day, l.valid_to) AS to_day
FROM merge.links AS l
WHERE greatest(l.from_day, coalesce(l.valid_from, l.from_day)) < until(least(l.to_day, l.valid_to))
UNION ALL
SELECT
    concat_ws(':', l.link_kind, 'b>a') AS step,
    l.b_id AS from_id,
    l.a_id AS to_id,
    greatest(l.from_day, coalesce(l.valid_from, l.from_day)) AS from_day,
    least(l.to_day, l.valid_to) AS to_day
FROM merge.links AS l
WHERE greatest(l.from_day, coalesce(l.valid_from, l.from_day)) < until(least(l.to_day, l.valid_to))
