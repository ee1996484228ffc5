"""Checks of merge: one value wins for each property of a subject, and every subject is known."""

from __future__ import annotations

from collections.abc import Iterable

from quality.expectations import Expectation
from quality.from_contract import interval_expectation
from schemas.contract import Feed

# Of one property of one subject, two winners whose periods of validity and of belief both meet.
# Most properties were only ever won once: those are left out before winners are compared.
TWO_WINNERS = """WITH winners AS (
    SELECT
        f.subject_id, f.property, f.value, f.from_day, f.to_day, f.valid_to,
        coalesce(f.valid_from, DATE '0001-01-01') AS valid_from,
        row_number() OVER (
            PARTITION BY f.subject_id, f.property ORDER BY f.from_day, f.valid_from, f.record_id
        ) AS nth
    FROM merge.facts AS f
    INNER JOIN (
        SELECT w.subject_id, w.property
        FROM merge.facts AS w
        WHERE w.won
        GROUP BY w.subject_id, w.property
        HAVING count(*) > 1
    ) AS m ON m.subject_id = f.subject_id AND m.property = f.property
    WHERE f.won
)

SELECT a.subject_id, a.property, a.value, b.value AS other_value, b.from_day
FROM winners AS a
INNER JOIN winners AS b
    ON b.subject_id = a.subject_id
    AND b.property = a.property
    AND b.nth > a.nth
    AND b.from_day < until(a.to_day)
    AND a.from_day < until(b.to_day)
    AND b.valid_from < until(a.valid_to)
    AND a.valid_from < until(b.valid_to)"""

# A loser must lose to somebody: a winner throughout its piece of validity and belief.
NO_WINNER = """SELECT l.subject_id, l.property, l.value, l.from_day
FROM merge.facts AS l
WHERE NOT l.won
    AND NOT EXISTS (
        SELECT 1
        FROM merge.facts AS w
        WHERE w.won
            AND w.subject_id = l.subject_id
            AND w.property = l.property
            AND w.from_day <= l.from_day
            AND until(w.to_day) >= until(l.to_day)
            AND coalesce(w.valid_from, DATE '0001-01-01')
            <= coalesce(l.valid_from, DATE '0001-01-01')
            AND until(w.valid_to) >= until(l.valid_to)
    )"""


def _matched(table: str, column: str, role: str) -> Expectation:
    return Expectation(
        name=f"{column}_matched",
        table=table,
        kind="no_rows",
        arguments={
            "query": f"SELECT t.record_id, t.version, t.{column} FROM {table} AS t "
            "WHERE NOT EXISTS (SELECT 1 FROM resolve.matches AS m "
            f"WHERE m.record_id = t.record_id AND m.version = t.version AND m.role = '{role}' "
            f"AND m.subject_id = t.{column})"
        },
        outcome="warn",
        reason="The master database speaks of nobody whom resolve did not find in the record.",
    )


def _once(table: str, *key: str) -> Expectation:
    return Expectation(
        name="nothing_twice",
        table=table,
        kind="unique",
        arguments={"key": key},
        outcome="warn",
        reason="What one record says of one subject is held once.",
    )


WRITTEN = (
    Expectation(
        name="one_winner",
        table="merge.facts",
        kind="no_rows",
        arguments={"query": TWO_WINNERS},
        outcome="warn",
        reason="One value of a property is in force for a subject on any day.",
    ),
    Expectation(
        name="losers_have_a_winner",
        table="merge.facts",
        kind="no_rows",
        arguments={"query": NO_WINNER},
        outcome="warn",
        reason="A value gives way only to another that is in force in its place.",
    ),
    interval_expectation("merge.facts"),
    interval_expectation("merge.events"),
    interval_expectation("merge.links"),
    _once("merge.events", "record_id", "version", "subject_id", "from_day"),
    _once("merge.links", "record_id", "version", "link_kind", "a_id", "b_id", "from_day"),
    _matched("merge.events", "subject_id", "subject"),
    _matched("merge.links", "a_id", "a"),
    _matched("merge.links", "b_id", "b"),
    Expectation(
        name="one_subject_a_day",
        table="merge.events",
        kind="no_overlap",
        arguments={"key": ("record_id", "version")},
        outcome="warn",
        reason="An event is about one subject on any day.",
    ),
    Expectation(
        name="subject_once",
        table="merge.subjects",
        kind="unique",
        arguments={"key": ("subject_id",)},
        outcome="warn",
        reason="The master database has one row a subject.",
    ),
)


def expectations(feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Everything expected of merge; it does not depend on the feeds."""
    return WRITTEN
