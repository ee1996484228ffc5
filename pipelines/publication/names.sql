-- How each audience is told who is meant by what is published on the last day of deliveries: by the name in
-- the register and by a number. Organisations stand with their code, whoever reads. The public sees a
-- person's number without month and day of birth, also one that somebody wrote into a name; government bodies
-- and licensed firms see all of it.
-- source: the published list of dishonest judgment debtors (month and day of birth are starred out)
-- grain: one row per audience and subject
-- key: audience, subject_id
WITH told_of AS (
    SELECT DISTINCT
        audience,
        subject_id
    FROM publication.pages
),

named AS (
    SELECT
        names.subject_id,
        min(names.name) AS name
    FROM resolve.names
    CROSS JOIN codes.run
    WHERE on_day(names.from_day, names.to_day, run.last_day)
    GROUP BY names.subject_id
),

numbered AS (
    SELECT
        identifiers.subject_id,
        coalesce(
            max(CASE WHEN identifiers.scheme = 'resident_no' THEN identifiers.value END),
            max(CASE WHEN identifiers.scheme = 'uscc' THEN identifiers.value END),
            max(CASE WHEN identifiers.scheme = 'org_code' THEN identifiers.value END)
        ) AS number
    FROM resolve.identifiers
    CROSS JOIN codes.run
    WHERE on_day(identifiers.from_day, identifiers.to_day, run.last_day)
    GROUP BY identifiers.subject_id
)

SELECT
    told_of.audience,
    told_of.subject_id,
    CASE told_of.audience WHEN 'public' THEN mask_words(named.name) ELSE named.name END AS name,
    CASE told_of.audience
        WHEN 'public' THEN mask_numbers(numbered.number)
        ELSE numbered.number
    END AS number
FROM told_of
LEFT JOIN named ON named.subject_id = told_of.subject_id
LEFT JOIN numbered ON numbered.subject_id = told_of.subject_id
