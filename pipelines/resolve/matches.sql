-- Which subject a record speaks of, by which method and how surely, while both the record and what
-- the registry says of the subject are believed. A register's own entry needs no search. Below the
-- unified code an island that cannot find somebody in the registry goes on by its own key, which is then
-- a subject of that island alone; where nothing is joined, that is all it ever does.
-- source: resolve.decisions; GB 32100-2015 for the unified code as the common key
-- grain: one row a record, version, role, reference and period
-- key: record_id, version, role, reference_id, from_day
-- unit: record_id
-- touches: resolve.mentions m ON m.record_id = unit.record_id
-- touches: resolve.decisions d ON d.reference_id = m.reference_id
SELECT
    m.record_id AS record_id,
    m.version AS version,
    m.role AS role,
    m.reference_id AS reference_id,
    m.feed AS feed,
    hash_id(concat_ws('|', m.feed, m.id_value)) AS subject_id,
    'register' AS method,
    1000 AS score,
    m.from_day AS from_day,
    m.to_day AS to_day
FROM resolve.mentions AS m
WHERE m.id_scheme = 'record'
UNION ALL
SELECT
    m.record_id AS record_id,
    m.version AS version,
    m.role AS role,
    m.reference_id AS reference_id,
    m.feed AS feed,
    d.subject_id AS subject_id,
    d.method AS method,
    d.score AS score,
    greatest(m.from_day, d.from_day) AS from_day,
    least(m.to_day, d.to_day) AS to_day
FROM resolve.mentions AS m
INNER JOIN resolve.decisions AS d
    ON d.reference_id = m.reference_id
    AND d.from_day < until(m.to_day)
    AND m.from_day < until(d.to_day)
WHERE d.subject_id IS NOT NULL
UNION ALL
SELECT
    m.record_id AS record_id,
    m.version AS version,
    m.role AS role,
    m.reference_id AS reference_id,
    m.feed AS feed,
    hash_id(concat_ws(
        '|',
        'own',
        f.island,
        coalesce(m.id_scheme, 'name'),
        coalesce(
            escaped(m.id_value),
            concat_ws('|', m.name_key, escaped(m.division), escaped(m.address))
        ),
        CASE m.id_scheme WHEN 'masked_resident_no' THEN coalesce(m.name_key, '∅') END
    )) AS subject_id,
    'own_key' AS method,
    1000 AS score,
    greatest(m.from_day, d.from_day) AS from_day,
    least(m.to_day, d.to_day) AS to_day
FROM resolve.mentions AS m
INNER JOIN codes.feeds AS f ON f.feed = m.feed
INNER JOIN codes.run AS r ON r.join_level IN ('none', 'own-keys')
INNER JOIN resolve.decisions AS d
    ON d.reference_id = m.reference_id
    AND d.from_day < until(m.to_day)
    AND m.from_day < until(d.to_day)
WHERE d.subject_id IS NULL
    AND coalesce(m.id_value, m.name_key) IS NOT NULL
