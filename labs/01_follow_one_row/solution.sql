-- Lab 1. One SELECT; see README.md. Give entry_version, feed, file, line.
SELECT
    asked.entry_version,
    lines.feed,
    lines.file,
    lines.line
FROM asked
INNER JOIN evidence ON evidence.entry_version = asked.entry_version
INNER JOIN lines ON evidence.parent_id = concat_ws(':', lines.record_id, lines.version)
WHERE evidence.parent_kind = 'event'
