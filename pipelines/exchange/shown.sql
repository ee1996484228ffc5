-- What each holder shows, by whatever path it learned it: the union over paths. Agencies and scores act
-- on this, since they act on the copy they hold.
-- source: exchange.copies
-- grain: one row per holder, entry version, subject shown and period
-- key: holder, entry_version, subject_id, from_day
-- intervals: union by holder, entry_version, subject_id
SELECT
    holder,
    list,
    entry_id,
    entry_version,
    subject_id,
    from_day,
    to_day
FROM exchange.copies
