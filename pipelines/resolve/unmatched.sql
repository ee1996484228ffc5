-- Mentions that are matched to nobody, and why, while that is so. The candidates of an ambiguous one
-- stand in resolve.candidates under its reference.
-- source: resolve.decisions
-- grain: one row a record, version, role, reference and period
-- key: record_id, version, role, reference_id, from_day
SELECT
    m.record_id AS record_id,
    m.version AS version,
    m.role AS role,
    m.feed AS feed,
    m.reference_id AS reference_id,
    d.outcome AS reason,
    d.candidates AS candidates,
    greatest(m.from_day, d.from_day) AS from_day,
    least(m.to_day, d.to_day) AS to_day
FROM resolve.mentions AS m
CROSS JOIN codes.run AS r
INNER JOIN resolve.decisions AS d
    ON d.reference_id = m.reference_id
    AND d.from_day < until(m.to_day)
    AND m.from_day < until(d.to_day)
WHERE d.subject_id IS NULL
    AND (
        r.join_level NOT IN ('none', 'own-keys')
        OR coalesce(m.id_value, m.name_key) IS NULL
    )
