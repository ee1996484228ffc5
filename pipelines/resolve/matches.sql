-- Which subject a record speaks of, by which method and how surely, while both the record and what
-- the registry says of the subject are believed. A register's own entry needs no search. Below the
-- unified code an island that cannot find somebody in the registry goes on by its own key, which is then
-- a subject of that island alone; where nothing is joined, that is all it ever does. A record that a gate
-- keeps aside is matched to nobody from the day on which the gate can see what is wrong; a register's records
-- are never kept aside (`resolve.kept_aside`).
-- source: resolve.decisions; GB 32100-2015 for the unified code as the common key
-- grain: one row per record, version, role, reference and period
-- key: record_id, version, role, reference_id, from_day
SELECT
    record_id,
    version,
    role,
    reference_id,
    feed,
    hash_id(concat_ws('|', feed, id_value)) AS subject_id,
    'register' AS method,
    1000 AS score,
    from_day,
    to_day
FROM resolve.mentions
WHERE id_scheme = 'record'
UNION ALL
SELECT
    mentions.record_id,
    mentions.version,
    mentions.role,
    mentions.reference_id,
    mentions.feed,
    decisions.subject_id,
    decisions.method,
    decisions.score,
    greatest(mentions.from_day, decisions.from_day) AS from_day,
    least(mentions.to_day, decisions.to_day, kept_aside.from_day) AS to_day
FROM resolve.mentions
INNER JOIN resolve.decisions
    ON decisions.reference_id = mentions.reference_id
    AND meet(mentions.from_day, mentions.to_day, decisions.from_day, decisions.to_day)
LEFT JOIN resolve.kept_aside
    ON kept_aside.record_id = mentions.record_id
    AND kept_aside.version = mentions.version
WHERE decisions.subject_id IS NOT NULL
    AND coalesce(kept_aside.from_day > greatest(mentions.from_day, decisions.from_day), TRUE)
UNION ALL
SELECT
    mentions.record_id,
    mentions.version,
    mentions.role,
    mentions.reference_id,
    mentions.feed,
    hash_id(concat_ws(
        '|',
        'own',
        feeds.island,
        coalesce(mentions.id_scheme, 'name'),
        coalesce(
            escaped(mentions.id_value),
            concat_ws('|', mentions.name_key, escaped(mentions.division), escaped(mentions.address))
        ),
        CASE mentions.id_scheme WHEN 'masked_resident_no' THEN coalesce(mentions.name_key, '∅') END
    )) AS subject_id,
    'own_key' AS method,
    1000 AS score,
    greatest(mentions.from_day, decisions.from_day) AS from_day,
    least(mentions.to_day, decisions.to_day, kept_aside.from_day) AS to_day
FROM resolve.mentions
INNER JOIN codes.feeds ON feeds.feed = mentions.feed
INNER JOIN codes.run ON run.join_level IN ('none', 'own-keys')
INNER JOIN resolve.decisions
    ON decisions.reference_id = mentions.reference_id
    AND meet(mentions.from_day, mentions.to_day, decisions.from_day, decisions.to_day)
LEFT JOIN resolve.kept_aside
    ON kept_aside.record_id = mentions.record_id
    AND kept_aside.version = mentions.version
WHERE decisions.subject_id IS NULL
    AND coalesce(kept_aside.from_day > greatest(mentions.from_day, decisions.from_day), TRUE)
    AND coalesce(mentions.id_value, mentions.name_key) IS NOT NULL
