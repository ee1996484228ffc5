"""Between the database and the simulator: what was believed goes in, intervals come out as days."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from tests.naive.diary import Run, days_of, join_runs
from tests.naive.simulator import Heard, Row


def heard(connection: Any) -> Heard:
    """Everything that was ever believed, read from `conform`.

    Args:
        connection: an open database with the stage `conform`.
    """
    return Heard(*(_rows(connection, shape) for shape in ("statements", "events", "links")))


def window(connection: Any) -> tuple[int, int]:
    """Day 0 and the horizon, as day numbers."""
    day0, horizon = connection.execute("SELECT day0, horizon FROM codes.run").fetchone()
    return day0.toordinal(), horizon.toordinal()


def days(connection: Any, columns: str, table: str) -> dict[tuple, list[Run]]:
    """A table's rows, by the given columns, as runs of days between day 0 and the horizon."""
    cursor = connection.execute(f"SELECT {columns}, from_day, to_day FROM {table}")
    return days_of(_fetched(cursor), *window(connection))


def points_as_days(connection: Any) -> dict[tuple, list[Run]]:
    """(keeper, subject, reason, because, change) -> days on which it counts.

    `scores.points` has a row for the day a change begins to count and one, of the other sign, for
    the day it ceases to.
    """
    day0, horizon = window(connection)
    rows = _fetched(
        connection.execute(
            "SELECT keeper, subject_id, reason, because, change, day FROM scores.points ORDER BY day"
        )
    )
    ledger: dict[tuple, dict[int, int]] = {}
    for *key, change, day in rows:
        book = ledger.setdefault(tuple(key), {})
        book[day.toordinal()] = book.get(day.toordinal(), 0) + change
    found: dict[tuple, list[Run]] = {}
    for key, book in ledger.items():
        total, since = 0, day0
        for day, change in [*sorted(book.items()), (horizon, 0)]:
            if total and min(day, horizon) > since:
                found.setdefault((*key, total), []).append((since, min(day, horizon)))
            total, since = total + change, day
    return {key: join_runs(runs) for key, runs in found.items()}


def _rows(connection: Any, shape: str) -> list[Row]:
    cursor = connection.execute(f"SELECT * FROM conform.{shape}")
    names = [column[0] for column in cursor.description]
    return [
        Row(
            **{
                n: v.toordinal() if isinstance(v, date) else v
                for n, v in zip(names, row, strict=True)
            }
        )
        for row in _fetched(cursor)
    ]


def _fetched(cursor: Any) -> list[tuple]:
    """The rows of a query, ids as their 32 digits."""
    return [
        tuple(value.hex if isinstance(value, UUID) else value for value in row)
        for row in cursor.fetchall()
    ]
