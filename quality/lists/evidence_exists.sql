-- What an entry rests on is in the master database, so in a file and line.
-- table: lists.evidence
-- outcome: fail
SELECT
    evidence.entry_version,
    evidence.parent_kind,
    evidence.parent_id
FROM lists.evidence
WHERE
    NOT EXISTS (
        SELECT 1
        FROM (
            SELECT
                record_id,
                version
            FROM merge.events
            UNION
            SELECT
                record_id,
                version
            FROM merge.facts
            UNION
            SELECT
                record_id,
                version
            FROM merge.links
        ) AS records
        WHERE concat_ws(':', id_text(records.record_id), id_text(records.version)) = evidence.parent_id
    )
