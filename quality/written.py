"""The checks that are written down, each as SQL or in a line.

A check that needs a query of its own is a file, `quality/<stage>/<check>.sql`: its header gives the
reason, the table, what follows, and if need be who is told and how grave it is; its body finds the rows
that break it. It is written as a model is, so that a replay can run it too:

    -- Nobody stays on a list longer than the law lets it last.
    -- table: lists.entries
    -- outcome: warn
    -- owner: list owner        (else as `OWNERS` has it for the stage)
    -- severity: major          (else as `SEVERITIES` has it for the outcome)
    -- drift: 10                (its rows are compared with earlier ones, see `_drift.sql`)
    SELECT ...

The same as an expectation of Great Expectations is `quality/<stage>/<check>.py`; see `written_in_python`.
The order of these lines does not matter. Where there is one, a column `day` is the first day on which it
could be seen. A check that has a common form is a line of `quality/checks.csv`:

===========  ================================================================  ======================
form         a row breaks it when                                              of
===========  ================================================================  ======================
holds        the condition is false                                            the condition
refers_to    its key is not found in the other table                           key = other.table.key
in_set       the value is none of these                                        column: value value
unique       another row bears the same key                                    the columns of the key
no_overlap   another row of the same key is believed on one of its days        the columns of the key
interval     it ends before it begins                                          nothing
shape        it breaks the contract of the shape, in `schemas/shapes`          the shape
===========  ================================================================  ======================
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from quality.expectations import Expectation
from quality.from_contract import interval_expectation, shape_expectations
from quality.written_in_python import read_python
from schemas.code_lists import read_csv
from schemas.contract import ROOT
from schemas.suggest import suggestion

QUALITY = Path(__file__).parent
LINES = QUALITY / "checks.csv"
DRIFT = QUALITY / "_drift.sql"

NAMES = ("table", "outcome", "owner", "severity", "drift")  # of what a header says
_NAMED = re.compile(r"--\s*(\w+):\s*(.*)")


class CheckError(ValueError):
    """A written check that cannot be used; the message names the file, the line and the rule."""


@cache
def written(stage: str) -> tuple[Expectation, ...]:
    """The checks of a stage, those in lines before those in files, each by table and name.

    Args:
        stage: schema of the tables; what is judged of landing, `quality.*`, belongs to `landing`.

    Raises:
        CheckError: in one sentence, if a line or a file is not of the form above.
    """
    return (*_lines(stage), *_files(stage))


def _lines(stage: str) -> tuple[Expectation, ...]:
    found: list[Expectation] = []
    for number, row in enumerate(read_csv(LINES), start=2):
        try:
            found += [e for e in _of_line(row) if e.stage == stage]
        except ValueError as error:
            raise CheckError(f"{LINES.name}, line {number}: {error}") from error
    return tuple(found)


def _of_line(row: dict[str, str]) -> tuple[Expectation, ...]:
    """What one line says."""
    table, form, of = row["table"], row["form"], row["of"]
    column: str | None = None
    arguments: dict[str, Any]
    if form == "shape":
        return shape_expectations(of, table=table)
    if form == "interval":
        return (interval_expectation(table),)
    if form == "holds":
        arguments = {"condition": of}
    elif form == "in_set":
        column, _, values = of.partition(": ")
        arguments = {"values": tuple(values.split())}
    elif form in ("unique", "no_overlap"):
        arguments = {"key": tuple(of.split(", "))}
    elif form == "refers_to":
        pairs = [pair.split(" = ") for pair in of.split(", ")]
        tables = {other.rpartition(".")[0] for _, other in pairs}
        if len(tables) != 1:
            raise ValueError(f"{of!r} must name one other table, as in `list = codes.lists.list`.")
        arguments = {
            "key": tuple(key for key, _ in pairs),
            "table": tables.pop(),
            "columns": tuple(other.rpartition(".")[2] for _, other in pairs),
        }
    else:
        raise ValueError(f"there is no form {form!r}.")
    return (
        Expectation(row["check"], table, form, row["outcome"], row["reason"], column, arguments),
    )


def _files(stage: str) -> tuple[Expectation, ...]:
    return tuple(of_file(p) for p in sorted((QUALITY / stage).glob("*.*")) if p.suffix in FORMS)


def of_file(path: Path) -> Expectation:
    """What one file says.

    Raises:
        CheckError: if its header lacks reason, table or outcome, or says what cannot be, or it is no
            text in UTF-8.
    """
    where = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CheckError(f"{where}: byte {error.start} is not UTF-8; save it in UTF-8.") from None
    try:
        said, reason, query = FORMS.get(path.suffix, _parts)(text)
    except ValueError as error:
        raise CheckError(f"{where}{error}") from None
    if "drift" in said:
        compared = DRIFT.read_text(encoding="utf-8")
        query = compared.replace("{more}", said["drift"]).replace("{given}", query)
    try:
        return Expectation(
            path.stem,
            said["table"],
            "no_rows",
            said["outcome"],
            reason,
            arguments={"query": query},
            owner=said.get("owner", ""),
            severity=said.get("severity", ""),
        )
    except ValueError as error:
        raise CheckError(f"{where}: {error}") from error


def _parts(text: str) -> tuple[dict[str, str], str, str]:
    """What the header of a file says by name, its reason, and the query below it.

    The header is the comment at the top, up to the last line of it that says something by name.
    """
    lines = text.split("\n")  # not `splitlines`: a text of the query may hold other characters
    at_top = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    said: dict[str, str] = {}
    end = 0
    for number, line in enumerate(lines[:at_top], start=1):
        name, value = match.groups() if (match := _NAMED.fullmatch(line)) else ("", "")
        if name in said:
            raise ValueError(f", line {number}: `-- {name}:` is said twice; say it once.")
        if name in NAMES and not value.strip():
            raise ValueError(
                f", line {number}: `-- {name}:` says nothing; say it, or take it away."
            )
        if said and name not in NAMES and (near := suggestion(name, NAMES)):
            raise ValueError(f", line {number}: there is no `-- {name}:`.{near}")
        if name in NAMES:
            said[name], end = value.strip(), number
    reason = [
        line[2:].strip()
        for line in lines[:end]
        if (match := _NAMED.fullmatch(line)) is None or match[1] not in NAMES
    ]
    if not {"table", "outcome"} <= said.keys() or not any(reason):
        raise ValueError(
            ": begin with a comment that gives the reason, then `-- table: stage.table` and "
            "`-- outcome: warn`."
        )
    if not said.get("drift", "0").isdecimal():
        raise ValueError(f": `-- drift:` takes a whole number of rows, not {said['drift']!r}.")
    return said, " ".join(filter(None, reason)), "\n".join(lines[end:]).strip().rstrip(";")


FORMS = {".sql": _parts, ".py": read_python}  # how a file is read, by how its name ends
