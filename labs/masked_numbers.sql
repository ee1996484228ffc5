-- What a name and a masked number on a public page still tell. The mask stars out month and day of birth; the
-- division, the year, the running number (odd for men) and the check character stay. `numbers` of that year's
-- days give a number with this check character; `people` who are registered bear one of them; `namesakes` of
-- these bear the name as well. Where one is left, the page has told who it is.
-- grain: one row per resident of whom the public is told something
WITH told AS (
    SELECT
        subject_id,
        name,
        number
    FROM publication.names
    WHERE audience = 'public' AND contains(number, '*')
),

birthdays AS (
    SELECT
        strftime(day, '%Y') AS year,
        strftime(day, '%m%d') AS month_and_day
    FROM range(TIMESTAMP '1900-01-01', TIMESTAMP '2100-01-01', INTERVAL 1 DAY) AS days (day)
),

possible AS (
    SELECT
        masked.number,
        count(*) AS numbers
    FROM (SELECT DISTINCT number FROM told) AS masked
    INNER JOIN birthdays ON birthdays.year = masked.number[7:10]
    WHERE resident_no_ok(masked.number[1:10] || birthdays.month_and_day || masked.number[15:18])
    GROUP BY masked.number
),

registered AS (
    SELECT
        subject_id,
        name,
        mask_resident_no(resident_no) AS number
    FROM merge.subjects
    WHERE resident_no IS NOT NULL
)

SELECT
    told.subject_id,
    told.name,
    told.number,
    possible.numbers,
    count(*) AS people,
    count(*) FILTER (registered.name = told.name) AS namesakes
FROM told
INNER JOIN possible ON possible.number = told.number
INNER JOIN registered ON registered.number = told.number
GROUP BY ALL
ORDER BY told.number, told.name, told.subject_id
