-- A division that an act or a statement gives is one of the list, whether given by itself or inside a number:
-- characters 3 to 8 of a unified code, the first six of a resident, registration or tax number.
-- table: conform.events
-- outcome: warn
WITH given AS (
    SELECT
        record_id,
        version,
        feed,
        id_scheme,
        id_value,
        from_day
    FROM conform.events
    UNION ALL
    SELECT
        record_id,
        version,
        feed,
        'division' AS id_scheme,
        division AS id_value,
        from_day
    FROM conform.events
    UNION ALL
    SELECT
        record_id,
        version,
        feed,
        property AS id_scheme,
        value AS id_value,
        from_day
    FROM conform.statements
    WHERE property IN ('uscc', 'registration_no', 'resident_no', 'division')
),

placed AS (
    SELECT
        record_id,
        version,
        feed,
        id_scheme,
        id_value,
        CASE
            WHEN id_scheme = 'uscc' THEN substr(id_value, 3, 6)
            WHEN id_scheme IN ('resident_no', 'masked_resident_no', 'registration_no', 'division')
                THEN substr(id_value, 1, 6)
            WHEN id_scheme = 'tax_no' AND length(id_value) = 15 THEN substr(id_value, 1, 6)
        END AS division,
        from_day
    FROM given
)

SELECT
    record_id,
    version,
    feed,
    id_scheme,
    id_value,
    from_day AS day
FROM placed
WHERE division IS NOT NULL
    AND division <> '100000' -- the national registrar
    AND NOT EXISTS (
        SELECT 1
        FROM codes.divisions
        WHERE divisions.code = placed.division
    )
