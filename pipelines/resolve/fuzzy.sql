-- Candidates for records that give nothing but a name and an address. Name and address are compared,
-- each level of agreement has a frozen weight in thousandths, and whoever reaches the threshold is a
-- candidate. Only subjects who agree exactly on the name or on the end of the address are compared.
-- source: the linkage model of Fellegi and Sunter; weights in the code list fuzzy_weights
-- grain: one row per reference, subject and period of the registry's belief
-- key: reference_id, subject_id, from_day
WITH weights AS (
    SELECT
        max(CASE WHEN comparison = 'name' AND level = 'exact' THEN CAST(points AS INTEGER) END)
            AS name_exact,
        max(CASE WHEN comparison = 'name' AND level = 'one_off' THEN CAST(points AS INTEGER) END)
            AS name_one_off,
        max(CASE WHEN comparison = 'address' AND level = 'exact' THEN CAST(points AS INTEGER) END)
            AS address_exact,
        max(CASE WHEN comparison = 'address' AND level = 'two_off' THEN CAST(points AS INTEGER) END)
            AS address_two_off,
        max(CASE WHEN comparison = 'threshold' THEN CAST(points AS INTEGER) END) AS threshold
    FROM codes.fuzzy_weights
),

sought AS (
    SELECT
        reference_id,
        name_key,
        subject_kind,
        address_end
    FROM resolve.designations
    WHERE id_scheme IS NULL
        AND division IS NULL
        AND name_key IS NOT NULL
        AND address IS NOT NULL
),

known AS (
    SELECT
        subject_id,
        subject_kind,
        name_key,
        address_end,
        from_day,
        to_day
    FROM resolve.names
    WHERE address IS NOT NULL
),

pairs AS (
    SELECT
        sought.reference_id,
        known.subject_id,
        sought.name_key AS sought_name,
        known.name_key AS known_name,
        sought.address_end AS sought_address,
        known.address_end AS known_address,
        known.from_day,
        known.to_day
    FROM sought
    INNER JOIN known
        ON known.name_key = sought.name_key
        AND (sought.subject_kind IS NULL OR known.subject_kind = sought.subject_kind)
    UNION
    SELECT
        sought.reference_id,
        known.subject_id,
        sought.name_key AS sought_name,
        known.name_key AS known_name,
        sought.address_end AS sought_address,
        known.address_end AS known_address,
        known.from_day,
        known.to_day
    FROM sought
    INNER JOIN known
        ON known.address_end = sought.address_end
        AND (sought.subject_kind IS NULL OR known.subject_kind = sought.subject_kind)
),

scored AS (
    SELECT
        pairs.reference_id,
        pairs.subject_id,
        CASE
            WHEN pairs.sought_name = pairs.known_name THEN weights.name_exact
            WHEN edit_distance(pairs.sought_name, pairs.known_name) <= 1 THEN weights.name_one_off
            ELSE 0
        END
        + CASE
            WHEN pairs.sought_address = pairs.known_address THEN weights.address_exact
            WHEN edit_distance(pairs.sought_address, pairs.known_address) <= 2 THEN weights.address_two_off
            ELSE 0
        END AS score,
        weights.threshold,
        pairs.from_day,
        pairs.to_day
    FROM pairs
    CROSS JOIN weights
)

SELECT
    reference_id,
    subject_id,
    score,
    from_day,
    to_day
FROM scored
WHERE score >= threshold
