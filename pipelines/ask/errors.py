"""What is wrong with a statement, in one sentence, with the place in it and what to try."""

import json
import re
from typing import Any

# Beginning of DuckDB's words -> what to do.
_ADVICE = (
    (
        r"Table with name|Table .* does not exist",
        "`SHOW ALL TABLES` names every table; give the schema too, as in exchange.copies",
    ),
    (r"Referenced column", "`DESCRIBE schema.table` names the columns of a table"),
    (
        r"Referenced table",
        "a column is named after a table, or its alias, that stands behind FROM",
    ),
    (r"(Scalar |Table |Aggregate )?Function with name", "look for a function of another name"),
    (r"syntax error", "look at the word before it: a comma, a bracket or a keyword may be missing"),
    (r"column .* must appear in the GROUP BY", "name it behind GROUP BY, or write GROUP BY ALL"),
    (
        r"Could not convert|Conversion",
        "`TRY_CAST(x AS type)` gives NULL where a value does not fit",
    ),
    (r"Cannot compare values|No function matches", "cast one side: `CAST(x AS VARCHAR)`"),
    (r"Ambiguous reference", "put the name of the table before the column"),
)


class QueryError(ValueError):
    """A statement that is refused, or cannot be run; the message is one sentence.

    Attributes:
        line, column: where in the statement, from 1; None if it is about no one place.
        advice: what to try; empty if nothing can be said.
    """

    def __init__(
        self,
        message: str,
        line: int | None = None,
        column: int | None = None,
        advice: str = "",
    ) -> None:
        super().__init__(message)
        self.line, self.column, self.advice = line, column, advice


def too_long(seconds: float) -> QueryError:
    """What is said when a statement's time is up."""
    return QueryError(
        f"It took longer than {seconds:g} seconds and was stopped.",
        advice="ask for fewer rows with WHERE or LIMIT, and join tables by their ids",
    )


def too_much() -> QueryError:
    """What is said when a statement wants more memory than it may have."""
    return QueryError(
        "It takes more memory than a question may have, a gigabyte.",
        advice="ask for fewer rows or columns, or join by more of the key",
    )


def strange_value() -> QueryError:
    """What is said when a value for `?` is no plain one."""
    return QueryError(
        "One of the values for `?` is of a kind that the database does not know; give text, numbers, days, "
        "or lists of them."
    )


def told(error: Exception, sql: str) -> QueryError:
    """What DuckDB says is wrong, in a sentence, with the place in the statement."""
    text = str(error)
    try:
        node, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    except ValueError:
        node = {"exception_message": text.partition(": ")[2] or text}
    said = str(node.get("exception_message") or text)
    kind = node.get("exception_type")
    if kind == "Permission":
        return QueryError("A question reads the database alone, no file and no network.")
    if kind == "INTERNAL":
        return QueryError(
            "DuckDB itself has a fault here, and cannot answer this.", advice="write it otherwise"
        )
    if said.startswith("Max expression depth"):
        return QueryError(
            "More than 1,000 expressions stand within one another, which is too deep.",
            advice="write parts of it before it, with WITH",
        )
    line, column = _place(node.get("position"), sql)
    where = "" if line is None else f"Line {line}, column {column}: "
    sentence = ". ".join(part.strip().rstrip(".!:") for part in said.splitlines() if part.strip())
    advice = next((what for pattern, what in _ADVICE if re.match(pattern, said)), "")
    return QueryError(f"{where}{sentence}.", line, column, advice)


def _place(position: Any, sql: str) -> tuple[int | None, int | None]:
    """Line and column, from 1, of a place that DuckDB counts in bytes."""
    try:
        before = sql.encode()[: int(position)].decode("utf-8", "ignore")
    except (TypeError, ValueError):
        return None, None
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
