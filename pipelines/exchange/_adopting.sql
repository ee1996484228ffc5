-- The occasions on which a holder makes an entry of its own. It looks at all it shows of an entry, by
-- whatever path; each unbroken time it shows it is one occasion, and the entry made then stands for the
-- holder's own term from that first day, whatever becomes of the one it was made from. What it says is
-- what was shown on that day (the graver first). If there is another occasion before the term is over,
-- that one takes over on its first day.
-- source: network.yml, adoptions
-- grain: one row an occasion
-- key: entry_id, subject_id, from_day
-- unit: parent_entry_id
{held}
-- touches: {entries} e ON e.entry_id = unit.parent_entry_id{lineage}
WITH held AS (
    {copies}
),

offered AS (
    SELECT
        a.list AS list,
        a.from_list AS from_list,
        a.term_days AS term_days,
        h.entry_id AS parent_entry_id,
        h.entry_version AS parent_version,
        h.subject_id AS subject_id,
        e.ground AS ground,
        e.severity AS severity,
        CAST(s.rank AS INTEGER) AS gravity,
        h.from_day AS from_day,
        h.to_day AS to_day
    FROM held AS h
    INNER JOIN exchange.adoptions AS a
        ON a.adopter = h.holder
        AND a.from_list = h.list
    INNER JOIN {entries} AS e ON e.entry_version = h.entry_version
    INNER JOIN codes.severities AS s ON s.code = e.severity
    INNER JOIN codes.severities AS m
        ON m.code = a.min_severity
        AND CAST(m.rank AS INTEGER) <= CAST(s.rank AS INTEGER){not_descended}
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
    hash_id(concat_ws('|', o.list, id_text(o.parent_entry_id), id_text(o.subject_id))) AS entry_id,
    o.list AS list,
    o.from_list AS from_list,
    o.parent_entry_id AS parent_entry_id,
    o.parent_version AS parent_version,
    o.subject_id AS subject_id,
    o.ground AS ground,
    o.severity AS severity,
    o.from_day AS from_day,
    least(o.from_day + o.term_days, o.next_day) AS to_day
FROM occasions AS o
