-- Every registered subject as the registry believes it to be on the last day of deliveries, one row
-- each: for publication and for people to look up. History stays in merge.facts.
-- source: resolve.names and resolve.identifiers
-- grain: one row a subject
-- key: subject_id
WITH numbers AS (
    SELECT
        i.subject_id AS subject_id,
        min(i.subject_kind) AS subject_kind,
        max(CASE WHEN i.scheme = 'uscc' THEN i.value END) AS uscc,
        max(CASE WHEN i.scheme = 'org_code' THEN i.value END) AS org_code,
        max(CASE WHEN i.scheme = 'registration_no' THEN i.value END) AS registration_no,
        max(CASE WHEN i.scheme = 'resident_no' THEN i.value END) AS resident_no
    FROM resolve.identifiers AS i
    CROSS JOIN codes.run AS r
    WHERE i.from_day <= r.last_day
        AND until(i.to_day) > r.last_day
    GROUP BY i.subject_id
),

named AS (
    SELECT
        n.subject_id AS subject_id,
        min(n.subject_kind) AS subject_kind,
        min(n.name) AS name,
        min(n.division) AS division,
        min(n.address) AS address
    FROM resolve.names AS n
    CROSS JOIN codes.run AS r
    WHERE n.from_day <= r.last_day
        AND until(n.to_day) > r.last_day
    GROUP BY n.subject_id
)

SELECT
    coalesce(x.subject_id, n.subject_id) AS subject_id,
    coalesce(x.subject_kind, n.subject_kind) AS subject_kind,
    n.name AS name,
    n.division AS division,
    n.address AS address,
    x.uscc AS uscc,
    x.org_code AS org_code,
    x.registration_no AS registration_no,
    x.resident_no AS resident_no
FROM numbers AS x
FULL OUTER JOIN named AS n ON n.subject_id = x.subject_id
