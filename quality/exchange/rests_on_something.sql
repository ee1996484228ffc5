-- Whoever is shown is shown for an entry that leads back to a record, or to an entry elsewhere: one that
-- rests on nothing was made by hand.
-- table: exchange.copies
-- outcome: warn
-- severity: major
SELECT
    copies.list,
    copies.path,
    copies.entry_id,
    copies.entry_version,
    copies.subject_id,
    copies.from_day AS day
FROM exchange.copies
WHERE NOT EXISTS (
        SELECT 1
        FROM exchange.evidence
        WHERE evidence.entry_version = copies.entry_version
    )
