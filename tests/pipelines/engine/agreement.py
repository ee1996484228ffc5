"""A DuckDB build and a Spark build held against each other, row for row.

Spark's tables are Parquet files, which DuckDB reads itself, so the comparison needs no Spark. Values
are compared as text: an integer is the same whatever its width, and an id whether it is a UUID or its
digits, but a decimal with another scale, an empty text for a NULL or a row too many is a difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

EXAMPLES = 3  # rows shown a side


@dataclass(frozen=True)
class Difference:
    """What differs between the two builds of one table."""

    table: str
    says: str
    examples: tuple[tuple, ...] = ()

    def __str__(self) -> str:
        rows = "".join(f"\n    {', '.join(map(str, row))}" for row in self.examples)
        return f"{self.table}: {self.says}{rows}"


def differences(database: Path, home: Path) -> list[Difference]:
    """Every table that is not the same in a DuckDB file and in a folder of Spark's tables."""
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{database.as_posix()}' AS one (READ_ONLY)")
        ours = _columns(connection)
        theirs = {f"{p.parent.name}.{p.name}": p for p in sorted(home.glob("[!.]*/[!.]*"))}
        for table in sorted(ours.keys() ^ theirs.keys()):
            where = "DuckDB" if table in ours else "Spark"
            found.append(Difference(table, f"only {where} has it"))
        for table in sorted(ours.keys() & theirs.keys()):
            difference = _difference(connection, table, ours[table], theirs[table])
            if difference:
                found.append(difference)
    return found


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Table -> column -> its type; what a DuckDB file says of itself is left out, see `described`."""
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = 'one' AND schema_name <> 'today' "
        "AND schema_name || '.' || table_name <> 'codes.columns' "
        "ORDER BY schema_name, table_name, column_index"
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables


def _difference(
    connection: duckdb.DuckDBPyConnection, table: str, kinds: dict[str, str], folder: Path
) -> Difference | None:
    columns = list(kinds)
    files = f"read_parquet('{(folder / '*.parquet').as_posix()}')"
    theirs = [row[0] for row in connection.execute(f"DESCRIBE FROM {files}").fetchall()]
    if columns != theirs:
        return Difference(table, f"DuckDB's columns are {columns}, Spark's {theirs}")
    texts = {column: f'CAST("{column}" AS VARCHAR)' for column in columns}
    ids = {c: f"replace({texts[c]}, '-', '')" for c, kind in kinds.items() if kind == "UUID"}
    one = f"SELECT {', '.join((texts | ids).values())} FROM one.{table}"
    other = f"SELECT {', '.join(texts.values())} FROM {files}"
    rows = connection.execute(
        f"SELECT 'DuckDB' AS only_in, * FROM ({one} EXCEPT ALL {other}) "
        f"UNION ALL SELECT 'Spark' AS only_in, * FROM ({other} EXCEPT ALL {one}) ORDER BY ALL"
    ).fetchall()
    if not rows:
        return None
    sides = [row[0] for row in rows]
    says = f"{sides.count('DuckDB')} rows only in DuckDB, {sides.count('Spark')} only in Spark"
    examples = [row for side in ("DuckDB", "Spark") for row in _first(rows, side)]
    return Difference(table, says, tuple(examples))


def _first(rows: list[tuple], side: str) -> list[tuple]:
    return [row for row in rows if row[0] == side][:EXAMPLES]
