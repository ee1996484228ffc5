"""Ask a home's database something in SQL: `python -m docs.ask build/story "SELECT …"`.

Without a query it reads one from standard input. The database is opened for reading only, with the
macros of the models (`until`, `parse_day`, `org_code_ok` …), so that pieces of a model can be pasted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len

from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.home import Home


def table(engine: Engine, sql: str) -> str:
    """The rows of a query as lines of text, columns aligned, NULL written out."""
    found = engine.query(sql.strip().rstrip(";"))
    rows = list(zip(*(map(_text, column.to_pylist()) for column in found.columns), strict=True))
    return aligned(found.column_names, rows)


def aligned(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A heading and rows in columns. Chinese characters count for two."""
    lines = [tuple(names), *rows]
    widths = [max(cell_len(line[n]) for line in lines) for n in range(len(names))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(
        "  ".join(
            value + " " * (width - cell_len(value))
            for value, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in (lines[0], rule, *lines[1:])
    )


def _text(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else str(value)


def main(words: Sequence[str]) -> None:
    """Answer one question.

    Raises:
        SystemExit: with a sentence, if no home is given or the query cannot be run.
    """
    if not words:
        raise SystemExit('Say whose database and what: python -m docs.ask build/story "SELECT 1"')
    sql = words[1] if len(words) > 1 else sys.stdin.read()
    try:
        with open_engine("duckdb", Home(Path(words[0])).database(), read_only=True) as engine:
            print(table(engine, sql))
    except Exception as error:  # the engine's own words say best what is wrong with a query
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main(sys.argv[1:])
