-- One number under many names stands for nobody, whatever its check says: a placeholder, or the number of
-- whoever filled in the form. A body has a few names, old ones and misspelt ones; five are more than one
-- body. That one code stands on several is an official category of clean-up.
-- table: resolve.mentions
-- outcome: warn
-- owner: island
-- severity: major
WITH named AS (
    SELECT
        id_scheme,
        id_value,
        name_key,
        min(from_day) AS from_day
    FROM resolve.mentions
    WHERE id_scheme NOT IN ('masked_resident_no', 'record')
        AND name_key IS NOT NULL
        AND id_value IS NOT NULL
    GROUP BY id_scheme, id_value, name_key
),

numbered AS (
    SELECT
        id_scheme,
        id_value,
        from_day,
        row_number() OVER (PARTITION BY id_value, id_scheme ORDER BY from_day, name_key) AS nth
    FROM named
),

shared AS (
    SELECT
        id_scheme,
        id_value,
        from_day AS since
    FROM numbered
    WHERE nth = 5
)

SELECT
    mentions.record_id,
    mentions.version,
    mentions.role,
    mentions.feed,
    mentions.id_scheme,
    mentions.id_value,
    min(greatest(mentions.from_day, shared.since)) AS day
FROM resolve.mentions
INNER JOIN shared
    ON shared.id_value = mentions.id_value
    AND shared.id_scheme = mentions.id_scheme
WHERE mentions.id_value IS NOT NULL
GROUP BY
    mentions.record_id,
    mentions.version,
    mentions.role,
    mentions.feed,
    mentions.id_scheme,
    mentions.id_value
