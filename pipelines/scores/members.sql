-- Whom each keeper scores, and when: who lives in its city and is of the kind it scores, as the registers
-- say on the day, and, at a keeper that one joins, has joined. Whom no register knows nobody scores.
-- source: the code list keepers
-- grain: one row per keeper, subject and period
-- key: keeper, subject_id, from_day
-- intervals: union by keeper, subject_id
SELECT
    keepers.keeper,
    names.subject_id,
    greatest(names.from_day, accounts.from_day) AS from_day,
    names.to_day
FROM resolve.names
INNER JOIN codes.keepers ON keepers.subject_kind IS NULL OR keepers.subject_kind = names.subject_kind
LEFT JOIN codes.divisions ON divisions.code = names.division
LEFT JOIN scores.accounts
    ON accounts.subject_id = names.subject_id
    AND accounts.keeper = keepers.keeper
WHERE (keepers.division IS NULL OR keepers.division IN (divisions.code, divisions.parent))
    AND (keepers.opt_in = 'no' OR accounts.from_day < until(names.to_day))
