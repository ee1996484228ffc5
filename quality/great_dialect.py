"""The SQLAlchemy dialect through which Great Expectations reads a DuckDB file.

duckdb-engine shares one cursor a connection, and Great Expectations closes the connection before it
reads the result, so that every expectation fails with "list index out of range" (issue 11579 of
great-expectations). This dialect takes the rows out of the cursor as soon as a statement has run.
It calls itself `postgresql`, because for that dialect Great Expectations knows how to write a
regular expression, and DuckDB understands it.

Importing this module imports SQLAlchemy and duckdb-engine, so it is imported late.
"""

from pathlib import Path
from typing import Any

import duckdb_engine
from sqlalchemy import URL, types
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from schemas.sql import duckdb_words

NAME = "islands.duckdb"

# Great Expectations counts in SQL and shows at most 200 rows; no statement of its needs more.
ROWS_TAKEN = 2000

COLUMNS = """SELECT column_name, data_type
FROM duckdb_columns()
WHERE table_name = $1 AND schema_name = $2
ORDER BY column_index"""


class BufferedContext(duckdb_engine.Dialect.execution_ctx_cls):
    """Execution of one statement whose rows are taken out of the cursor at once."""

    def post_exec(self) -> None:
        """Keep the first `ROWS_TAKEN` rows beside the statement."""
        super().post_exec()
        if self.cursor.description is not None:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor,
                initial_buffer=self.cursor.fetchmany(ROWS_TAKEN),
                alternate_description=self.cursor.description,
            )


class BufferedDialect(duckdb_engine.Dialect):
    """duckdb-engine's dialect with buffered results, the models' macros, and plain reflection."""

    name = "postgresql"
    execution_ctx_cls = BufferedContext
    supports_statement_cache = False

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        """A connection that knows `parse_day`, `uscc_ok` and the other words of the models."""
        connection = super().connect(*args, **kwargs)
        connection.execute(duckdb_words())
        return connection

    def get_columns(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[dict[str, Any]]:
        """Columns of a table, whatever schema it is in."""
        rows = connection.exec_driver_sql(COLUMNS, (table_name, schema or "main")).fetchall()
        return [
            {"name": name, "type": _type(kind), "nullable": True, "default": None}
            for name, kind in rows
        ]

    def get_pk_constraint(
        self, connection: Any, table_name: str, schema: str | None = None, **kw: Any
    ) -> dict[str, Any]:
        """No primary key: tables of the pipeline declare none."""
        return {"constrained_columns": [], "name": None}


def _type(kind: str) -> types.TypeEngine:
    if kind == "DATE":
        return types.Date()
    if kind == "BOOLEAN":
        return types.Boolean()
    if kind.startswith("DECIMAL"):
        return types.Numeric()
    return types.BigInteger() if kind in ("BIGINT", "INTEGER") else types.String()


def url(database: Path) -> str:
    """The address under which SQLAlchemy opens a DuckDB file with this dialect, read-only."""
    registry.register(NAME, __name__, BufferedDialect.__name__)
    address = URL.create(
        NAME.replace(".", "+"),
        database=database.resolve().as_posix(),
        query={"access_mode": "READ_ONLY"},
    )
    return address.render_as_string(hide_password=False)
