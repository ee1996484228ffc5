"""Several databases open side by side, to be read and compared."""

import contextlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.engine import open_engine
from pipelines.engine.base import Engine


class Databases:
    """An engine in memory to which databases are attached, each under a name of its own.

    Args:
        engine: an open DuckDB engine; only temporary tables and the schema `given` are written.

    Attributes:
        alike: tables known to be the same in all that is attached, so that nobody need look.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.alike: frozenset[str] = frozenset()
        self._without_rows: dict[str, pd.DataFrame] = {}
        self._told: dict[str, dict[str, dict[str, str]]] = {}

    @staticmethod
    def split(
        frame: pd.DataFrame, universes: Collection[int] | None = None
    ) -> dict[int, pd.DataFrame]:
        """Rows by their universe.

        Args:
            universes: those that get an answer, in rising order; None: those that have rows.
        """
        # Of one sorted frame every part is a slice: a group costs far more on few rows.
        rows = frame.sort_values("universe", kind="stable")
        universe = rows.pop("universe").to_numpy()
        names = np.unique(universe) if universes is None else np.array(list(universes))
        parts = {}
        for name, *place in zip(
            names.tolist(),
            np.searchsorted(universe, names),
            np.searchsorted(universe, names, "right"),
            strict=True,
        ):
            parts[name] = rows.iloc[slice(*place)]
            parts[name].index = pd.RangeIndex(len(parts[name]))
        return parts

    @staticmethod
    def together(frames: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
        """The rows of some universes, at least one, as one frame with a column `universe`."""
        some = {u: frame for u, frame in frames.items() if len(frame)} or frames
        whole = pd.concat(some.values(), ignore_index=True)
        return whole.assign(universe=np.repeat(list(some), [len(f) for f in some.values()]))

    def run(self, sql: str) -> None:
        """Run a statement."""
        self.engine.execute(sql)

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self.engine.fetch(sql, list(params))

    def frame(self, sql: str, *params: Any) -> pd.DataFrame:
        """A query's rows as a data frame; days are datetime64."""
        return self.engine.frame(sql, list(params))

    def make(self, name: str, select: str) -> int:
        """Make a temporary table of a query; how many rows it has."""
        return self.rows(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")[0][0]

    def no_rows(self, sql: str) -> pd.DataFrame:
        """The frame of a query that is known to find nothing; only the first time it is run."""
        if sql not in self._without_rows:
            self._without_rows[sql] = self.frame(f"SELECT * FROM ({sql}) LIMIT 0")
        return self._without_rows[sql].copy()

    def put(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a frame of text columns (and perhaps a number, `universe`) as the table `given.<name>`."""
        columns = {
            c: pa.array(frame[c].to_list(), pa.int32() if c == "universe" else pa.string())
            for c in frame.columns
        }
        self.engine.insert_arrow(f"given.{name}", pa.table(columns))

    def told(self, name: str, table: str) -> dict[str, str]:
        """Column of the table `schema.table` of a database -> SQL of it as text, under its name."""
        if table not in self._told.get(name, ()):
            # Of all tables at once: looking takes as long for one of them.
            self._told[name] = {}
            for of, column, kind in self.rows(
                "SELECT schema_name || '.' || table_name, column_name, data_type "
                "FROM duckdb_columns() WHERE database_name = ? "
                "ORDER BY schema_name, table_name, column_index",
                name,
            ):
                text = (
                    f'"{column}"'
                    if kind == "UUID"
                    else f'CAST("{column}" AS VARCHAR) AS "{column}"'
                )
                self._told[name].setdefault(of, {})[column] = text
        return self._told[name].get(table, {})

    def has(self, name: str, table: str) -> bool:
        """Whether the database attached as `name` has a table `schema.table`."""
        schema, _, short = table.partition(".")
        return bool(
            self.rows(
                "SELECT 1 FROM duckdb_columns() WHERE database_name = ? AND schema_name = ? "
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
            engine.attach(name, path)
        yield Databases(engine)
