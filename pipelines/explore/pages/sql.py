"""A question in SQL: the database is read and nothing else can be reached; errors are explained."""

from typing import Any

from pipelines.ask.bounded import ask
from pipelines.ask.errors import QueryError
from pipelines.ask.questions import questions
from pipelines.explore.asked import Asked
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Page

MOST_ROWS, SECONDS = 200, 10
LONGEST = 5_000  # characters of a statement, which has to fit into an address


def look(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """The answer to a question, or what is wrong with it; without one, the questions that stand ready."""

    sql = asked.text("q", LONGEST)
    answer, error = None, None
    if sql is not None:
        try:
            answer = ask(laboratory.path, sql, MOST_ROWS, SECONDS).json()
        except QueryError as wrong:
            error = {
                "sentence": str(wrong),
                "line": wrong.line,
                "column": wrong.column,
                "advice": wrong.advice,
                "near": _near(sql, wrong.line, wrong.column),
            }
    ready = list(questions().values())
    return {
        "title": "Ask in SQL",
        "q": sql,
        "answer": answer,
        "error": error,
        "asks": next((one.title for one in ready if one.sql == sql), None),
        "why": next((one.reason for one in ready if one.sql == sql), None),
        "questions": [{"name": one.name, "title": one.title, "sql": one.sql} for one in ready],
        "most_rows": MOST_ROWS,
        "seconds": SECONDS,
        "longest": LONGEST,
    }


def _near(sql: str, line: int | None, column: int | None) -> list[str] | None:
    """The line of a statement parted where it is wrong: before, the character there, behind."""
    if line is None or column is None:
        return None
    text = [*sql.splitlines(), ""][line - 1]
    at = min(column - 1, len(text))
    word = len(text[at:].split(" ")[0].split(",")[0].split("(")[0]) or 1
    return [text[:at], text[at : at + word] or " ", text[at + word :]]


PAGES = (Page("/sql", "sql.html", look, takes=("q",), menu=("SQL", "查询"), place=51),)
