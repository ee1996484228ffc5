"""Changes as a register sends them, and what was believed of each record on each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pandas as pd

from pipelines.lab.property import Case, Made, Property, both_of, frame, rows
from pipelines.lab.spans import Spans, agreement, common, days, spans
from pipelines.lab.worlds import Base

RECORDS, DELIVERIES = 160, 24
FIRST = date(2024, 1, 1)
OPERATIONS = ("change", "change", "change", "correct", "correct", "correct", "withdraw", "add")
COLUMNS = ("record_id", "value", "valid_from", "valid_to", "from_day", "to_day")


def make(base: Base, draw: Random) -> Made:
    """Addresses of the world's firms, and what happens to them in the course of half a year."""
    values = base.query(
        "SELECT DISTINCT value FROM merge.facts WHERE property = 'address' ORDER BY value"
    )["value"].tolist()
    on = sorted(draw.sample([FIRST + timedelta(days=n) for n in range(180)], DELIVERIES))
    lines: dict[date, list[tuple]] = defaultdict(list)
    for n in range(RECORDS):
        record = f"R{n:04}"
        for place in sorted(draw.choices(range(DELIVERIES), k=draw.randrange(1, 10))):
            lines[on[place]].append(_line(record, on[place], values, draw, lines))
        if draw.randrange(4) == 0:  # said again, in the same delivery or a later one
            place = draw.randrange(DELIVERIES)
            told = [line for day in on[: place + 1] for line in lines[day] if line[0] == record]
            if told:
                lines[on[place]].append(told[-1])
    changes = [
        (record, day, n, operation, value, when)
        for day in on
        for n, (record, operation, value, when) in enumerate(lines[day], start=1)
    ]
    given = frame(changes, ["record_id", "delivery", "line", "operation", "value", "day"])
    return Made({"changes": given}, {"believed": frame(day_by_day(changes), COLUMNS)})


def _line(record: str, delivery: date, values: list[str], draw: Random, lines: dict) -> tuple:
    """One thing that is said of a record; most often an addition first, then what may follow it."""
    told = any(line[0] == record for day in sorted(lines) for line in lines[day])
    operation = draw.choice(OPERATIONS) if told else "add"
    if draw.randrange(20) == 0:
        operation = draw.choice(
            ("change", "correct", "withdraw")
        )  # of what is perhaps not believed
    if operation == "withdraw":
        return record, operation, None, None
    late = draw.choice((0, 0, 3, 10, 45, 200))
    said = [
        line[2] for day in sorted(lines) for line in lines[day] if line[0] == record and line[2]
    ]
    again = said and draw.randrange(5) == 0  # the same value once more, since another day
    value = said[-1] if again else draw.choice(values)
    return record, operation, value, delivery - timedelta(days=late)


def day_by_day(changes: Iterable[tuple]) -> list[tuple]:
    """What was believed, from applying one delivery after another to a register in memory."""
    by_delivery = defaultdict(list)
    for record, delivery, line, operation, value, day in changes:
        by_delivery[delivery].append((line, record, operation, value, day))
    state: dict[str, list[tuple]] = {}
    since: dict[tuple, date] = {}
    found = []
    for delivery in sorted(by_delivery):
        for _, record, operation, value, day in sorted(by_delivery[delivery], key=lambda x: x[0]):
            state[record] = _applied(state.get(record, []), operation, value, day)
        now = {(record, *part) for record, parts in state.items() for part in parts}
        for row in sorted(set(since) - now, key=str):
            found.append((*row, since.pop(row), delivery))
        for row in now - set(since):
            since[row] = delivery
    found += [(*row, day, None) for row, day in since.items()]
    return sorted(found, key=str)


def _applied(parts: list[tuple], operation: str, value: str, day: date) -> list[tuple]:
    """Parts of a record (value, valid_from, valid_to), in time, after one line."""
    if operation == "withdraw":
        return []
    if operation == "add":
        return parts or [(value, day, None)]
    if not parts:
        return []
    last, start, _ = parts[-1]
    if operation == "correct":
        return [*parts[:-1], (value, max([day, *(end for _, _, end in parts[-2:-1])]), None)]
    if day <= start or value == last:
        return parts
    return [*parts[:-1], (last, start, day), (value, day, None)]


def _spans(case: Case, believed: pd.DataFrame, kind: str) -> Spans:
    """Days of belief up to a while after the last delivery: of every part, of today's values, of records."""
    last = max(case.given["changes"]["delivery"]) + timedelta(days=50)
    told = rows(believed, *COLUMNS)
    if kind == "parts":
        keyed = [((record, value, start, end), *when) for record, value, start, end, *when in told]
    elif kind == "values":
        keyed = [((record, value), *when) for record, value, _, end, *when in told if end is None]
    else:
        keyed = [(record, *when) for record, _, _, _, *when in told]
    return spans(keyed, FIRST, last)


def _both(case: Case, kind: str) -> tuple[Spans, Spans]:
    return _spans(case, case.truth["believed"], kind), _spans(case, case.out, kind)


def _agrees(case: Case) -> tuple[int, int]:
    return agreement(*_both(case, "parts"))


def _current(case: Case) -> tuple[int, int]:
    return agreement(*_both(case, "values"))


def _nothing_else(case: Case) -> tuple[int, int]:
    true, out = _both(case, "parts")
    return common(true, out), days(out)


def _withdrawn(case: Case) -> tuple[int, int]:
    """Of the days on which nothing is believed of a record, though something was before."""
    true, out = _both(case, "records")
    gaps = {
        record: [(end, start) for (_, end), (start, _) in zip(found, found[1:], strict=False)]
        for record, found in true.items()
    }
    last = (max(case.given["changes"]["delivery"]) + timedelta(days=50)).toordinal()
    for record, found in true.items():
        gaps[record].append((found[-1][1], last))
    return days(gaps) - common(gaps, out), days(gaps)


def _whole(case: Case) -> tuple[int, int]:
    return both_of(rows(case.truth["believed"], *COLUMNS), rows(case.out, *COLUMNS))


PROPERTIES = [
    Property("agrees", "of what is believed, counted in days, agrees", 25, _agrees, 0.999),
    Property(
        "current", "of the values that hold on the day they are believed agree", 15, _current, 0.999
    ),
    Property(
        "withdrawn",
        "of the days on which a record is withdrawn believe nothing of it",
        10,
        _withdrawn,
        0.999,
    ),
    Property("nothing_else", "of what the answer believes was said", 10, _nothing_else, 0.999),
    Property(
        "whole",
        "of the rows stand once, from the first day of belief to the first day after",
        15,
        _whole,
        0.999,
    ),
]
