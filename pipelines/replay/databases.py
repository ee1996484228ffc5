"""Several databases open side by side, to be read and compared."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.engine import open_engine
from pipelines.engine.base import Engine


class Databases:
    """An engine in memory to which databases are attached, each under a name of its own.

    Args:
        engine: an open DuckDB engine; only temporary tables and the schema `given` are written.
        apart: columns that tell apart rows which have nothing to do with each other, in every table
            of what is attached: none, or `universe` where many are held in one table.
    """

    def __init__(self, engine: Engine, apart: tuple[str, ...] = ()) -> None:
        self._engine = engine
        self.apart = apart

    @property
    def u(self) -> str:
        """Those columns as the beginning of a list of columns."""
        return "".join(f"{column}, " for column in self.apart)

    def split(self, frame: pd.DataFrame) -> dict[Any, pd.DataFrame]:
        """Rows by what they have to do with: universe -> its rows, or None -> all."""
        if not self.apart:
            return {None: frame}
        return {
            universe: rows.drop(columns="universe").reset_index(drop=True)
            for universe, rows in frame.groupby("universe", sort=True)
        }

    def run(self, sql: str) -> None:
        """Run a statement."""
        self._engine.execute(sql)

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self._engine.fetch(sql, list(params))

    def frame(self, sql: str, *params: Any) -> pd.DataFrame:
        """A query's rows as a data frame; days are datetime64."""
        return self._engine.frame(sql, list(params))

    def put(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a frame of text columns (and perhaps `universe`) as the table `given.<name>`."""
        columns = {
            c: pa.array(frame[c].to_list(), pa.int32() if c == "universe" else pa.string())
            for c in frame.columns
        }
        self._engine.insert_arrow(f"given.{name}", pa.table(columns))

    def has(self, name: str, table: str) -> bool:
        """Whether the database attached as `name` has a table `schema.table`."""
        schema, _, short = table.partition(".")
        return bool(
            self.rows(
                "SELECT 1 FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? "
                "AND table_name = ?",
                name,
                schema,
                short,
            )
        )


@contextlib.contextmanager
def opened(**paths: Path) -> Iterator[Databases]:
    """Open database files read-only, each attached under its keyword.

    >>> with opened(clean=Path("a.duckdb"), faulty=Path("b.duckdb")) as both:  # doctest: +SKIP
    ...     both.rows("SELECT count(*) FROM faulty.exchange.copies")
    """
    with open_engine("duckdb") as engine:
        for name, path in paths.items():
            quoted = str(path).replace("'", "''")
            engine.execute(f"ATTACH '{quoted}' AS {name} (READ_ONLY)")
        yield Databases(engine)
