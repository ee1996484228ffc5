-- Mentions that are matched to nobody, and why, while that is so. The candidates of an ambiguous one
-- stand in resolve.candidates under its reference. What a gate keeps aside is
-- matched to nobody, whoever it speaks of.
-- source: resolve.decisions
-- grain: one row per record, version, role, reference and period
-- key: record_id, version, role, reference_id, from_day
SELECT
    mentions.record_id,
    mentions.version,
    mentions.role,
    mentions.feed,
    mentions.reference_id,
    CASE WHEN kept_aside.record_id IS NULL THEN decisions.outcome ELSE 'kept_aside' END AS reason,
    decisions.candidates,
    greatest(mentions.from_day, decisions.from_day) AS from_day,
    least(mentions.to_day, decisions.to_day) AS to_day
FROM resolve.mentions
CROSS JOIN codes.run
INNER JOIN resolve.decisions
    ON decisions.reference_id = mentions.reference_id
    AND meet(mentions.from_day, mentions.to_day, decisions.from_day, decisions.to_day)
LEFT JOIN resolve.kept_aside
    ON kept_aside.record_id = mentions.record_id
    AND kept_aside.version = mentions.version
WHERE kept_aside.record_id IS NOT NULL
    OR (
        decisions.subject_id IS NULL
        AND (
            run.join_level NOT IN ('none', 'own-keys')
            OR coalesce(mentions.id_value, mentions.name_key) IS NULL
        )
    )
