-- A value gives way only to another that is in force in its place.
-- table: merge.facts
-- outcome: warn
SELECT
    loser.subject_id,
    loser.property,
    loser.value,
    loser.from_day AS day
FROM merge.facts AS loser
WHERE NOT loser.won
    AND NOT EXISTS (
        -- A winner throughout the days the loser is believed, and those it says it holds.
        SELECT 1
        FROM merge.facts AS winner
        WHERE winner.won
            AND winner.subject_id = loser.subject_id
            AND winner.property = loser.property
            AND winner.from_day <= loser.from_day
            AND until(winner.to_day) >= until(loser.to_day)
            AND coalesce(winner.valid_from, DATE '0001-01-01')
            <= coalesce(loser.valid_from, DATE '0001-01-01')
            AND until(winner.valid_to) >= until(loser.valid_to)
    )
