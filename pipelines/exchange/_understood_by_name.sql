understood AS (
    SELECT
        {seen},
        subject_id
    FROM seen
    WHERE match = 'code' OR names_anew
    UNION ALL
    SELECT
        {qualified},
        coalesce(namesakes.subject_id, seen.subject_id) AS subject_id
    FROM seen
    LEFT JOIN resolve.names AS own
        ON own.subject_id = seen.listed_id
        AND on_day(own.from_day, own.to_day, seen.first_sync)
    LEFT JOIN resolve.names AS namesakes
        ON namesakes.name_key = own.name_key
        AND namesakes.subject_kind = own.subject_kind
        AND on_day(namesakes.from_day, namesakes.to_day, seen.first_sync)
        AND (seen.match = 'name' OR namesakes.division = own.division)
    WHERE seen.match <> 'code'
        AND NOT seen.names_anew
)
