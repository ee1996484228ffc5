-- Who has joined a keeper of scores that one joins: whomever a list of the keeper's own ever told of, from
-- the first day on. Nobody is known to leave.
-- source: published terms of commercial scores: no score without consent; that an account is known by its
--         first record and stays is ours
-- grain: one row per keeper and subject
-- key: keeper, subject_id
SELECT
    keepers.keeper,
    shown.subject_id,
    min(shown.from_day) AS from_day
FROM exchange.shown
INNER JOIN codes.keepers
    ON keepers.keeper = shown.holder
    AND keepers.opt_in = 'yes'
INNER JOIN codes.lists
    ON lists.list = shown.list
    AND lists.owner = shown.holder
GROUP BY keepers.keeper, shown.subject_id
