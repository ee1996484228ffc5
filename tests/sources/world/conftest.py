"""Worlds the tests of this folder share, each as a database of four tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import duckdb
import pyarrow as pa
import pytest

from sources import world

WORLDS = (("story", 1), ("tiny", 1), ("tiny", 2), ("tiny", 11))


@cache
def _tables(size: str, seed: int, days: int = 365) -> dict[str, pa.Table]:
    return world.generate(size, seed, days)


def _opened(tables: dict[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    for name, table in tables.items():
        connection.register(f"arrow_{name}", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arrow_{name}")
    return connection


@pytest.fixture(scope="session")
def tables_of() -> Callable[..., dict[str, pa.Table]]:
    """`tables_of(size, seed, days=365)`: a world, made once."""
    return _tables


@pytest.fixture(scope="session")
def opened() -> Callable[[dict[str, pa.Table]], duckdb.DuckDBPyConnection]:
    """`opened(tables)`: a database of the tables."""
    return _opened


@pytest.fixture(scope="session", params=WORLDS, ids=lambda one: f"{one[0]}-{one[1]}")
def any_world(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    """Each of a few worlds, the story among them."""
    return _opened(_tables(*request.param))


@pytest.fixture(scope="session")
def demo_world() -> duckdb.DuckDBPyConnection:
    """One world big enough to measure shares in."""
    return _opened(_tables("demo", 1))
