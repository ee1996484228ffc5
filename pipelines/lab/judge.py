"""Hold the answers of a submission against the properties of its lab."""

import datetime
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.lab.cases import World, cut_output, given_in, lay_down
from pipelines.lab.catalogue import Lab
from pipelines.lab.output import Output
from pipelines.lab.property import Case, Made, Property, frame, rows
from pipelines.lab.sandbox import run
from pipelines.lab.worlds import draw_of

FORM, ORDER, FORESIGHT = "form", "order", "no_foresight"
POINTS = {FORM: 5, ORDER: 10, FORESIGHT: 10}
SAYS = {
    FORM: "of the answers have the columns, types and keys that are asked for",
    ORDER: "of the answers stay the same when rows come in another order",
    FORESIGHT: "of the answers about a day stay the same when later rows are taken away",
}
ENOUGH = 0.5  # of the first property: who does less earns nothing by doing no harm


class FormError(ValueError):
    """An answer without the form that is asked for; the message is one sentence."""


@dataclass
class Mark:
    """One property of one submission."""

    # `name`, `says`, `points`, `at_least`: see `Property`.
    name: str
    says: str
    points: int
    at_least: float
    # `right`, `of`: added up over all worlds.
    right: int = 0
    of: int = 0
    reason: str = ""  # why it earns nothing, if it does not; one sentence

    @property
    def share(self) -> float:
        """How much of it is right, from 0 to 1."""
        return self.right / self.of if self.of else 1.0

    @property
    def told(self) -> str:
        """What holds, or why it earns nothing; one sentence."""
        return self.reason or f"{_percent(self.share)} {self.says}."

    @property
    def earned(self) -> int:
        """Points."""
        return 0 if self.reason else self.points


@dataclass
class Verdict:
    """What a submission is worth."""

    marks: list[Mark]
    # Sentences about answers that there are none of, each once.
    troubles: list[str] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Points of a hundred, with one decimal."""
        most = sum(mark.points for mark in self.marks)
        return round(100 * sum(mark.earned for mark in self.marks) / most, 1)

    @property
    def passed(self) -> bool:
        """Whether every property holds."""
        return all(not mark.reason for mark in self.marks)


def judge(
    lab: Lab,
    submission: str,
    name: str,
    worlds: Sequence[World],
    hidden: Sequence[Path] = (),
    public: bool = False,
) -> Verdict:
    """Run a submission in worlds and judge it.

    Args:
        name: `solution.sql` or `solution.py`.
        worlds: see `pipelines.lab.cases`.
        hidden: folders that it must not see.
        public: whether to ask only what needs no truth.
    """
    asked = [
        (n, variant, path) for n, world in enumerate(worlds) for variant, path in world.data.items()
    ]
    answers = run(submission, name, [path for _, _, path in asked], hidden)
    by_world: list[dict[str, Output]] = [{} for _ in worlds]
    for (n, variant, _), answer in zip(asked, answers, strict=True):
        by_world[n][variant] = answer
    properties = [p for p in lab.properties if p.public or not public]
    marks = {name: Mark(name, SAYS[name], points, 1.0) for name, points in POINTS.items()}
    marks |= {p.name: Mark(p.name, p.says, p.points, p.at_least) for p in properties}
    troubles: dict[str, None] = {}
    for world, found in zip(worlds, by_world, strict=True):
        _add(lab, world, found, properties, marks, troubles, public)
    if not lab.known:
        del marks[FORESIGHT]
    _reasons([marks[p.name] for p in properties], list(marks.values()))
    return Verdict([marks[p.name] for p in properties] + _general(marks), list(troubles))


def check(lab: Lab, submission: str, name: str, database: Path) -> Verdict:
    """Judge a submission by what needs no truth, on the student's own data.

    Raises:
        ValueError: if the database cannot be read.
    """
    with tempfile.TemporaryDirectory() as place:
        made = Made(given_in(database))
        draw = draw_of("check", lab.name)
        world = lay_down(lab, made, Path(place), draw, again=True, cut=True)
        return judge(lab, submission, name, [world], public=True)


def _general(marks: Mapping[str, Mark]) -> list[Mark]:
    return [marks[name] for name in POINTS if name in marks]


def _add(
    lab: Lab,
    world: World,
    found: Mapping[str, Output],
    properties: Sequence[Property],
    marks: dict[str, Mark],
    troubles: dict[str, None],
    public: bool,
) -> None:
    """Add what a submission did in one world to its marks."""
    outs: dict[str, pd.DataFrame] = {}
    for variant, answer in found.items():
        try:
            if answer.table is None:
                raise FormError(answer.trouble)
            outs[variant] = formed(lab, answer.table)
        except FormError as error:
            troubles.setdefault(str(error))
        marks[FORM].of += 1
        marks[FORM].right += variant in outs
    plain = outs.get("data")
    if "again" in found:
        marks[ORDER].of += 1
        marks[ORDER].right += plain is not None and "again" in outs and same(plain, outs["again"])
    if "cut" in found and world.cut_day:
        marks[FORESIGHT].of += 1
        if plain is not None and "cut" in outs:
            day = world.cut_day
            marks[FORESIGHT].right += same(
                cut_output(lab, world.given, plain, day),
                cut_output(lab, world.given, outs["cut"], day),
            )
    truth = {} if public else world.truth
    empty = frame([], lab.output)
    for one in properties:
        case = Case(world.given, truth, empty if plain is None else plain)
        right, of = one.measure(case)
        if plain is None:  # of what nobody answered, nothing holds, be there rows to judge or not
            right, of = 0, of or 1
        marks[one.name].of += of
        marks[one.name].right += right


def _reasons(own: Sequence[Mark], every: Sequence[Mark]) -> None:
    """Say of each property that does not hold why it earns nothing."""
    lead = own[0] if own else None
    for mark in every:
        if mark.share < mark.at_least:
            least = "all" if mark.at_least == 1 else f"at least {_percent(mark.at_least)}"
            mark.reason = f"{_percent(mark.share)} {mark.says}; {least} is asked for."
        elif lead is not None and lead.share < ENOUGH and mark is not lead:
            mark.reason = f"It earns nothing as long as {lead.name} is met in less than half."


def _percent(share: float) -> str:
    """A share, rounded towards failure, so that 99.97 is never told as 100.

    >>> _percent(0.99996), _percent(0.95)
    ('99.99 %', '95 %')
    """
    return f"{math.floor(share * 10_000 + 1e-9) / 100:g} %"


DIGITS = 9  # of a number in an answer that count


def formed(lab: Lab, table: pa.Table) -> pd.DataFrame:
    """An answer in the columns and types that are asked for.

    Raises:
        FormError: if it has not the columns, a value is not of its type, or a key comes twice.
    """
    names = table.column_names
    given = {name.lower(): name for name in names}  # SQL does not tell capitals apart
    if len(given) < len(names) or given.keys() != lab.output.keys():
        raise FormError(
            f"The answer has the columns {', '.join(names)}; asked for is {', '.join(lab.output)}."
        )
    columns = {name: _column(name, kind, table[given[name]]) for name, kind in lab.output.items()}
    out = pd.DataFrame(columns, columns=list(lab.output), dtype=object)
    keys = rows(out, *lab.key)
    if any(part is None for key in keys for part in key):
        raise FormError(
            f"A row of the answer lacks one of {', '.join(lab.key)}, which tell rows apart."
        )
    if len(set(keys)) < len(keys):
        raise FormError(f"Two rows of the answer have the same {', '.join(lab.key)}.")
    return out


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two answers hold the same rows; sums in another order may differ in the last digits."""
    return len(one) == len(other) and set(map(_rounded, rows(one))) == set(
        map(_rounded, rows(other))
    )


def _rounded(row: tuple) -> tuple:
    """A row with what sums leave in the last digits taken off, also where a sum should be nothing."""
    return tuple(
        round(float(f"{v:.{DIGITS}g}"), DIGITS) if isinstance(v, float) else v for v in row
    )


def _column(name: str, kind: str, values: pa.ChunkedArray) -> list[Any]:
    try:
        plain = values.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        try:
            plain = values.cast(pa.string()).to_pylist()
        except (ValueError, pa.ArrowException):
            raise FormError(f"Column {name} holds a value that cannot be read.") from None
    return [None if value is None else _value(name, kind, value) for value in plain]


def _value(name: str, kind: str, value: Any) -> Any:
    """A value of its type; what says the same otherwise is taken."""
    try:
        if isinstance(value, str) and kind in ("whole", "number"):
            value = float(value)
        if isinstance(value, float) and math.isnan(value):
            return None
        if kind == "text":
            return str(value)
        if kind == "yes_no" and isinstance(value, bool):
            return value
        if kind == "day":
            if isinstance(value, str):
                value = datetime.datetime.fromisoformat(value)
            if isinstance(value, datetime.datetime):
                return value.date()
            if isinstance(value, datetime.date):
                return value
        if kind == "whole" and not isinstance(value, bool) and int(value) == value:
            return int(value)
        if (
            kind == "number"
            and isinstance(value, (int, float, Decimal))
            and not isinstance(value, bool)
        ):
            return float(value)
    except (ValueError, TypeError, OverflowError):
        pass
    what = {"text": "text", "day": "a day", "whole": "a whole number", "number": "a number",
            "yes_no": "true or false"}[kind]  # fmt: skip
    raise FormError(f"Column {name} holds {str(value)[:40]!r}, which is not {what}.")
