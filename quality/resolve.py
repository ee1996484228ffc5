"""Checks of resolve: each believed mention is matched to one subject or to none, with the reason."""

from __future__ import annotations

from collections.abc import Iterable

from quality.expectations import Expectation
from quality.from_contract import shape_expectations
from schemas.contract import Feed

METHODS = (
    "register",
    "code",
    "code_flagged",
    "crosswalk",
    "substring",
    "masked",
    "name",
    "fuzzy",
    "own_key",
)
REASONS = ("ambiguous", "unknown_code", "unknown", "nothing_to_go_by")

# Days of one role of one record: as mentioned, and as matched or unmatched. What nobody mentioned
# comes out below zero. Where each island keeps its own keys, what has no key stays undecided.
DAYS = "sum(date_diff('day', {row}.from_day, until({row}.to_day)))"
COVERED = f"""SELECT t.record_id, t.version, t.role, sum(t.days) AS days_unaccounted_for
FROM (
    SELECT m.record_id, m.version, m.role, {DAYS.format(row="m")} AS days
    FROM resolve.mentions AS m
    GROUP BY m.record_id, m.version, m.role
    UNION ALL
    SELECT a.record_id, a.version, a.role, -{DAYS.format(row="a")} AS days
    FROM resolve.matches AS a
    GROUP BY a.record_id, a.version, a.role
    UNION ALL
    SELECT u.record_id, u.version, u.role, -{DAYS.format(row="u")} AS days
    FROM resolve.unmatched AS u
    GROUP BY u.record_id, u.version, u.role
) AS t
CROSS JOIN codes.run AS r
GROUP BY t.record_id, t.version, t.role, r.join_level
HAVING sum(t.days) < 0 OR (sum(t.days) > 0 AND r.join_level <> 'none')"""

SHARED = """SELECT a.scheme, a.value, a.subject_id, b.subject_id AS other_subject_id
FROM resolve.identifiers AS a
INNER JOIN resolve.identifiers AS b
    ON b.scheme = a.scheme
    AND b.value = a.value
    AND b.subject_id > a.subject_id
    AND b.from_day < until(a.to_day)
    AND a.from_day < until(b.to_day)"""

# Of one body there are a few names, old ones and misspelt ones; this many are many bodies.
MANY_NAMES = 5
ONE_CODE_MANY_NAMES = f"""SELECT d.id_scheme, d.id_value, count(DISTINCT d.name_key) AS names
FROM resolve.designations AS d
WHERE d.id_scheme <> 'masked_resident_no'
GROUP BY d.id_scheme, d.id_value
HAVING count(DISTINCT d.name_key) >= {MANY_NAMES}"""

UNREGISTERED = """SELECT m.record_id, m.version, m.role, m.subject_id
FROM resolve.matches AS m
WHERE m.method <> 'own_key'
    AND NOT EXISTS (SELECT 1 FROM resolve.identifiers AS i WHERE i.subject_id = m.subject_id)
    AND NOT EXISTS (SELECT 1 FROM resolve.names AS n WHERE n.subject_id = m.subject_id)"""

WRITTEN = (
    Expectation(
        name="subject_registered",
        table="resolve.matches",
        kind="no_rows",
        arguments={"query": UNREGISTERED},
        outcome="warn",
        reason="A match leads to a registered subject, unless each island keeps its own keys.",
    ),
    Expectation(
        name="one_subject_a_day",
        table="resolve.matches",
        kind="no_overlap",
        arguments={"key": ("record_id", "version", "role", "reference_id")},
        outcome="warn",
        reason="On any day, whoever a record names in a role is one subject or nobody.",
    ),
    Expectation(
        name="method_known",
        table="resolve.matches",
        column="method",
        kind="in_set",
        arguments={"values": METHODS},
        outcome="warn",
        reason="Every match says by which method it was found.",
    ),
    Expectation(
        name="score_in_thousandths",
        table="resolve.matches",
        kind="holds",
        arguments={"condition": "score BETWEEN 0 AND 1000"},
        outcome="warn",
        reason="Scores are integers in thousandths.",
    ),
    Expectation(
        name="reason_known",
        table="resolve.unmatched",
        column="reason",
        kind="in_set",
        arguments={"values": REASONS},
        outcome="warn",
        reason="What stays unmatched says why.",
    ),
    Expectation(
        name="every_mention_decided",
        table="resolve.mentions",
        kind="no_rows",
        arguments={"query": COVERED},
        outcome="warn",
        reason="A mention is matched or unmatched on each day it is believed; nothing else is.",
    ),
    Expectation(
        name="identifier_of_one_subject",
        table="resolve.identifiers",
        kind="no_rows",
        arguments={"query": SHARED},
        outcome="warn",
        reason="One code on several bodies is a registry's error; what bears it stays ambiguous.",
    ),
    Expectation(
        name="code_of_one_body",
        table="resolve.designations",
        kind="no_rows",
        arguments={"query": ONE_CODE_MANY_NAMES},
        outcome="warn",
        reason="One code under many names stands for no body, whatever its check says.",
    ),
    Expectation(
        name="code_passes_its_check",
        table="resolve.matches",
        kind="holds",
        arguments={"condition": "method <> 'code_flagged'"},
        outcome="warn",
        reason="A registered code that fails its check is lawful but rare, so it is flagged.",
    ),
)


def expectations(feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Everything expected of resolve; it does not depend on the feeds."""
    return (*shape_expectations("matches"), *WRITTEN)
