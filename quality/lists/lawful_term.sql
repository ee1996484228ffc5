-- Nobody stays on a list longer than the law lets it last after the latest event the entry rests on.
-- The longest term of each list and the rule it rests on stand in the code list `lists`; a reprimand or
-- small fine is shown for three months (90 days) on the enterprise publicity system.
-- table: lists.entries
-- outcome: warn
WITH last_events AS (
    SELECT
        entries.entry_version,
        entries.list,
        entries.subject_id,
        entries.to_day,
        CASE
            WHEN entries.list = 'administrative_penalties' AND entries.severity = 'minor' THEN 90
            ELSE CAST(lists.longest_term_days AS INTEGER)
        END AS longest_term_days,
        max(events.event_day) AS event_day
    FROM lists.entries
    INNER JOIN codes.lists ON lists.list = entries.list
    INNER JOIN lists.evidence
        ON evidence.entry_version = entries.entry_version
        AND evidence.parent_kind = 'event'
    INNER JOIN merge.events
        ON concat_ws(':', id_text(events.record_id), id_text(events.version)) = evidence.parent_id
    WHERE lists.longest_term_days IS NOT NULL
    GROUP BY
        entries.entry_version,
        entries.list,
        entries.subject_id,
        entries.to_day,
        entries.severity,
        lists.longest_term_days
)

SELECT
    entry_version,
    list,
    subject_id,
    to_day,
    event_day,
    event_day + longest_term_days AS day
FROM last_events
WHERE until(to_day) > event_day + longest_term_days
