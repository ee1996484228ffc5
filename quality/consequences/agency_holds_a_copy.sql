-- An agency acts on what it shows on the day it acts.
-- table: consequences.measures
-- outcome: fail
SELECT
    measures.measure_id,
    measures.agency,
    measures.because_entry_version,
    measures.from_day AS day
FROM consequences.measures
LEFT JOIN exchange.copies
    ON copies.holder = measures.agency
    AND copies.entry_version = measures.because_entry_version
    AND on_day(copies.from_day, copies.to_day, measures.from_day)
WHERE copies.entry_version IS NULL
