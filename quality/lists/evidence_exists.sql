-- The event an entry rests on is in the master database, so in a file and line.
-- table: lists.evidence
-- outcome: fail
SELECT
    evidence.entry_version,
    evidence.parent_kind,
    evidence.parent_id
FROM lists.evidence
WHERE evidence.parent_kind = 'event'
    AND NOT EXISTS (
        SELECT 1
        FROM merge.events
        WHERE concat_ws(':', id_text(events.record_id), id_text(events.version)) = evidence.parent_id
    )
