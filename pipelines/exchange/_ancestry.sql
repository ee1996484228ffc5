-- Whom each adopted entry descends from: what it was made from, what that was made from in its turn,
-- and so on back to the events, each with the number of steps to it.
-- source: network.yml, adoptions
-- grain: one row an entry version and ancestor
-- key: entry_version, ancestor_kind, ancestor_id
-- unit: entry_version
-- touches: exchange.adopted_evidence_{g} v ON v.entry_version = unit.entry_version
-- touches: exchange.ancestry_{previous} a ON a.entry_version = v.parent_id
SELECT
    v.entry_version,
    v.parent_kind AS ancestor_kind,
    v.parent_id AS ancestor_id,
    1 AS steps
FROM exchange.adopted_evidence_{g} AS v
UNION
SELECT
    v.entry_version,
    a.ancestor_kind,
    a.ancestor_id,
    a.steps + 1 AS steps
FROM exchange.adopted_evidence_{g} AS v
INNER JOIN exchange.ancestry_{previous} AS a ON a.entry_version = v.parent_id
