-- Mentions that are matched to nobody, and why, while that is so. The candidates of an ambiguous one
-- stand in resolve.candidates under its reference. What a gate keeps aside is matched to nobody, whomever
-- it speaks of, from the day on which the gate can see what is wrong.
-- source: resolve.decisions
-- grain: one row per record, version, role, reference and period
-- key: record_id, version, role, reference_id, from_day
SELECT
    mentions.record_id,
    mentions.version,
    mentions.role,
    mentions.feed,
    mentions.reference_id,
    decisions.outcome AS reason,
    decisions.candidates,
    greatest(mentions.from_day, decisions.from_day) AS from_day,
    least(mentions.to_day, decisions.to_day) AS to_day
FROM resolve.mentions
CROSS JOIN codes.run
INNER JOIN resolve.decisions
    ON decisions.reference_id = mentions.reference_id
    AND meet(mentions.from_day, mentions.to_day, decisions.from_day, decisions.to_day)
WHERE decisions.subject_id IS NULL
    AND (
        run.join_level NOT IN ('none', 'own-keys')
        OR coalesce(mentions.id_value, mentions.name_key) IS NULL
    )
UNION ALL
SELECT
    mentions.record_id,
    mentions.version,
    mentions.role,
    mentions.feed,
    mentions.reference_id,
    'kept_aside' AS reason,
    decisions.candidates,
    greatest(mentions.from_day, decisions.from_day, kept_aside.from_day) AS from_day,
    least(mentions.to_day, decisions.to_day) AS to_day
FROM resolve.mentions
CROSS JOIN codes.run
INNER JOIN resolve.kept_aside
    ON kept_aside.record_id = mentions.record_id
    AND kept_aside.version = mentions.version
INNER JOIN resolve.decisions
    ON decisions.reference_id = mentions.reference_id
    AND meet(mentions.from_day, mentions.to_day, decisions.from_day, decisions.to_day)
WHERE kept_aside.from_day < until(least(mentions.to_day, decisions.to_day))
    AND (
        decisions.subject_id IS NOT NULL
        OR (
            run.join_level IN ('none', 'own-keys')
            AND coalesce(mentions.id_value, mentions.name_key) IS NOT NULL
        )
    )
