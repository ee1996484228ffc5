"""The shared words of the SQL, one file an engine, and how names and texts are written in SQL."""

from functools import cache
from pathlib import Path

from schemas.normal_form import filled

SHARED = Path(__file__).parent


@cache
def duckdb_words() -> str:
    """Statements that define the shared words in DuckDB, for a connection of one's own."""
    return filled((SHARED / "duckdb.sql").read_text(encoding="utf-8"))


def quoted(*parts: str) -> str:
    """A name in quotation marks, so that camel case, dots and reserved words survive.

    >>> quoted("lists", "entries"), quoted("lists.entries")
    ('"lists"."entries"', '"lists.entries"')
    """
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def literal(text: str) -> str:
    """A text as SQL writes it.

    >>> literal("O'Neill")
    "'O''Neill'"
    """
    return "'" + text.replace("'", "''") + "'"
