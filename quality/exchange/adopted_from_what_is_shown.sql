-- A holder makes an entry of its own because it shows another's, on that day.
-- table: exchange.adopted
-- outcome: warn
SELECT
    adopted.entry_version,
    adopted.list,
    adopted.subject_id,
    adopted.from_day AS day
FROM exchange.adopted
INNER JOIN codes.lists ON lists.list = adopted.list
WHERE
    NOT EXISTS (
        SELECT 1
        FROM exchange.evidence
        INNER JOIN exchange.shown ON id_text(shown.entry_version) = evidence.parent_id
        WHERE evidence.entry_version = adopted.entry_version
            AND evidence.parent_kind = 'entry'
            AND shown.holder = lists.owner
            AND shown.subject_id = adopted.subject_id
            -- As on_day; a function that is given a column from outside makes Spark join each row shown with
            -- every day.
            AND shown.from_day <= adopted.from_day
            AND adopted.from_day < until(shown.to_day)
    )
