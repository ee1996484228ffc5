-- What kind of subject each one is, which no correction changes: as its register says, or, of somebody
-- an island knows by its own key alone, as that island's records say.
-- source: resolve.names and resolve.designations
-- grain: one row a subject
-- key: subject_id
-- unit: subject_id
-- touches: resolve.names n ON n.subject_id = unit.subject_id
-- touches: resolve.matches m ON m.subject_id = unit.subject_id AND m.method = 'own_key'
-- touches: resolve.designations d ON d.reference_id = m.reference_id
WITH said AS (
    SELECT
        n.subject_id AS subject_id,
        n.subject_kind AS subject_kind
    FROM resolve.names AS n
    UNION ALL
    SELECT
        m.subject_id AS subject_id,
        d.subject_kind AS subject_kind
    FROM resolve.matches AS m
    INNER JOIN resolve.designations AS d ON d.reference_id = m.reference_id
    WHERE m.method = 'own_key'
        AND d.subject_kind IS NOT NULL
)

SELECT
    s.subject_id AS subject_id,
    min(s.subject_kind) AS subject_kind
FROM said AS s
GROUP BY s.subject_id
