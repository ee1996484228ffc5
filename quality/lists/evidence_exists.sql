-- What an entry rests on is in the master database, so in a file and line.
-- table: lists.evidence
-- outcome: fail
SELECT
    evidence.entry_version,
    evidence.parent_kind,
    evidence.parent_id
FROM lists.evidence
LEFT JOIN resolve.matches
    ON concat_ws(':', id_text(matches.record_id), id_text(matches.version)) = evidence.parent_id
WHERE matches.record_id IS NULL
