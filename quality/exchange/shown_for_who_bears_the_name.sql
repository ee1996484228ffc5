-- A holder that looks names up shows an entry for the subject its sender shows, or for somebody of that kind
-- who bears the same name; anybody else was put in its place on the way.
-- table: exchange.copies
-- outcome: warn
-- severity: major
WITH by_name AS (
    SELECT
        copies.list,
        copies.path,
        paths.parent_path,
        copies.entry_version,
        copies.subject_id,
        copies.from_day
    FROM exchange.copies
    INNER JOIN exchange.paths
        ON paths.list = copies.list
        AND paths.path = copies.path
        AND paths.match <> 'code'
        AND paths.distance > 0
),

strangers AS (
    SELECT by_name.*
    FROM by_name
    WHERE NOT EXISTS (
            SELECT 1
            FROM exchange.copies AS sent
            WHERE sent.entry_version = by_name.entry_version
                AND sent.list = by_name.list
                AND sent.path = by_name.parent_path
                AND sent.subject_id = by_name.subject_id
        )
)

SELECT
    strangers.list,
    strangers.path,
    strangers.entry_version,
    strangers.subject_id,
    strangers.from_day AS day
FROM strangers
WHERE NOT EXISTS (
        SELECT 1
        FROM exchange.copies AS sent
        INNER JOIN resolve.names AS own ON own.subject_id = sent.subject_id
        INNER JOIN resolve.names AS namesake
            ON namesake.name_key = own.name_key
            AND namesake.subject_kind = own.subject_kind
            AND meet(namesake.from_day, namesake.to_day, own.from_day, own.to_day)
        WHERE sent.entry_version = strangers.entry_version
            AND sent.list = strangers.list
            AND sent.path = strangers.parent_path
            AND namesake.subject_id = strangers.subject_id
    )
