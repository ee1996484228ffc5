"""A check that is written as an expectation of Great Expectations, `quality/<stage>/<check>.py`.

    \"\"\"A debt before a court is a hundred yuan to ten million.\"\"\"

    import great_expectations.expectations as gxe

    table = "conform.events"
    outcome = "warn"
    expectation = gxe.ExpectColumnValuesToBeBetween(
        column="amount_yuan",
        min_value=100,
        max_value=10_000_000,
        row_condition="event_kind = 'judgment_default'",
    )

The docstring is the reason; `owner` and `severity` may be said as well. The file is read and never run: of
the expectation the query is made that finds the rows which break it, as a check in SQL writes it by hand, so
that a build need not load the library and a replay can work out what changes. `row_condition` is SQL, or has
the form that Great Expectations gives to its own conditions: `col("event_kind") == "judgment_default"`.
"""

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from quality.expectations import RECORDS
from schemas.sql import literal, quoted
from schemas.suggest import suggestion

SAID = ("table", "outcome", "owner", "severity")  # what a file says by name, beside the expectation
EVERYWHERE = ("row_condition", "condition_parser", "severity", "notes", "meta", "description")
Given = Mapping[str, Any]


def _sql(value: Any) -> str:
    """A value as SQL writes it."""
    if isinstance(value, bool):
        return str(value).upper()
    return str(value) if isinstance(value, int | float) else literal(str(value))


def _written(name: str, value: Any) -> str:
    """What is given under a name, as SQL writes it."""
    if name == "value_set":
        return ", ".join(map(_sql, value))
    return quoted(value) if name.startswith("column") else _sql(value)


def _outside(what: str, given: Given) -> str:
    """Where a value lies outside its bounds, which belong to it unless they are called strict."""
    tests = []
    if given.get("min_value") is not None:
        tests.append(
            f"{what} {'<=' if given.get('strict_min') else '<'} {_sql(given['min_value'])}"
        )
    if given.get("max_value") is not None:
        tests.append(
            f"{what} {'>=' if given.get('strict_max') else '>'} {_sql(given['max_value'])}"
        )
    if not tests:
        raise ValueError("it bounds nothing; give min_value or max_value.")
    return " OR ".join(tests)


def _again(names: list[str], table: str) -> str:
    """Where another row says the same in these columns."""
    same = ", ".join(map(quoted, names))
    known = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    return f"({same}) IN (SELECT {same} FROM {table} WHERE {known} GROUP BY {same} HAVING count(*) > 1)"


# Expectation -> the names it needs, those it may have, and where a row breaks it: in words of SQL with
# the names in braces, or what makes them of all that is given and the table. What is missing breaks none
# but the first, as in Great Expectations.
BOUNDS = "min_value max_value strict_min strict_max"
BROKEN: dict[str, tuple[str, str, str | Callable[[Given, str], str]]] = {
    "ExpectColumnValuesToNotBeNull": ("column", "", "{column} IS NULL"),
    "ExpectColumnValuesToBeNull": ("column", "", "{column} IS NOT NULL"),
    "ExpectColumnValuesToBeInSet": ("column value_set", "", "{column} NOT IN ({value_set})"),
    "ExpectColumnValuesToNotBeInSet": ("column value_set", "", "{column} IN ({value_set})"),
    "ExpectColumnValuesToBeBetween": (
        "column", BOUNDS, lambda g, _: _outside(quoted(g["column"]), g),
    ),
    "ExpectColumnValueLengthsToBeBetween": (
        "column", BOUNDS, lambda g, _: _outside(f"length({quoted(g['column'])})", g),
    ),
    "ExpectColumnValueLengthsToEqual": ("column value", "", "length({column}) <> {value}"),
    "ExpectColumnValuesToMatchRegex": (
        "column regex", "", "NOT regexp_matches({column}, {regex})",
    ),
    "ExpectColumnValuesToNotMatchRegex": ("column regex", "", "regexp_matches({column}, {regex})"),
    "ExpectColumnValuesToBeUnique": ("column", "", lambda g, table: _again([g["column"]], table)),
    "ExpectCompoundColumnsToBeUnique": (
        "column_list", "", lambda g, table: _again(list(g["column_list"]), table),
    ),
    "ExpectColumnPairValuesAToBeGreaterThanB": (
        "column_A column_B", "or_equal",
        lambda g, _: f"{quoted(g['column_A'])} {'<' if g.get('or_equal') else '<='} {quoted(g['column_B'])}",
    ),
}  # fmt: skip
ROWS = "UnexpectedRowsExpectation"
# In a condition of Great Expectations: a column (that is told), a text, or the sign for the same.
_WORD = re.compile(
    r"""col\(["'](?P<column>\w+)["']\)(?P<told>\.notNull\(\))?|"(?P<text>[^"]*)"|=="""
)


def read_python(text: str) -> tuple[dict[str, str], str, str]:
    """What a file says by name, its reason, and the query of the rows that break its expectation.

    Raises:
        ValueError: beginning with the line, if there is one, as `quality.written.CheckError` goes on
            after a file's name.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f", line {error.lineno}: this is no Python: {error.msg}.") from None
    said: dict[str, str] = {}
    call: ast.Call | None = None
    for node in tree.body:
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            continue
        name = node.targets[0].id
        if name in SAID:
            said[name] = str(_constant(node.value, name))
        elif name == "expectation" and isinstance(node.value, ast.Call):
            call = node.value
    reason = " ".join((ast.get_docstring(tree) or "").split())
    if not reason or call is None or not {"table", "outcome"} <= said.keys():
        raise ValueError(
            ": begin with a docstring that gives the reason, then `table = ...`, `outcome = ...` and "
            "`expectation = gxe....(...)`."
        )
    given = {k.arg or "**": _constant(k.value, k.arg or "what follows **") for k in call.keywords}
    try:
        return said, reason, _query(call, given, said["table"])
    except ValueError as error:
        raise ValueError(f", line {call.lineno}: {error}") from None


def _constant(node: ast.expr, name: str) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise ValueError(
            f", line {node.lineno}: {name} is worked out; the file is read and not run, so write the value."
        ) from None


def _query(call: ast.Call, given: Given, table: str) -> str:
    """The rows of a table that break an expectation."""
    kind = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if call.args or "**" in given:
        raise ValueError(f"{kind} takes its arguments by name.")
    if kind == ROWS:
        query = given.get("unexpected_rows_query")
        if not query:
            raise ValueError(f"{kind} needs unexpected_rows_query.")
        return str(query).replace("{batch}", table).strip().rstrip(";")
    if kind not in BROKEN:
        raise ValueError(
            f"{kind} is none of those that name the rows which break them: "
            f"{', '.join((*BROKEN, ROWS))}.{suggestion(kind, BROKEN)}"
        )
    needs, may_have, broken = BROKEN[kind]
    needed, known = needs.split(), (*needs.split(), *may_have.split())
    for name in needed:
        if name not in given:
            raise ValueError(f"{kind} needs {name}.")
    for name in given:
        if name == "mostly":
            raise ValueError("a check names every row that breaks it; leave mostly out.")
        if name not in (*known, *EVERYWHERE):
            raise ValueError(f"{kind} takes no {name}.{suggestion(name, known)}")
    if isinstance(broken, str):
        where = broken.format(**{name: _written(name, given[name]) for name in needed})
    else:
        where = broken(given, table)
    if condition := given.get("row_condition"):
        where = f"({_condition(str(condition))}) AND ({where})"
    every = f"{table.rpartition('.')[2]}.*"
    columns = "record_id, version, from_day AS day" if table in RECORDS else every
    return f"SELECT {columns} FROM {table} WHERE {where}"


def _condition(text: str) -> str:
    """A condition in SQL.

    >>> _condition('col("event_kind") == "judgment_default"')
    '"event_kind" = \\'judgment_default\\''
    """
    if "col(" not in text:
        return text

    def word(found: re.Match[str]) -> str:
        if found["column"]:
            return quoted(found["column"]) + (" IS NOT NULL" if found["told"] else "")
        return "=" if found["text"] is None else literal(found["text"])

    return _WORD.sub(word, text)
