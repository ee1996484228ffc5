-- The occasions on which a holder makes an entry of its own. It looks at all it shows of an entry, by
-- whatever path; each unbroken time it shows it is one occasion, and the entry made then stands for the
-- holder's own term from that first day, whatever becomes of the one it was made from. What it says is
-- what was shown on that day (the graver first). If there is another occasion before the term is over,
-- that one takes over on its first day.
-- source: network.yml, adoptions
-- grain: one row per occasion
-- key: entry_id, subject_id, from_day
WITH held AS (
    {copies}
),

offered AS (
    SELECT
        adoptions.list,
        adoptions.from_list,
        adoptions.term_days,
        held.entry_id AS parent_entry_id,
        held.entry_version AS parent_version,
        held.subject_id,
        entries.ground,
        entries.severity,
        entries.value,
        CAST(severity.rank AS INTEGER) AS gravity,
        held.from_day,
        held.to_day
    FROM held
    INNER JOIN exchange.adoptions
        ON adoptions.adopter = held.holder
        AND adoptions.from_list = held.list
    INNER JOIN {entries} AS entries
        ON entries.entry_version = held.entry_version
        AND entries.entry_id = held.entry_id
    INNER JOIN codes.severities AS severity ON severity.code = entries.severity
    INNER JOIN codes.severities AS least_severity
        ON least_severity.code = adoptions.min_severity
        AND CAST(least_severity.rank AS INTEGER) <= CAST(severity.rank AS INTEGER){not_descended}
),

marked AS (
    SELECT
        *,
        CASE
            WHEN from_day <= max(until(to_day)) OVER (
                PARTITION BY list, parent_entry_id, subject_id
                ORDER BY from_day, gravity DESC, ground, parent_version, until(to_day)
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) THEN 0
            ELSE 1
        END AS opens
    FROM offered
),

occasions AS (
    SELECT
        *,
        lead(from_day) OVER (
            PARTITION BY list, parent_entry_id, subject_id
            ORDER BY from_day
        ) AS next_day
    FROM marked
    WHERE opens = 1
)

SELECT
    hash_id(concat_ws('|', list, id_text(parent_entry_id), id_text(subject_id))) AS entry_id,
    list,
    from_list,
    parent_entry_id,
    parent_version,
    subject_id,
    ground,
    severity,
    value,
    from_day,
    least(from_day + term_days, next_day) AS to_day
FROM occasions
