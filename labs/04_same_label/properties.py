"""Two offices whose files change their layout: one announces it, the other changes the unit silently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from pipelines.lab.property import Case, Made, Property, both_of, frame, rows
from pipelines.lab.worlds import Base

DELIVERIES, ROWS = 16, 28
FIRST = date(2024, 1, 5)
CODEBOOK = (
    ("1", "document", "number of the decision"),
    ("1", "day", "day of the decision, as YYYYMMDD"),
    ("1", "amount", "yuan"),
    ("1", "state", "1 in force, 0 withdrawn"),
    ("2", "document", "number of the decision"),
    ("2", "day", "day of the decision, as DD.MM.YYYY"),
    ("2", "amount", "ten thousand yuan"),
    ("2", "state", "1 withdrawn, 0 in force"),
)
COLUMNS = ("file", "line", "office", "kind", "document", "day", "amount_yuan", "in_force")


def make(base: Base, draw: Random) -> Made:
    """Penalties with the sums that the world knows, written down by a city and by a county."""
    sums = base.query(
        "SELECT DISTINCT CAST(amount_yuan AS BIGINT) AS amount FROM merge.events "
        "WHERE event_kind = 'penalty' AND amount_yuan >= 100 AND amount_yuan < 5000000 ORDER BY amount"
    )["amount"].tolist()
    lines, truth, files = [], [], {}
    for office in ("city", "county"):
        turn = draw.randrange(5, DELIVERIES - 4)
        # The county's own order of columns, its own separator: a layout says what labels mean, not where.
        labels = ["document", "day", "amount", "state"]
        draw.shuffle(labels)
        mark = "," if office == "city" else ";"
        for n in range(DELIVERIES):
            delivery = FIRST + timedelta(days=7 * n)
            changed = n >= turn
            layout = "2" if changed and office == "city" else "1"
            name = f"{office}/{office}_{delivery:%Y%m%d}.csv"
            texts = [f"# layout {layout}", mark.join(labels)]
            for k in range(ROWS):
                document = f"{office[:2].upper()}{n:02}{k:03}"
                day = delivery - timedelta(days=draw.randrange(1, 400))
                amount = _amount(sums, draw)
                in_force = draw.randrange(6) > 0
                said = {
                    "document": document,
                    "day": f"{day:%d.%m.%Y}" if layout == "2" else f"{day:%Y%m%d}",
                    "amount": f"{amount / 10_000:.2f}" if changed else f"{amount:.2f}",
                    "state": str(int(in_force != (layout == "2"))),
                }
                texts.append(mark.join(said[label] for label in labels))
                kind = f"{office} {'after' if changed else 'before'}"
                truth.append(
                    (name, len(texts), office, kind, document, day, float(amount), in_force)
                )
            lines += [(office, delivery, name, at, text) for at, text in enumerate(texts, start=1)]
            files[name] = "\n".join(["# SYNTHETIC DATA", *texts]) + "\n"
    return Made(
        {
            "lines": frame(lines, ["office", "delivery", "file", "line", "text"]),
            "codebook": frame(CODEBOOK, ["layout", "label", "meaning"]),
        },
        {"rows": frame(truth, COLUMNS)},
        files,
    )


def _amount(sums: list[int], draw: Random) -> int:
    """A sum in yuan that both units can write with two decimals; a few are as small as large ones look
    in the other unit, so that no sum tells its unit by itself."""
    if draw.randrange(8) == 0:
        return draw.choice((100, 200, 300, 500))
    if draw.randrange(8) == 0:
        return draw.choice((1_000_000, 2_000_000, 3_000_000, 5_000_000))
    return max(100, draw.choice(sums) // 100 * 100)


def _right(column: str, *kinds: str) -> Callable[[Case], tuple[int, int]]:
    """Of the rows of some kinds, those whose value in a column is right."""

    def measure(case: Case) -> tuple[int, int]:
        told = {(f, n): value for f, n, value in rows(case.out, "file", "line", column)}
        asked = [
            ((f, n), value)
            for f, n, kind, value in rows(case.truth["rows"], "file", "line", "kind", column)
            if not kinds or kind in kinds
        ]
        return sum(_same(told.get(key), value) for key, value in asked), len(asked)

    return measure


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < 0.005
    return one == other


def _agrees(case: Case) -> tuple[int, int]:
    """Rows that are right in all columns, of those that are there or told."""
    names = ("file", "line", "document", "day", "amount_yuan", "in_force")

    def whole(found: tuple) -> tuple:
        return tuple(round(v, 2) if isinstance(v, float) else v for v in found)

    return both_of(*(map(whole, rows(x, *names)) for x in (case.truth["rows"], case.out)))


def _nothing_else(case: Case) -> tuple[int, int]:
    data = {(f, n) for f, n in rows(case.given["lines"], "file", "line") if n > 2}
    told = rows(case.out, "file", "line")
    return sum(key in data for key in told), len(told)


def _every_line(case: Case) -> tuple[int, int]:
    data = {(f, n) for f, n in rows(case.given["lines"], "file", "line") if n > 2}
    return len(data & set(rows(case.out, "file", "line"))), len(data)


BEFORE, CITY, COUNTY = ("city before", "county before"), ("city after",), ("county after",)
PROPERTIES = [
    Property("every_line", "of the lines with data are read", 5, _every_line, public=True),
    Property("nothing_else", "of the rows told are lines with data", 5, _nothing_else, public=True),
    Property(
        "first_layout",
        "of the amounts in the first layout are right",
        15,
        _right("amount_yuan", *BEFORE),
        0.999,
    ),
    Property("days", "of the days are right", 15, _right("day"), 0.999),
    Property(
        "announced",
        "of the amounts after the announced change are right",
        15,
        _right("amount_yuan", *CITY),
        0.999,
    ),
    Property("states", "of the states are right", 10, _right("in_force"), 0.999),
    Property(
        "silent",
        "of the amounts after the silent change are right",
        20,
        _right("amount_yuan", *COUNTY),
        0.999,
    ),
    Property("agrees", "of the rows are right in every column", 15, _agrees, 0.999),
]
