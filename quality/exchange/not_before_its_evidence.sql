-- An entry made of another begins no earlier than that is shown anywhere. (What rests on records is asked of
-- lists.)
-- table: exchange.entries
-- outcome: warn
SELECT
    entries.entry_version,
    entries.list,
    min(parents.from_day) AS believed_from,
    entries.from_day AS day
FROM exchange.entries
INNER JOIN exchange.evidence
    ON evidence.entry_version = entries.entry_version
    AND evidence.parent_kind = 'entry'
INNER JOIN exchange.entries AS parents ON id_text(parents.entry_version) = evidence.parent_id
GROUP BY entries.entry_version, entries.list, entries.from_day
HAVING entries.from_day < min(parents.from_day)
