-- What kind of subject each one is believed to be, day by day: as its register says, or, of somebody an
-- island knows by its own key alone, as that island's records say. What was last believed stays when
-- the record goes, since nobody becomes something else by leaving a register. Where records differ on
-- one day the kind first in alphabetical order holds. Before anybody says a kind there is no row.
-- source: resolve.names and resolve.designations
-- grain: one row per subject and period
-- key: subject_id, from_day
WITH said AS (
    SELECT
        subject_id,
        subject_kind,
        from_day,
        to_day
    FROM resolve.names
    WHERE subject_kind IS NOT NULL
    UNION ALL
    SELECT
        matches.subject_id,
        designations.subject_kind,
        matches.from_day,
        matches.to_day
    FROM resolve.matches
    INNER JOIN resolve.designations ON designations.reference_id = matches.reference_id
    WHERE matches.method = 'own_key'
        AND designations.subject_kind IS NOT NULL
),

known AS (
    SELECT
        subject_id,
        min(subject_kind) AS one_kind,
        max(subject_kind) AS other_kind,
        min(from_day) AS from_day
    FROM said
    GROUP BY subject_id
),

disputed AS (
    SELECT
        said.subject_id,
        said.subject_kind,
        said.from_day,
        said.to_day
    FROM said
    INNER JOIN known
        ON known.subject_id = said.subject_id
        AND known.one_kind <> known.other_kind
),

turns AS (
    SELECT
        subject_id,
        from_day AS day
    FROM disputed
    UNION
    SELECT
        subject_id,
        to_day AS day
    FROM disputed
    WHERE to_day IS NOT NULL
),

believed AS (
    SELECT
        turns.subject_id,
        turns.day,
        min(disputed.subject_kind) AS subject_kind
    FROM turns
    INNER JOIN disputed
        ON disputed.subject_id = turns.subject_id
        AND on_day(disputed.from_day, disputed.to_day, turns.day)
    GROUP BY turns.subject_id, turns.day
),

marked AS (
    SELECT
        subject_id,
        day,
        subject_kind,
        lag(subject_kind) OVER (PARTITION BY subject_id ORDER BY day) AS kind_before
    FROM believed
),

changed AS (
    SELECT
        subject_id,
        subject_kind,
        day AS from_day,
        lead(day) OVER (PARTITION BY subject_id ORDER BY day) AS to_day
    FROM marked
    WHERE kind_before IS NULL OR kind_before <> subject_kind
)

SELECT
    subject_id,
    one_kind AS subject_kind,
    from_day,
    CAST(NULL AS DATE) AS to_day
FROM known
WHERE one_kind = other_kind
UNION ALL
SELECT
    subject_id,
    subject_kind,
    from_day,
    to_day
FROM changed
