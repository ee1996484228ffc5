"""Checks of landing: no row that was read is lost or judged twice."""

from __future__ import annotations

from collections.abc import Iterable

from quality.expectations import Expectation
from schemas.contract import Feed
from schemas.sql import literal


def expectations(feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """What is expected of landing as a whole; `from_contract.landing_expectations` has its rows."""
    return (*conservation(feeds), *UNREADABLE)


def conservation(feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Read = landed + unreadable, and every landed row has one verdict (promise 2)."""
    feeds = tuple(feeds)
    counted = " UNION ALL ".join(
        f"SELECT {literal(f.name)} AS feed, delivery, count(*) AS landed "
        f"FROM landing.{f.name} GROUP BY delivery"
        for f in feeds
    )
    expected = [
        Expectation(
            name="landed_once",
            table="quality.row_counts",
            kind="holds",
            arguments={"condition": "landed = conformed + quarantined + held"},
            outcome="fail",
            reason="Each landed row is conformed, kept aside, or held with its delivery.",
        ),
        Expectation(
            name="deliveries_judged_once",
            table="landing.deliveries",
            kind="no_rows",
            arguments={
                "query": "SELECT d.feed, d.delivery, count(q.delivery) AS verdicts "
                "FROM landing.deliveries AS d LEFT JOIN quality.deliveries AS q "
                "ON q.feed = d.feed AND q.delivery = d.delivery "
                "GROUP BY d.feed, d.delivery HAVING count(q.delivery) <> 1"
            },
            outcome="fail",
            reason="Each delivery that landed passes, passes with a warning, or is held.",
        ),
    ]
    expected.append(
        Expectation(
            name="unreadable_recorded",
            table="landing.deliveries",
            kind="no_rows",
            arguments={
                "query": "SELECT d.feed, d.delivery, d.unreadable, count(u.feed) AS recorded "
                "FROM landing.deliveries AS d LEFT JOIN quality.unreadable AS u "
                "ON u.feed = d.feed AND u.delivery = d.delivery "
                "GROUP BY d.feed, d.delivery, d.unreadable HAVING d.unreadable <> count(u.feed)"
            },
            outcome="fail",
            reason="What a reader could not give out of a file is recorded with its place in it.",
        )
    )
    expected.append(
        Expectation(
            name="counted_landed",
            table="landing.deliveries",
            kind="no_rows",
            arguments={
                "query": "SELECT d.feed, d.delivery, d.counted, "
                'coalesce(d."rows", 0) + coalesce(sum(u.records), 0) AS given '
                "FROM landing.deliveries AS d LEFT JOIN quality.unreadable AS u "
                "ON u.feed = d.feed AND u.delivery = d.delivery "
                'GROUP BY d.feed, d.delivery, d.counted, d."rows" '
                'HAVING d.counted IS DISTINCT FROM coalesce(d."rows", 0) + coalesce(sum(u.records), 0)'
            },
            outcome="fail",
            reason="The records of a file, counted without its reader, landed or are unreadable.",
        )
    )
    if counted:
        expected.append(
            Expectation(
                name="rows_landed",
                table="landing.deliveries",
                kind="no_rows",
                arguments={
                    "query": 'SELECT d.feed, d.delivery, d."rows" AS read_rows, l.landed '
                    f"FROM landing.deliveries AS d FULL OUTER JOIN ({counted}) AS l "
                    "ON l.feed = d.feed AND l.delivery = d.delivery "
                    'WHERE coalesce(d."rows", 0) <> coalesce(l.landed, 0)'
                },
                outcome="fail",
                reason="What a reader gave out of a file stands in landing, row for row.",
            )
        )
    return tuple(expected)


UNREADABLE = (
    Expectation(
        name="nothing_unreadable",
        table="quality.unreadable",
        kind="no_rows",
        arguments={"query": "SELECT * FROM quality.unreadable"},
        outcome="warn",
        reason="What cannot be read is kept with its place in the file, and its island is told.",
    ),
    Expectation(
        name="no_delivery_held",
        table="quality.deliveries",
        kind="no_rows",
        arguments={"query": "SELECT * FROM quality.deliveries WHERE outcome = 'hold'"},
        outcome="warn",
        reason="A held delivery leaves the one before it in force, and somebody should look at it.",
    ),
)
