-- What changes points, and while it does: an entry changes them from the day on which the keeper shows it
-- (or from the first of the next month) until it shows it no longer. How long an act counts is said by its
-- list, whose entries end. A rule for the ground of an entry takes the place of the rule for its list.
-- What changes one's points changes those of whoever is linked to him as well, by no more than a bound
-- and over one link, as the policy of the run says: partners, family and friends, ten households, or nobody.
-- source: the code lists points and contagion, which name the rule each rests on
-- grain: one row per keeper, subject, entry version, reason and period
-- key: keeper, subject_id, entry_version, reason, from_day
WITH ruled AS (
    SELECT
        counted.keeper,
        counted.subject_id,
        counted.entry_version,
        CAST(coalesce(of_ground.change, of_list.change) AS INTEGER) AS change,
        coalesce(of_ground.effective, of_list.effective) AS effective,
        concat_ws(':', counted.list, of_ground.ground) AS reason,
        counted.from_day,
        counted.to_day
    FROM scores.counted
    LEFT JOIN codes.points AS of_ground
        ON of_ground.keeper = counted.keeper
        AND of_ground.list = counted.list
        AND of_ground.ground = counted.ground
    LEFT JOIN codes.points AS of_list
        ON of_list.keeper = counted.keeper
        AND of_list.list = counted.list
        AND of_list.ground IS NULL
    WHERE coalesce(of_ground.change, of_list.change) IS NOT NULL
),

links AS (
    SELECT contagion.*
    FROM codes.contagion
    INNER JOIN codes.run ON run.score_links = contagion.links
),

moved AS (
    SELECT
        ruled.*,
        ruled.subject_id AS linked_id,
        CAST(NULL AS VARCHAR) AS step,
        CAST(NULL AS INTEGER) AS bound,
        ruled.from_day AS first_day,
        ruled.to_day AS end_day
    FROM ruled
    UNION ALL
    SELECT
        ruled.*,
        relations.to_id AS linked_id,
        links.step,
        CAST(links.bound AS INTEGER) AS bound,
        greatest(ruled.from_day, relations.from_day) AS first_day,
        least(ruled.to_day, relations.to_day) AS end_day
    FROM ruled
    INNER JOIN links ON links.keeper = ruled.keeper
    INNER JOIN consequences.relations
        ON relations.from_id = ruled.subject_id
        AND relations.step = links.step
        AND meet(relations.from_day, relations.to_day, ruled.from_day, ruled.to_day)
    UNION ALL
    SELECT
        ruled.*,
        neighbours.subject_id AS linked_id,
        links.step,
        CAST(links.bound AS INTEGER) AS bound,
        greatest(ruled.from_day, own.from_day, neighbours.from_day) AS first_day,
        least(ruled.to_day, own.to_day, neighbours.to_day) AS end_day
    FROM ruled
    INNER JOIN links
        ON links.keeper = ruled.keeper
        AND links.step = 'ten_households'
    INNER JOIN scores.tens AS own
        ON own.subject_id = ruled.subject_id
        AND meet(own.from_day, own.to_day, ruled.from_day, ruled.to_day)
    INNER JOIN scores.tens AS neighbours
        ON neighbours.ten = own.ten
        AND neighbours.subject_id <> own.subject_id
        AND meet(neighbours.from_day, neighbours.to_day, own.from_day, own.to_day)
        AND meet(neighbours.from_day, neighbours.to_day, ruled.from_day, ruled.to_day)
),

-- Of those the keeper scores.
scored AS (
    SELECT
        moved.keeper,
        moved.linked_id AS subject_id,
        moved.entry_version,
        CASE
            WHEN moved.bound IS NULL THEN moved.change
            ELSE least(greatest(moved.change, -moved.bound), moved.bound)
        END AS change,
        moved.effective,
        concat_ws(':', moved.reason, moved.step) AS reason,
        greatest(moved.first_day, members.from_day) AS from_day,
        least(moved.end_day, members.to_day) AS to_day
    FROM moved
    INNER JOIN scores.members
        ON members.keeper = moved.keeper
        AND members.subject_id = moved.linked_id
        AND meet(members.from_day, members.to_day, moved.first_day, moved.end_day)
),

held AS (
    SELECT
        keeper,
        subject_id,
        entry_version,
        change,
        reason,
        CASE effective WHEN 'next_month' THEN month_after(from_day) ELSE from_day END AS from_day,
        CASE effective WHEN 'next_month' THEN month_after(to_day) ELSE to_day END AS to_day
    FROM scored
)

SELECT
    keeper,
    subject_id,
    entry_version,
    change,
    reason,
    from_day,
    to_day
FROM held
WHERE from_day < until(to_day)
