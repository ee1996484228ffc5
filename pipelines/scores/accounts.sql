-- Who has joined a keeper of scores that one joins: whomever a list of the keeper's own ever told of, from
-- the first day on. Nobody is known to leave.
-- source: published terms of commercial scores: no score without consent; that an account is known by its
--         first record and stays is ours
-- grain: one row per keeper and subject
-- key: keeper, subject_id
SELECT
    keepers.keeper,
    held.subject_id,
    min(held.from_day) AS from_day
FROM exchange.held_by_keepers AS held
INNER JOIN codes.keepers
    ON keepers.keeper = held.keeper
    AND keepers.opt_in = 'yes'
INNER JOIN codes.lists
    ON lists.list = held.list
    AND lists.owner = held.keeper
GROUP BY keepers.keeper, held.subject_id
