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
            AND on_day(shown.from_day, shown.to_day, adopted.from_day)
    )
