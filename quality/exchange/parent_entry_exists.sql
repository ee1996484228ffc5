-- An adopted entry leads back to the entry it was made from.
-- table: exchange.evidence
-- outcome: fail
SELECT
    evidence.entry_version,
    evidence.parent_kind,
    evidence.parent_id
FROM exchange.evidence
LEFT JOIN exchange.entries ON id_text(entries.entry_version) = evidence.parent_id
WHERE evidence.parent_kind = 'entry'
    AND entries.entry_version IS NULL
