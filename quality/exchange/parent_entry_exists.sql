-- An adopted entry leads back to the entry it was made from.
-- table: exchange.evidence
-- outcome: fail
SELECT
    evidence.entry_version,
    evidence.parent_kind,
    evidence.parent_id
FROM exchange.evidence
WHERE evidence.parent_kind = 'entry'
    AND NOT EXISTS (
        SELECT 1
        FROM exchange.entries
        WHERE id_text(entries.entry_version) = evidence.parent_id
    )
