-- Whom each entry made of others descends from: what it was made from, what that was made from in its turn,
-- and so on back to the events, each with the number of steps to it.
-- source: network.yml, adoptions; the code list score_lists
-- grain: one row per entry version, ancestor and number of steps
-- key: entry_version, ancestor_kind, ancestor_id, steps
SELECT
    entry_version,
    parent_kind AS ancestor_kind,
    parent_id AS ancestor_id,
    1 AS steps
FROM {evidence}
UNION
SELECT
    evidence.entry_version,
    ancestry.ancestor_kind,
    ancestry.ancestor_id,
    ancestry.steps + 1 AS steps
FROM {evidence} AS evidence
INNER JOIN {behind} AS ancestry ON ancestry.entry_version = as_id(evidence.parent_id)
