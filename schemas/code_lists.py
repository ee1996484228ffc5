"""Code lists: how their files are read, and what they say of each other.

A measure, a rule of points or a list is a row that anybody can add. One that names an agency, a list or a
severity that there is not would apply to nobody, in silence; so each is looked up before a build.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
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
# (code list, column) -> (code list, column) that has to know its value; an empty cell names nothing.
REFERS = {
    ("lists", "owner"): ("holders", "holder"),
    ("lists", "sharing"): ("audiences", "sharing"),
    ("holders", "audience"): ("audiences", "audience"),
    ("measures", "agency"): ("holders", "holder"),
    ("measures", "list"): ("lists", "list"),
    ("measures", "unless_list"): ("lists", "list"),
    ("measures", "min_severity"): ("severities", "code"),
    ("measures", "subject_kind"): ("subject_kinds", "code"),
    ("keepers", "keeper"): ("holders", "holder"),
    ("keepers", "division"): ("divisions", "code"),
    ("keepers", "subject_kind"): ("subject_kinds", "code"),
    ("grades", "keeper"): ("keepers", "keeper"),
    ("points", "keeper"): ("keepers", "keeper"),
    ("points", "list"): ("lists", "list"),
    ("points", "ground"): ("grounds", "code"),
    ("contagion", "keeper"): ("keepers", "keeper"),
    ("score_lists", "list"): ("lists", "list"),
    ("score_lists", "severity"): ("severities", "code"),
    ("enquiries", "holder"): ("holders", "holder"),
}
# (code list, column) -> the words it takes.
WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("lists", "polarity"): ("negative", "positive", "neutral"),
    ("lists", "tier"): ("story", "core", "whole"),
    ("lists", "adopted"): ("yes", "no"),
    ("points", "effective"): ("day", "next_month"),
    ("keepers", "opt_in"): ("yes", "no"),
    ("contagion", "links"): ("today", "baojia"),
    ("edge_modes", "names_anew"): ("yes", "no"),
    ("edge_modes", "taken_back"): ("yes", "no"),
    ("mishaps", "place"): ("edge", "holder", "between"),
    ("mishaps", "strikes"): ("entry", "subject", "list", "all"),
    ("mishaps", "begins"): ("sync", "day"),
    ("mishaps", "shows"): (
        "before",
        "backup",
        "nothing",
        "other",
        "namesakes",
        "split",
        "new",
        "twice",
        "astray",
    ),
    ("mishaps", "lasts"): ("sync", "ever"),
    ("remedies", "unit"): ("d", "wd"),
    ("holidays", "works"): ("yes", "no"),
}
# Columns that hold whole numbers, or nothing.
NUMBERS = (
    ("contagion", "bound"),
    ("enquiries", "per_1000_a_year"),
    ("grades", "min_points"),
    ("keepers", "start"),
    ("keepers", "floor"),
    ("keepers", "ceiling"),
    ("lists", "longest_term_days"),
    ("measures", "term_days"),
    ("points", "change"),
    ("remedies", "days"),
    ("remedies", "per_thousand"),
    ("severities", "rank"),
)
# Columns that name a link to follow, and its form.
_LINK = r"[a-z_]+:(a>b|b>a)|parent_child:a>b:minor"
STEPS = {
    ("measures", "step1"): _LINK,
    ("measures", "step2"): _LINK,
    ("contagion", "step"): rf"{_LINK}|ten_households",
}

Read = Callable[[str], list[tuple[int, dict[str, str]]]]  # code list -> its rows with their lines


def read_csv(path: Path, needs: str | None = None) -> list[dict[str, str]]:
    """The rows of a code list; see `columns_and_rows`."""
    return columns_and_rows(path, needs)[1]


def columns_and_rows(
    path: Path, needs: str | None = None
) -> tuple[list[str], list[dict[str, str]]]:
    """The columns of a code list, a CSV file in UTF-8, and its rows, each as column -> text.

    Args:
        needs: a column it must have.

    Raises:
        ValueError: naming the file and the line, if that is missing, a row has more or fewer cells than
            there are columns, what names a row names two or could never be met, or it is no text in UTF-8.
    """
    rows = []
    lines_of: dict[tuple[str, ...], int] = {}  # what names a row -> its line
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if needs and needs not in (reader.fieldnames or ()):
                raise ValueError(f"{path}: the code list needs a column `{needs}`.")
            for row in reader:
                if None in row or None in row.values():
                    raise ValueError(
                        f"{path}, line {reader.line_num}: it has not as many cells as there are columns; "
                        "put a text that holds a comma in quotes."
                    )
                rows.append(row)
                names = ("code",) if "code" in row else NAMED_BY.get(path.stem, ())
                named = {name: row[name] for name in names if name in row}
                if any(named.values()):
                    _see_name(lines_of, named, f"{path}, line {reader.line_num}")
                    lines_of[tuple(named.values())] = reader.line_num
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: {error.object[error.start]:#x} is not UTF-8; save it so."
        ) from None
    return list(reader.fieldnames or ()), rows


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
    for (name, column), (other, key) in REFERS.items():
        known = {row[key] for _, row in read(other)}
        _see(read, folder, name, column, known, f"it has no row in {other}.csv")
    for (name, column), words in WORDS.items():
        _see(read, folder, name, column, set(words), f"it is one of {', '.join(words)}")
    for name, column in NUMBERS:
        for line, row in read(name):
            if row[column] and not re.fullmatch("-?[0-9]{1,9}", row[column]):
                raise ValueError(
                    f"{folder / name}.csv, line {line}: {column} {row[column]!r} is no whole number."
                )
    for (name, column), form in STEPS.items():
        for line, row in read(name):
            if row[column] and not re.fullmatch(form, row[column]):
                raise ValueError(
                    f"{folder / name}.csv, line {line}: {column} {row[column]!r} is no link to follow; write "
                    "its kind and its direction, such as legal_representative:b>a."
                )
    _see_grades(read, folder)
    _see_lists_of_grades(read, folder)


def _see(read: Read, folder: Path, name: str, column: str, known: set[str], why: str) -> None:
    for line, row in read(name):
        if row[column] and row[column] not in known:
            raise ValueError(
                f"{folder / name}.csv, line {line}: {column} {row[column]!r} is not known; {why}."
                f"{suggestion(row[column], sorted(known))}"
            )


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


def _rows(folder: Path, name: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of a code list with their lines, a row a line."""
    return list(enumerate(columns_and_rows(folder / f"{name}.csv")[1], start=2))
