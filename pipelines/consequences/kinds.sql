-- What kind of subject each one is believed to be, day by day: as its register says, or, of somebody an
-- island knows by its own key alone, as that island's records say. What was last believed stays when
-- the record goes, since nobody becomes something else by leaving a register. Where records differ on
-- one day the kind first in alphabetical order holds. Before anybody says a kind there is no row.
-- source: resolve.names and resolve.designations
-- grain: one row a subject and period
-- key: subject_id, from_day
WITH said AS (
    SELECT
        n.subject_id AS subject_id,
        n.subject_kind AS subject_kind,
        n.from_day AS from_day,
        n.to_day AS to_day
    FROM resolve.names AS n
    WHERE n.subject_kind IS NOT NULL
    UNION ALL
    SELECT
        m.subject_id AS subject_id,
        d.subject_kind AS subject_kind,
        m.from_day AS from_day,
        m.to_day AS to_day
    FROM resolve.matches AS m
    INNER JOIN resolve.designations AS d ON d.reference_id = m.reference_id
    WHERE m.method = 'own_key'
        AND d.subject_kind IS NOT NULL
),

known AS (
    SELECT
        s.subject_id AS subject_id,
        min(s.subject_kind) AS one_kind,
        max(s.subject_kind) AS other_kind,
        min(s.from_day) AS from_day
    FROM said AS s
    GROUP BY s.subject_id
),

disputed AS (
    SELECT
        s.subject_id AS subject_id,
        s.subject_kind AS subject_kind,
        s.from_day AS from_day,
        s.to_day AS to_day
    FROM said AS s
    INNER JOIN known AS k
        ON k.subject_id = s.subject_id
        AND k.one_kind <> k.other_kind
),

turns AS (
    SELECT
        d.subject_id AS subject_id,
        d.from_day AS day
    FROM disputed AS d
    UNION
    SELECT
        d.subject_id AS subject_id,
        d.to_day AS day
    FROM disputed AS d
    WHERE d.to_day IS NOT NULL
),

believed AS (
    SELECT
        t.subject_id AS subject_id,
        t.day AS day,
        min(d.subject_kind) AS subject_kind
    FROM turns AS t
    INNER JOIN disputed AS d
        ON d.subject_id = t.subject_id
        AND d.from_day <= t.day
        AND t.day < until(d.to_day)
    GROUP BY t.subject_id, t.day
),

marked AS (
    SELECT
        b.subject_id AS subject_id,
        b.day AS day,
        b.subject_kind AS subject_kind,
        lag(b.subject_kind) OVER (PARTITION BY b.subject_id ORDER BY b.day) AS kind_before
    FROM believed AS b
),

changed AS (
    SELECT
        m.subject_id AS subject_id,
        m.subject_kind AS subject_kind,
        m.day AS from_day,
        lead(m.day) OVER (PARTITION BY m.subject_id ORDER BY m.day) AS to_day
    FROM marked AS m
    WHERE m.kind_before IS NULL OR m.kind_before <> m.subject_kind
)

SELECT
    k.subject_id AS subject_id,
    k.one_kind AS subject_kind,
    k.from_day AS from_day,
    CAST(NULL AS DATE) AS to_day
FROM known AS k
WHERE k.one_kind = k.other_kind
UNION ALL
SELECT
    c.subject_id AS subject_id,
    c.subject_kind AS subject_kind,
    c.from_day AS from_day,
    c.to_day AS to_day
FROM changed AS c
