-- The ways from a listed subject to those whom measures reach: to that subject itself, over no step at
-- all, or over one link or two, as many as the policy of the run lets measures follow. A way is there on
-- the days on which all its links are, from the first day on which an agency shows the subject, and never
-- leads back to where it began.
-- source: the code list measures; consequences.relations
-- grain: one row per listed subject, way and period
-- key: listed_id, linked_id, link_path, from_day
WITH sought AS (
    -- Only what some measure asks for: all pairs of subjects two links apart would be far too many.
    SELECT
        shown.subject_id AS listed_id,
        measures.step1,
        measures.step2,
        min(shown.from_day) AS first_day
    FROM exchange.shown
    INNER JOIN codes.measures
        ON measures.agency = shown.holder
        AND measures.list = shown.list
    GROUP BY shown.subject_id, measures.step1, measures.step2
)

SELECT
    listed_id,
    listed_id AS linked_id,
    '' AS steps,
    '' AS link_path,
    first_day AS from_day,
    CAST(NULL AS DATE) AS to_day
FROM sought
WHERE step1 IS NULL
UNION ALL
SELECT
    sought.listed_id,
    link.to_id AS linked_id,
    link.step AS steps,
    concat_ws(' ', link.step, id_text(sought.listed_id)) AS link_path,
    greatest(sought.first_day, link.from_day) AS from_day,
    link.to_day
FROM sought
INNER JOIN consequences.relations AS link
    ON link.from_id = sought.listed_id
    AND link.step = sought.step1
    AND sought.first_day < until(link.to_day)
INNER JOIN codes.run ON run.link_depth >= 1
WHERE sought.step2 IS NULL
UNION ALL
SELECT
    sought.listed_id,
    second_link.to_id AS linked_id,
    concat_ws(' ', first_link.step, second_link.step) AS steps,
    concat_ws(
        ' ', first_link.step, id_text(sought.listed_id), second_link.step, id_text(second_link.from_id)
    )
        AS link_path,
    greatest(sought.first_day, first_link.from_day, second_link.from_day) AS from_day,
    least(first_link.to_day, second_link.to_day) AS to_day
FROM sought
INNER JOIN consequences.relations AS first_link
    ON first_link.from_id = sought.listed_id
    AND first_link.step = sought.step1
    AND sought.first_day < until(first_link.to_day)
INNER JOIN consequences.relations AS second_link
    ON second_link.from_id = first_link.to_id
    AND second_link.step = sought.step2
    AND second_link.to_id <> sought.listed_id
    AND sought.first_day < until(second_link.to_day)
    AND meet(first_link.from_day, first_link.to_day, second_link.from_day, second_link.to_day)
INNER JOIN codes.run ON run.link_depth >= 2
