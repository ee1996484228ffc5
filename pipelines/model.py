"""A model: one table of the pipeline, the SELECT that makes it, and what its file says of it.

A model is one SELECT that makes one table. Most are files, and a table's name is its file's path:
`lists.court_dishonest` is `pipelines/lists/court_dishonest.sql`. The rest are generated from the
contracts (`conform.*`), from the list files (`lists.entries`) or from the network (`exchange.*`).
The tables a model reads are read out of its SQL.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from pipelines.engine.named import named_in
from pipelines.intervals import union_of_intervals
from pipelines.remembered import remembered
from schemas.contract import ROOT

PIPELINES = ROOT / "pipelines"

STAGES = (
    "landing",
    "conform",
    "resolve",
    "merge",
    "lists",
    "exchange",
    "consequences",
    "scores",
    "publication",
)

# What a header declares after its rule; `reads` only replays need.
DECLARED = (
    "source", "grain", "key", "reads", "intervals", "found", "each", "kept",
)  # fmt: skip
AS_A_VIEW = "as a view"
_DECLARED = re.compile(rf"^({'|'.join(DECLARED)})(?::(.*))?$")

# The columns behind it are those of `pipelines.intervals` that no row lacks.
UNION_DIRECTIVE = re.compile(r"^-- intervals: union(?: by (\w+(?:, \w+)*))?\s*$", re.MULTILINE)


class ModelError(ValueError):
    """A model that cannot be used; the message names the model and the rule."""


@dataclass(frozen=True)
class Model:
    """One table of the pipeline and the SELECT that makes it."""

    name: str  # `<stage>.<table>`
    sql: str  # the SELECT, in DuckDB's dialect, as the engine runs it
    reads: tuple[str, ...]  # names of the tables it reads, sorted
    origin: str  # the file it was written in or generated from, relative to the repository
    comment: str = ""  # the header of the file: the rule in domain words
    # Whether it is kept as a view: its header says `kept: as a view`, or what generates it does.
    view: bool = False

    @property
    def stage(self) -> str:
        """The stage, which is the schema of the table."""
        return self.name.split(".")[0]

    @property
    def header(self) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """The lines of the rule in words, and (name, text) of all that is declared after it.

        >>> Model("lists.x", "", (), "", "Who is\\non x.\\ngrain: one row\\nkey: a,\\nb\\nfound: c").header
        (('Who is', 'on x.'), (('grain', 'one row'), ('key', 'a, b'), ('found', 'c')))
        """
        rule: list[str] = []
        declared: list[tuple[str, str]] = []
        for line in self.comment.splitlines():
            found = _DECLARED.match(line)
            if found:
                declared.append((found[1], (found[2] or "").strip()))
            elif declared:  # it runs on over the next line
                name, text = declared[-1]
                declared[-1] = (name, f"{text} {line.strip()}".strip())
            else:
                rule.append(line)
        return tuple(rule), tuple(declared)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row, as the header says; none if it says nothing."""
        text = dict(self.header[1]).get("key", "")
        return tuple(column.strip() for column in text.split(",")) if text else ()

    @property
    def table(self) -> str:
        """The table without its schema."""
        return self.name.split(".")[1]


@lru_cache(maxsize=1024)
def _named(sql: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tables read and columns given by a SELECT, from one parse of it."""
    try:
        tables, columns = remembered("named", sql, lambda: named_in(sql))
    except ValueError as error:
        raise ModelError(f"This is not one SELECT: {error}") from None
    return tuple(tables), tuple(columns)


def tables_read(sql: str) -> tuple[str, ...]:
    """Names `schema.table` that a SELECT reads, common table expressions left out, sorted."""
    return _named(sql)[0]


def output_columns(sql: str) -> tuple[str, ...]:
    """Names of the columns a SELECT gives, in order.

    Raises:
        ModelError: if a column has no name or is a star.
    """
    names = _named(sql)[1]
    if "" in names:
        raise ModelError(f"every column needs a name of its own, not a star: {sql[:80]!r}")
    return names


def header(sql: str) -> str:
    """The comment lines a file begins with, without their dashes."""
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return "\n".join(lines)


def body(sql: str) -> str:
    """A file's SELECT without its header and without a closing semicolon."""
    lines = sql.splitlines()
    while lines and (lines[0].startswith("--") or not lines[0].strip()):
        lines.pop(0)
    return "\n".join(lines).rstrip().rstrip(";")


def make_model(name: str, sql: str, origin: str) -> Model:
    """A model from the text of its file, interval directive applied.

    Raises:
        ModelError: if it is no SELECT, or its header has it kept in another way than as a view.
    """
    select = body(sql)
    reads = tables_read(select)
    if found := UNION_DIRECTIVE.search(sql):
        by = found[1].split(", ") if found[1] else ()
        select = union_of_intervals(select, output_columns(select), by)
    model = Model(name, select, reads, origin, header(sql))
    kept = dict(model.header[1]).get("kept", "")
    if kept and not kept.startswith(AS_A_VIEW):
        raise ModelError(f"{origin}: `kept` can only say {AS_A_VIEW!r} and why, not {kept!r}.")
    return replace(model, view=bool(kept))
