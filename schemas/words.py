"""The shared words of the SQL: `sql/duckdb.sql` and `sql/spark.sql`, which say the same on each engine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from schemas.normal_form import filled

WORDS = Path(__file__).parent / "sql"


@cache
def duckdb_words() -> str:
    """Statements that give a connection of DuckDB's the words, for as long as it is open."""
    return filled((WORDS / "duckdb.sql").read_text(encoding="utf-8"))
