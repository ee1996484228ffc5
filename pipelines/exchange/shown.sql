-- What each holder shows, by whatever path it learned it: the union over paths. Agencies and scores act
-- on this, since they act on the copy they hold.
-- source: exchange.copies
-- grain: one row a holder, entry version, subject shown and period
-- key: holder, entry_version, subject_id, from_day
-- intervals: union
SELECT
    c.holder AS holder,
    c.list AS list,
    c.entry_id AS entry_id,
    c.entry_version AS entry_version,
    c.subject_id AS subject_id,
    c.from_day AS from_day,
    c.to_day AS to_day
FROM exchange.copies AS c
