-- Whoever a number stands for bears the name given beside it: the register has had its name for the subject
-- since before the act, and has it still a month after, by when it would have told of another. Names are
-- compared in one form; `distance` is how many characters differ, by which a slip is told from another
-- person. Names that the register tells of later excuse nothing: what was seen on a day stays seen. A
-- register's own filing says when it was last changed, not when its leader's name was taken down,
-- so that its leaders are not compared.
-- table: resolve.mentions
-- outcome: warn
-- owner: island
-- severity: major
WITH unlike AS (
    -- Nearly all bear a name that the register had told of by then.
    SELECT
        mentions.record_id,
        mentions.version,
        mentions.role,
        mentions.feed,
        decisions.subject_id,
        mentions.name_key,
        greatest(mentions.from_day, decisions.from_day) AS from_day,
        least(mentions.to_day, decisions.to_day) AS to_day
    FROM resolve.mentions
    INNER JOIN resolve.decisions
        ON decisions.reference_id = mentions.reference_id
        AND decisions.subject_id IS NOT NULL
        AND decisions.method IN ('code', 'code_flagged', 'crosswalk', 'substring')
        AND meet(mentions.from_day, mentions.to_day, decisions.from_day, decisions.to_day)
    WHERE mentions.name_key IS NOT NULL
        AND NOT EXISTS (
            SELECT 1
            FROM resolve.names
            WHERE names.subject_id = decisions.subject_id
                AND names.name_key = mentions.name_key
                AND names.from_day <= greatest(mentions.from_day, decisions.from_day)
        )
),

acts AS (
    SELECT
        record_id,
        version,
        'subject' AS role,
        event_day AS act_day
    FROM conform.events
    UNION ALL
    SELECT
        record_id,
        version,
        'a' AS role,
        valid_from AS act_day
    FROM conform.links
    WHERE b_scheme IS NULL OR b_scheme <> 'record'
    UNION ALL
    SELECT
        record_id,
        version,
        'b' AS role,
        valid_from AS act_day
    FROM conform.links
),

dated AS (
    SELECT
        unlike.*,
        acts.act_day,
        greatest(unlike.from_day, acts.act_day + 31) AS sought_day
    FROM unlike
    INNER JOIN acts
        ON acts.record_id = unlike.record_id
        AND acts.version = unlike.version
        AND acts.role = unlike.role
),

compared AS (
    SELECT
        dated.*,
        names.subject_id AS bearer_id,
        names.name AS registered_name,
        names.name_key AS registered_key,
        greatest(dated.sought_day, names.from_day) AS day
    FROM dated
    INNER JOIN resolve.names
        ON names.subject_id = dated.subject_id
        AND names.name_key IS NOT NULL
        AND meet(names.from_day, names.to_day, dated.sought_day, dated.to_day)
    WHERE dated.sought_day < until(dated.to_day)
    UNION ALL
    SELECT
        dated.*,
        names.subject_id AS bearer_id,
        names.name AS registered_name,
        names.name_key AS registered_key,
        greatest(dated.from_day, names.from_day) AS day
    FROM dated
    INNER JOIN resolve.names
        ON names.name_key = dated.name_key
        AND names.subject_kind <> 'resident'
        AND meet(names.from_day, names.to_day, dated.from_day, dated.to_day)
)

SELECT
    compared.record_id,
    compared.version,
    compared.role,
    compared.feed,
    compared.subject_id,
    compared.name_key AS name_given,
    compared.registered_key AS name_registered,
    compared.bearer_id,
    edit_distance(compared.name_key, compared.registered_key) AS distance,
    min(compared.day) AS day
FROM compared
INNER JOIN conform.statements AS registered
    ON hash_id(concat_ws('|', registered.feed, id_text(registered.record_id))) = compared.bearer_id
    AND registered.id_scheme = 'record'
    AND registered.property = 'name'
    AND registered.value = compared.registered_name
    AND registered.valid_from <= compared.act_day
    AND on_day(registered.from_day, registered.to_day, compared.day)
WHERE NOT EXISTS (
        SELECT 1
        FROM resolve.names
        WHERE names.subject_id = compared.subject_id
            AND names.name_key = compared.name_key
            AND names.from_day <= compared.day
    )
GROUP BY
    compared.record_id,
    compared.version,
    compared.role,
    compared.feed,
    compared.subject_id,
    compared.name_key,
    compared.registered_key,
    compared.bearer_id
