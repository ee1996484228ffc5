"""Code lists: how their files are read, and what they say of each other.

A measure, a rule of points or a list is a row that anybody can add. One that names an agency, a list or a
severity that there is not would apply to nobody, in silence; so each is looked up before a build.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, partial
from pathlib import Path

from schemas.normal_form import see_normal
from schemas.suggest import suggestion

CODES = Path(__file__).parent / "codes"

# What names a row of a code list that has no column `code`; such lists are made longer by hand.
NAMED_BY = {
    "audiences": ("audience", "sharing"),
    "contagion": ("links", "keeper", "step"),
    "grades": ("keeper", "grade"),
    "holders": ("holder",),
    "holidays": ("day",),
    "join_methods": ("join_level", "method", "id_scheme"),
    "keepers": ("keeper",),
    "lists": ("list",),
    "measures": ("measure", "agency", "list", "step1", "step2"),
    "mishaps": ("mishap",),
    "points": ("keeper", "list", "ground"),
    "remedies": ("remedy", "step"),
    "score_lists": ("list", "grade"),
    "trust": ("feed",),
    "usual_amounts": ("event_kind", "ground"),
    "usual_delays": ("feed",),
}
# What a column of a code list must be: `given`, since a row without it would apply to nobody; and, if it is
# not empty: `refers_to` a column of another that has to know its value, `one_of` some words, a whole
# `number`, a `day`, or a `link` to follow, of a form.
RULES = Path(__file__).with_suffix(".csv")

Read = Callable[[str], list[tuple[int, dict[str, str]]]]  # code list -> its rows with their lines


class CodeRow(dict[str, str]):
    """A row of a code list, column -> text; a column that its file has not is told of when it is asked for.

    Attributes:
        path, line: where it stands.
    """

    def __init__(self, cells: Mapping[str, str], path: Path, line: int) -> None:
        super().__init__(cells)
        self.path, self.line = path, line

    def __missing__(self, column: str) -> str:
        near = difflib.get_close_matches(column, self, 1)
        raise ValueError(
            f"{self.path}, line 1: the code list has no column {column!r}"
            f"{f'; perhaps {near[0]!r} is to be it' if near else ''}."
        )


def read_csv(path: Path, needs: str | None = None) -> list[CodeRow]:
    """The rows of a code list; see `columns_and_rows`."""
    return columns_and_rows(path, needs)[1]


def columns_and_rows(path: Path, needs: str | None = None) -> tuple[list[str], list[CodeRow]]:
    """The columns of a code list, a CSV file in UTF-8, and its rows; one without a word counts as none.

    Args:
        needs: a column it must have.

    Raises:
        ValueError: naming the file and the line, if that is missing, a column stands twice, a row has more
            or fewer cells than there are columns, what names a row names two or could never be met, or it
            is no text in UTF-8.
    """
    columns: list[str] = []
    rows = []
    lines_of: dict[tuple[str, ...], int] = {}  # what names a row -> its line
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            columns += reader.fieldnames or ()
            if not columns:
                raise ValueError(f"{path} is empty; its first line is to name the columns.")
            if twice := [name for name in columns if columns.count(name) > 1]:
                raise ValueError(f"{path}, line 1: the column {twice[0]!r} stands twice; keep one.")
            if needs and needs not in columns:
                raise ValueError(f"{path}: the code list needs a column `{needs}`.")
            for row in reader:
                if None in row or None in row.values():
                    raise ValueError(
                        f"{path}, line {reader.line_num}: it has not as many cells as there are columns; "
                        "put a text that holds a comma in quotes."
                    )
                if not any(row.values()):
                    continue  # as spreadsheets leave behind where something was taken out
                rows.append(CodeRow(row, path, reader.line_num))
                names = ("code",) if "code" in row else NAMED_BY.get(path.stem, ())
                named = {name: rows[-1][name] for name in names}
                if any(named.values()):
                    _see_name(lines_of, named, f"{path}, line {reader.line_num}")
                    lines_of[tuple(named.values())] = reader.line_num
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: {error.object[error.start]:#x} is not UTF-8; save it so."
        ) from None
    return columns, rows


def _see_name(
    lines_of: Mapping[tuple[str, ...], int], named: Mapping[str, str], where: str
) -> None:
    """See that what names a row of a code list names no other, and that a row of a file can say a code.

    Whatever says a name is joined to all rows of the list that bear it, so a second one would make two acts
    of one, or count points twice.

    Args:
        lines_of: the names before it, each with its line.
        named: column -> what it says.

    Raises:
        ValueError: beginning with `where`.
    """
    before = lines_of.get(tuple(named.values()))
    if before is not None:
        said = ", ".join(f"{column} {value!r}" for column, value in named.items())
        raise ValueError(f"{where}: {said} stands on line {before} already; keep one of the two.")
    if "code" in named:
        see_normal(named["code"], where, "the code", ValueError)


def see_code_lists(folder: Path = CODES) -> None:
    """See that code lists name only what there is.

    Args:
        folder: with the CSV files.

    Raises:
        ValueError: naming the file, the line, the column and what may be meant.
    """
    read: Read = cache(partial(_rows, folder))  # most lists are looked at several times
    for rule in read_csv(RULES):
        name, column, must, of = rule.values()
        for line, row in read(name):
            where = f"{folder / name}.csv, line {line}: {column}"
            if must == "given" and not row[column]:
                raise ValueError(f"{where} is empty; say it, or take the row out.")
            if row[column] and (wrong := _wrong(read, must, of, row[column])):
                raise ValueError(f"{where} {row[column]!r} {wrong}")
    _see_grades(read, folder)
    _see_lists_of_grades(read, folder)


def _wrong(read: Read, must: str, of: str, value: str) -> str | None:
    """What is wrong with a value, as the end of a sentence; None if nothing is. See `RULES`."""
    if must == "given":
        return None
    if must == "number":
        return None if re.fullmatch("-?[0-9]{1,9}", value) else "is no whole number."
    if must == "day":
        return None if _is_day(value) else "is no day; write YYYY-MM-DD."
    if must == "link":
        no_link = "is no link to follow; write its kind and its direction, such as legal_representative:b>a."
        return None if re.fullmatch(of, value) else no_link
    if must == "one_of":
        known, why = set(of.split()), f"it is one of {', '.join(of.split())}"
    else:
        other, _, key = of.partition(".")
        known, why = {row[key] for _, row in read(other)}, f"it has no row in {other}.csv"
    if value in known:
        return None
    return f"is not known; {why}.{suggestion(value, sorted(known))}"


def _see_grades(read: Read, folder: Path) -> None:
    """See that whatever points anybody has at a keeper are a grade there."""
    least: dict[str, int] = {}
    for _, row in read("grades"):
        points = int(row["min_points"])
        least[row["keeper"]] = min(points, least.get(row["keeper"], points))
    for line, row in read("keepers"):
        if least.get(row["keeper"], int(row["floor"]) + 1) > int(row["floor"]):
            raise ValueError(
                f"{folder / 'keepers'}.csv, line {line}: points at {row['keeper']} go down to "
                f"{row['floor']}, and no grade there begins so low; let the lowest in grades.csv begin there."
            )


def _see_lists_of_grades(read: Read, folder: Path) -> None:
    """See that a list made of grades has some its owner gives, and none that everybody starts with: whoever
    is listed is listed for something that changed his points."""
    owners = {row["list"]: row["owner"] for _, row in read("lists")}
    starts = {row["keeper"]: int(row["start"]) for _, row in read("keepers")}
    given: dict[str, list[tuple[int, str]]] = {}
    for _, row in read("grades"):
        given.setdefault(row["keeper"], []).append((int(row["min_points"]), row["grade"]))
    for line, row in read("score_lists"):
        owner, grade = owners[row["list"]], row["grade"]
        where = f"{folder / 'score_lists'}.csv, line {line}: grade {grade!r}"
        steps = given.get(owner, [])
        if grade not in {name for _, name in steps}:
            raise ValueError(f"{where} is none that {owner} gives, who owns {row['list']}.")
        if grade == max(step for step in steps if step[0] <= starts[owner])[1]:
            raise ValueError(
                f"{where} is the one that everybody has at {owner} to start with, so that {row['list']} "
                "would list people for nothing; leave it out, or let grades.csv divide it."
            )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _rows(folder: Path, name: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of a code list with their lines."""
    return [(row.line, row) for row in read_csv(folder / f"{name}.csv")]
