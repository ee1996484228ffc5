-- refused by: nothing_else
SELECT asked.entry_version, lines.feed, lines.file, lines.line
FROM asked CROSS JOIN lines
WHERE lines.line <= 3
