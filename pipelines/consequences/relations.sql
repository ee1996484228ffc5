-- Who is linked to whom, in either direction, on which days: the record of the link is believed and says
-- that the link holds on that day. `step` reads kind:from>to, where a acts, owns, leads, raises, works or
-- sends money, and b is whom, for whom or to whom. A third part narrows it: parent_child:a>b:minor holds for
-- as long as the child is under age, and for good where nobody gives its birthday, since which a parent is
-- one. Nobody is linked to himself, whatever a record says.
-- source: merge.links; 18 years are over after 6,575 days, wherever the leap days fall
-- grain: one row per step, pair of subjects and period
-- key: step, from_id, to_id, from_day
-- intervals: union by step, from_id, to_id
WITH told AS (
    SELECT
        link_kind,
        a_id,
        b_id,
        greatest(from_day, coalesce(valid_from, from_day)) AS from_day,
        least(to_day, valid_to) AS to_day,
        least(to_day, valid_to, valid_from + 6575) AS of_age
    FROM merge.links
    WHERE a_id <> b_id
)

SELECT
    concat_ws(':', link_kind, 'a>b') AS step,
    a_id AS from_id,
    b_id AS to_id,
    from_day,
    to_day
FROM told
WHERE from_day < until(to_day)
UNION ALL
SELECT
    concat_ws(':', link_kind, 'b>a') AS step,
    b_id AS from_id,
    a_id AS to_id,
    from_day,
    to_day
FROM told
WHERE from_day < until(to_day)
UNION ALL
SELECT
    concat_ws(':', link_kind, 'a>b', 'minor') AS step,
    a_id AS from_id,
    b_id AS to_id,
    from_day,
    of_age AS to_day
FROM told
WHERE link_kind = 'parent_child'
    AND from_day < until(of_age)
