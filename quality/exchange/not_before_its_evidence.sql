-- An entry begins no earlier than what it rests on is believed, or shown elsewhere.
-- table: exchange.entries
-- outcome: warn
WITH parents AS (
    SELECT
        concat_ws(':', id_text(record_id), id_text(version)) AS parent_id,
        from_day
    FROM resolve.matches
    UNION ALL
    SELECT
        id_text(entry_version) AS parent_id,
        from_day
    FROM exchange.entries
)

SELECT
    entries.entry_version,
    entries.list,
    entries.from_day,
    min(parents.from_day) AS believed_from
FROM exchange.entries
INNER JOIN exchange.evidence ON evidence.entry_version = entries.entry_version
INNER JOIN parents ON parents.parent_id = evidence.parent_id
GROUP BY entries.entry_version, entries.list, entries.from_day
HAVING entries.from_day < min(parents.from_day)
