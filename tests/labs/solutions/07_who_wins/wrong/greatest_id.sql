-- refused by: by_id
WITH race AS (
    SELECT facts.*, row_number() OVER (
        PARTITION BY subject_id, facts.property ORDER BY rank, valid_from DESC, from_day DESC, fact_id DESC) AS n
    FROM facts JOIN ranks ON ranks.property = facts.property AND ranks.source = facts.source CROSS JOIN as_of
    WHERE from_day <= as_of.day AND (to_day IS NULL OR to_day > as_of.day) AND valid_from <= as_of.day
        AND trim(value, ' 　') NOT IN ('', '-', '无')
)
SELECT subject_id, property, value, fact_id FROM race WHERE n = 1
