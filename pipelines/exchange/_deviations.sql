-- What mishaps do to what holders show. Of an entry that one strikes, each row here says which of the
-- copies on a path are shown from when to when: those that would first be shown in a window of days; as
-- they stand, or those that stood on one earlier day; under their own subject or another.
-- Where the receiver replaces all it has at every sync, a mishap lasts until the next one arrives, unless
-- its kind lasts for ever: subjects merged or split stay so.
-- Where it only adds, nothing is sent a second time: what was to be first shown in the meantime is
-- lost for good, or stays under the subject it was filed under. A receiver that drops an entry years later
-- (mode expire) counts among those that only add. Nobody but the owner can put the owner's own list right.
-- Where a code arrives cut, everybody of that kind who bears the name on the day of the sync is shown. What
-- somebody deletes by hand stands in exchange.deletions, a list sent astray in exchange.sent_astray.
-- source: exchange.struck_paths; resolve.names; that mode expire sends nothing twice is ours
-- grain: one row per path, entry, subject struck, window, period and subject shown
-- key: path, entry_id, subject_id, first_from_day, from_day, shown_id
WITH placed AS (
    SELECT
        list,
        entry_id,
        subject_id,
        other_id,
        path,
        as_of_day,
        until_day,
        begins,
        shows,
        sync_day,
        lasts = 'ever' OR distance = 0 AS lasts,
        distance > 0 AND NOT replaces AS adds,
        CASE WHEN shows = 'backup' AND distance > 0 AND NOT replaces THEN as_of_day + 1 ELSE begin_day END
            AS begin_day,
        CASE WHEN shows <> 'split' THEN next_day END AS next_day
    FROM exchange.struck_paths
    WHERE shows IN ('before', 'nothing', 'other', 'namesakes', 'backup', 'split')
        AND (shows <> 'nothing' OR begins <> 'day') -- those are deletions
),

ended AS (
    SELECT
        *,
        shows = 'split' OR (adds AND (begins = 'sync' OR shows = 'backup')) AS windowed,
        CASE
            WHEN NOT (lasts OR adds) THEN greatest(begin_day, least(next_day, until_day))
            WHEN until_day IS NOT NULL THEN greatest(begin_day, until_day)
        END AS end_day
    FROM placed
),

phased AS (
    -- Copies from before the window, those of the window while it lasts, those from after it; and
    -- everything once it is over.
    SELECT
        ended.list,
        ended.entry_id,
        ended.subject_id,
        ended.path,
        ended.sync_day,
        ended.shows,
        phases.phase,
        CASE
            WHEN ended.windowed AND phases.phase = 'later' THEN ended.next_day
            WHEN ended.windowed AND phases.phase <> 'before' THEN ended.begin_day
            ELSE DATE '0001-01-01'
        END AS first_from_day,
        CASE
            WHEN ended.windowed AND phases.phase = 'before' THEN ended.begin_day
            WHEN ended.windowed AND phases.phase <> 'later' THEN ended.next_day
        END AS first_to_day,
        CASE
            WHEN phases.phase = 'over' THEN ended.end_day
            WHEN phases.phase = 'during' AND NOT ended.windowed THEN ended.begin_day
            ELSE DATE '0001-01-01'
        END AS from_day,
        CASE
            WHEN phases.phase = 'during' THEN ended.end_day
            WHEN phases.phase = 'before' AND NOT ended.windowed THEN ended.begin_day
        END AS to_day,
        CASE
            WHEN phases.phase = 'during' AND ended.shows = 'before' THEN ended.begin_day - 1
            WHEN phases.phase = 'during' AND ended.shows = 'backup' THEN ended.as_of_day
        END AS as_of_day,
        CASE WHEN phases.phase = 'during' THEN ended.other_id END AS shown_id
    FROM ended
    CROSS JOIN (
        VALUES ('before'), ('during'), ('later'), ('over')
    ) AS phases(phase)
    WHERE phases.phase = 'before'
        OR (
            phases.phase = 'during'
            AND ended.shows <> 'nothing'
            AND NOT (ended.windowed AND ended.shows IN ('before', 'backup'))
        )
        OR (phases.phase = 'later' AND ended.windowed AND ended.next_day IS NOT NULL)
        OR (phases.phase = 'over' AND ended.end_day IS NOT NULL)
),

struck AS (
    SELECT
        phased.*,
        entries.entry_id AS struck_id,
        entries.subject_id AS listed_id
    FROM phased
    INNER JOIN {entries} AS entries
        ON entries.list = phased.list
        AND (phased.entry_id IS NULL OR phased.entry_id = entries.entry_id)
        AND (phased.subject_id IS NULL OR phased.subject_id = entries.subject_id)
)

SELECT DISTINCT
    struck.path,
    struck.struck_id AS entry_id,
    CASE WHEN struck.shows = 'namesakes' THEN struck.listed_id ELSE struck.subject_id END
        AS subject_id,
    struck.first_from_day,
    struck.first_to_day,
    struck.from_day,
    struck.to_day,
    struck.as_of_day,
    coalesce(namesakes.subject_id, struck.shown_id) AS shown_id
FROM struck
LEFT JOIN resolve.names AS own
    ON own.subject_id = struck.listed_id
    AND struck.shows = 'namesakes'
    AND struck.phase = 'during'
    AND on_day(own.from_day, own.to_day, struck.sync_day)
LEFT JOIN resolve.names AS namesakes
    ON namesakes.name_key = own.name_key
    AND namesakes.subject_kind = own.subject_kind
    AND on_day(namesakes.from_day, namesakes.to_day, struck.sync_day)
WHERE struck.from_day < until(struck.to_day)
