-- An agency acts on what it shows on the day it acts.
-- table: consequences.measures
-- outcome: fail
SELECT
    measures.measure_id,
    measures.agency,
    measures.because_entry_version,
    measures.from_day AS day
FROM consequences.measures
WHERE
    NOT EXISTS (
        SELECT 1
        FROM exchange.copies
        WHERE copies.holder = measures.agency
            AND copies.entry_version = measures.because_entry_version
            -- As on_day; a function that is given a column from outside makes Spark join each copy with
            -- every day.
            AND copies.from_day <= measures.from_day
            AND measures.from_day < until(copies.to_day)
    )
