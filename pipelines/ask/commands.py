"""`islands ask`: ask a home's database in SQL, or one of the questions that stand ready."""

import re
import sys
from typing import Annotated

from typer import Argument, Option

from pipelines.ask import bounded
from pipelines.ask.errors import QueryError
from pipelines.ask.questions import question, questions
from pipelines.home import Home
from pipelines.in_force import see_database
from pipelines.options import HOME, HomeOption, JsonOption, note, see_within
from pipelines.terminal import print_json, print_table

MOST_ROWS, MOST_SECONDS = 100_000, 600


def ask(
    given: Annotated[
        str | None,
        Argument(
            metavar="[SQL|NAME]",
            help="A SELECT in quotation marks, or a question's name; -: read SQL from standard input.",
        ),
    ] = None,
    names: Annotated[bool, Option("--list", help="Name the questions that stand ready.")] = False,
    show_sql: Annotated[bool, Option("--sql", help="Print the SQL of a question, too.")] = False,
    rows: Annotated[int, Option(help="Rows that come out at most.")] = 100,
    seconds: Annotated[int, Option(help="After so many it is stopped.")] = 30,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:
    """Ask the database in SQL: it is only read, and no file or network is in reach.

    The words of the models (parse_day, on_day, name_key, uscc_ok ...) can be used, the views today.copies,
    today.measures ... hold what is believed on the last day, and codes.columns says what columns mean.
    """
    if names or given is None:
        found = [
            {"name": q.name, "asks": q.title, "reason": q.reason} for q in questions().values()
        ]
        if as_json:
            print_json(found)
        else:
            print_table("Questions that stand ready: islands ask NAME", found, ["name", "asks"])
        return
    see_within(rows, MOST_ROWS, "--rows", "a number of rows")
    see_within(seconds, MOST_SECONDS, "--seconds", "a number of seconds")
    bounded.start()  # it gets ready while the database is looked for
    sql, title = given, None
    if given == "-":
        try:
            sql = sys.stdin.buffer.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise QueryError("What comes on standard input is not UTF-8.") from None
    elif re.fullmatch(r"\w+", given.strip()):
        ready = question(given.strip())
        sql, title = ready.sql, ready.title
    try:
        answer = bounded.ask(see_database(Home(home).database()), sql, rows, seconds)
    except QueryError as error:
        advice = f" Try this: {error.advice}." if error.advice else ""
        raise QueryError(f"{error}{advice}", error.line, error.column) from None
    if as_json:
        print_json({"sql": sql, **answer.json()})
        return
    if title and show_sql:
        print(f"{sql}\n")
    _print(title, answer.columns, answer.rows)
    if answer.more:
        note(f"There are more than {rows:,} rows; --rows gives more of them.")
    if not answer.rows and re.fullmatch(r"\s*SHOW\s+TABLES\s*;?\s*", sql, re.IGNORECASE):
        note(
            "Each stage has tables of its own; SHOW ALL TABLES, with --rows 1000, shows those of all stages."
        )
    if answer.cut:
        note(f"{answer.cut:,} cells are longer than they are shown.")


def _print(title: str | None, names: tuple[str, ...], rows: list[list[object]]) -> None:
    """Rows as a table without lines, under a question's title."""
    from rich.text import Text

    from pipelines.terminal import plain_table, visible, wide_console

    out = wide_console()
    if title:
        out.print(title, style="bold")
    table = plain_table()
    for n, name in enumerate(names):
        numbers = bool(rows) and all(isinstance(row[n], int | float | None) for row in rows)
        table.add_column(name, overflow="fold", justify="right" if numbers else "left")
    for row in rows:
        table.add_row(*(Text("NULL" if value is None else visible(str(value))) for value in row))
    out.print(table)
    if not rows:
        out.print("No rows.")
