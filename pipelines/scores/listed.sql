-- Whom a keeper's grades put on a list: the lowest on a blacklist, the highest on a red list. Whoever acts
-- on a grade must have been handed it, so grades travel as any list does.
-- source: the code list score_lists, which names the rule each rests on
-- grain: one row per list, subject, grade and period
-- key: list, subject_id, value, from_day
-- intervals: union by list, subject_id, value
SELECT
    score_lists.list,
    grades.subject_id,
    'grade' AS ground,
    score_lists.severity,
    grades.grade AS value,
    grades.from_day,
    grades.to_day
FROM scores.grades
INNER JOIN codes.lists ON lists.owner = grades.keeper
INNER JOIN codes.score_lists
    ON score_lists.list = lists.list
    AND score_lists.grade = grades.grade
