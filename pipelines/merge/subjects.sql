-- Every registered subject as the registry believes it to be on the last day of deliveries, one row
-- each: for publication and for people to look up. History stays in merge.facts.
-- source: resolve.names and resolve.identifiers
-- grain: one row per subject
-- key: subject_id
WITH numbers AS (
    SELECT
        identifiers.subject_id,
        min(identifiers.subject_kind) AS subject_kind,
        max(CASE WHEN identifiers.scheme = 'uscc' THEN identifiers.value END) AS uscc,
        max(CASE WHEN identifiers.scheme = 'org_code' THEN identifiers.value END) AS org_code,
        max(CASE WHEN identifiers.scheme = 'registration_no' THEN identifiers.value END) AS registration_no,
        max(CASE WHEN identifiers.scheme = 'resident_no' THEN identifiers.value END) AS resident_no
    FROM resolve.identifiers
    CROSS JOIN codes.run
    WHERE on_day(identifiers.from_day, identifiers.to_day, run.last_day)
    GROUP BY identifiers.subject_id
),

named AS (
    SELECT
        names.subject_id,
        min(names.subject_kind) AS subject_kind,
        min(names.name) AS name,
        min(names.division) AS division,
        min(names.address) AS address
    FROM resolve.names
    CROSS JOIN codes.run
    WHERE on_day(names.from_day, names.to_day, run.last_day)
    GROUP BY names.subject_id
)

SELECT
    coalesce(numbers.subject_id, named.subject_id) AS subject_id,
    coalesce(numbers.subject_kind, named.subject_kind) AS subject_kind,
    named.name,
    named.division,
    named.address,
    numbers.uscc,
    numbers.org_code,
    numbers.registration_no,
    numbers.resident_no
FROM numbers
FULL OUTER JOIN named ON named.subject_id = numbers.subject_id
