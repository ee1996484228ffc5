-- Which households answer for each other where the policy of the run makes them: the residents of ten
-- houses of one street, by the number of the house. Empty under any other policy.
-- source: baojia registers: households in tens, answerable for each other; that ten houses in a row are
--         such a ten is ours
-- grain: one row per resident, ten and period
-- key: subject_id, ten, from_day
-- intervals: union by subject_id
SELECT
    names.subject_id,
    -- up to the last digit of the number: 柳陌区晚晴中街12号 is one of the ten 柳陌区晚晴中街1
    substr(split_part(names.address, '号', 1), 1, length(split_part(names.address, '号', 1)) - 1) AS ten,
    names.from_day,
    names.to_day
FROM resolve.names
INNER JOIN codes.run ON run.score_links = 'baojia'
WHERE names.subject_kind = 'resident'
    AND names.address IS NOT NULL
