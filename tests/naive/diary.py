"""A diary: what was true on each day, and how intervals of a database are read as days.

Day numbers are ``date.toordinal()``. A *run* is ``(first, end)``: every day from ``first`` up to,
but not including, ``end``. Two things are equal day by day exactly when their runs, joined where
they touch, are equal; so runs are only a short way of writing sets of days.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date

Run = tuple[int, int]


class Diary:
    """Keeps, for each thing, the days on which it was so.

    `today` is everything that is so; `since`, the day since which it has been so without a break.
    """

    def __init__(self) -> None:
        self.today: set[Hashable] = set()
        self.since: dict[Hashable, int] = {}
        self.runs: dict[Hashable, list[Run]] = {}

    def write(self, day: int, things: Iterable[Hashable]) -> bool:
        """Note that from `day` on, until the next writing, exactly `things` are so.

        Tells whether that is anything new.
        """
        now = things if isinstance(things, set) else set(things)
        gone, new = self.today - now, now - self.today
        for thing in gone:
            self.runs.setdefault(thing, []).append((self.since.pop(thing), day))
        for thing in new:
            self.since[thing] = day
        self.today = now
        return bool(gone or new)

    def on(self, day: int) -> set[Hashable]:
        """What was so on a day, today or earlier."""
        now = {thing for thing, since in self.since.items() if since <= day}
        then = {thing for thing, runs in self.runs.items() if any(a <= day < b for a, b in runs)}
        return now | then

    def close(self, horizon: int) -> dict[Hashable, list[Run]]:
        """End the last day before `horizon` and give each thing's runs."""
        self.write(horizon, ())
        return self.runs


def join_runs(runs: Iterable[Run]) -> list[Run]:
    """The same days, written with as few runs as possible.

    >>> join_runs([(5, 9), (1, 3), (3, 6)])
    [(1, 9)]
    """
    joined: list[Run] = []
    for first, end in sorted(runs):
        if end <= first:
            continue
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    return joined


def overlap(*many: list[Run]) -> list[Run]:
    """The days that lie in every one of several lists of runs.

    >>> overlap([(1, 5), (8, 12)], [(3, 9)])
    [(3, 5), (8, 9)]
    """
    common, *rest = many
    for runs in rest:
        common = [
            (max(a, c), min(b, d)) for a, b in common for c, d in runs if max(a, c) < min(b, d)
        ]
    return join_runs(common)


def length(runs: list[Run]) -> int:
    """How many days there are in runs that do not overlap."""
    return sum(end - first for first, end in runs)


def days_of(rows: Iterable[tuple], day0: int, horizon: int) -> dict[tuple, list[Run]]:
    """Rows whose last two columns are ``from_day, to_day`` (a date, or None for "still") as days.

    Days outside ``[day0, horizon)`` are left out; a key without a day is left out too.
    """
    spans: dict[tuple, list[Run]] = {}
    for *key, from_day, to_day in rows:
        first = max(number(from_day), day0)
        end = min(number(to_day), horizon)
        if first < end:
            spans.setdefault(tuple(key), []).append((first, end))
    return {key: join_runs(runs) for key, runs in spans.items()}


def number(day: date | None) -> int:
    """A date as a day number; "still" is later than every day."""
    return day.toordinal() if day is not None else date.max.toordinal()


def differences(ours: dict, theirs: dict, limit: int = 5) -> list[str]:
    """The first few things on which two diaries differ, smallest first, as lines to read."""
    lines = []
    for key in sorted((k for k in ours.keys() | theirs.keys()), key=str):
        if ours.get(key) != theirs.get(key):
            lines.append(
                f"{key}: expected {_text(ours.get(key))}, in the database {_text(theirs.get(key))}"
            )
    return lines[:limit] + ([f"… and {len(lines) - limit} more"] if len(lines) > limit else [])


def _text(runs: list[Run] | None) -> str:
    if not runs:
        return "never"
    return ", ".join(f"[{date.fromordinal(a)}, {date.fromordinal(b)})" for a, b in runs)
