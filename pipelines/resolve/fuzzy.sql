-- Candidates for records that give nothing but a name and an address. Name and address are compared,
-- each level of agreement has a frozen weight in thousandths, and whoever reaches the threshold is a
-- candidate. Only subjects who agree exactly on the name or on the end of the address are compared.
-- source: the linkage model of Fellegi and Sunter; weights in the code list fuzzy_weights
-- grain: one row a reference, subject and period of the registry's belief
-- key: reference_id, subject_id, from_day
WITH weights AS (
    SELECT
        max(CASE WHEN w.comparison = 'name' AND w.level = 'exact' THEN CAST(w.points AS INTEGER) END)
            AS name_exact,
        max(CASE WHEN w.comparison = 'name' AND w.level = 'one_off' THEN CAST(w.points AS INTEGER) END)
            AS name_one_off,
        max(CASE WHEN w.comparison = 'address' AND w.level = 'exact' THEN CAST(w.points AS INTEGER) END)
            AS address_exact,
        max(CASE WHEN w.comparison = 'address' AND w.level = 'two_off' THEN CAST(w.points AS INTEGER) END)
            AS address_two_off,
        max(CASE WHEN w.comparison = 'threshold' THEN CAST(w.points AS INTEGER) END) AS threshold
    FROM codes.fuzzy_weights AS w
),

sought AS (
    SELECT
        r.reference_id AS reference_id,
        r.name_key AS name_key,
        r.subject_kind AS subject_kind,
        r.address_end AS address_end
    FROM resolve.designations AS r
    WHERE r.id_scheme IS NULL
        AND r.division IS NULL
        AND r.name_key IS NOT NULL
        AND r.address IS NOT NULL
),

known AS (
    SELECT
        n.subject_id AS subject_id,
        n.subject_kind AS subject_kind,
        n.name_key AS name_key,
        n.address_end AS address_end,
        n.from_day AS from_day,
        n.to_day AS to_day
    FROM resolve.names AS n
    WHERE n.address IS NOT NULL
),

pairs AS (
    SELECT
        s.reference_id AS reference_id,
        k.subject_id AS subject_id,
        s.name_key AS sought_name,
        k.name_key AS known_name,
        s.address_end AS sought_address,
        k.address_end AS known_address,
        k.from_day AS from_day,
        k.to_day AS to_day
    FROM sought AS s
    INNER JOIN known AS k
        ON k.name_key = s.name_key
        AND (s.subject_kind IS NULL OR k.subject_kind = s.subject_kind)
    UNION
    SELECT
        s.reference_id AS reference_id,
        k.subject_id AS subject_id,
        s.name_key AS sought_name,
        k.name_key AS known_name,
        s.address_end AS sought_address,
        k.address_end AS known_address,
        k.from_day AS from_day,
        k.to_day AS to_day
    FROM sought AS s
    INNER JOIN known AS k
        ON k.address_end = s.address_end
        AND (s.subject_kind IS NULL OR k.subject_kind = s.subject_kind)
),

scored AS (
    SELECT
        p.reference_id AS reference_id,
        p.subject_id AS subject_id,
        CASE
            WHEN p.sought_name = p.known_name THEN w.name_exact
            WHEN edit_distance(p.sought_name, p.known_name) <= 1 THEN w.name_one_off
            ELSE 0
        END
        + CASE
            WHEN p.sought_address = p.known_address THEN w.address_exact
            WHEN edit_distance(p.sought_address, p.known_address) <= 2 THEN w.address_two_off
            ELSE 0
        END AS score,
        w.threshold AS threshold,
        p.from_day AS from_day,
        p.to_day AS to_day
    FROM pairs AS p
    CROSS JOIN weights AS w
)

SELECT
    s.reference_id AS reference_id,
    s.subject_id AS subject_id,
    s.score AS score,
    s.from_day AS from_day,
    s.to_day AS to_day
FROM scored AS s
WHERE s.score >= s.threshold
