"""Two databases held against each other, table by table, and a landing folder cut short."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import duckdb


@contextmanager
def both(one: Path, other: Path):
    """A connection to two databases, named `one` and `other`."""
    connection = duckdb.connect()
    try:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        yield connection
    finally:
        connection.close()


def columns_of(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, list[str]]:
    """Table -> its columns in order, for every table of an attached database."""
    rows = connection.execute(
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() "
        "WHERE database_name = ? ORDER BY schema_name, table_name, column_index",
        [name],
    ).fetchall()
    tables: dict[str, list[str]] = {}
    for schema, table, column in rows:
        tables.setdefault(f"{schema}.{table}", []).append(column)
    return tables


def unlike(
    one: Path,
    other: Path,
    select: Callable[[str, str, list[str]], str | None],
) -> dict[str, tuple[int, list[tuple]]]:
    """Tables whose rows differ: how many rows, and the first few with the side they stand on.

    Args:
        select: (database, table, its columns) -> the SELECT whose rows are compared, as a bag;
            None to leave the table out.
    """
    found = {}
    with both(one, other) as connection:
        ours, theirs = columns_of(connection, "one"), columns_of(connection, "other")
        assert ours == theirs, "the databases have other tables or columns"
        for table, columns in ours.items():
            first, second = select("one", table, columns), select("other", table, columns)
            if first is None:
                continue
            rows = connection.execute(
                f"SELECT * FROM (SELECT 'one' AS side, * FROM ({first} EXCEPT ALL {second}) "
                f"UNION ALL SELECT 'other' AS side, * FROM ({second} EXCEPT ALL {first}))"
            ).fetchall()
            if rows:
                found[table] = (len(rows), sorted(rows, key=str)[:4])
    return found


def told(wrong: dict[str, tuple[int, list[tuple]]]) -> str:
    """The differences as lines to read, earliest stage first as they came."""
    lines = []
    for table, (count, rows) in wrong.items():
        lines.append(f"{table}: {count} rows differ, for instance")
        lines += [f"    {', '.join(map(str, row))}" for row in rows]
    return "\n".join(lines)


def copy_landing(source: Path, target: Path, files: Iterable[Path]) -> Path:
    """A landing folder with only some of another's files, its manifest and all its folders."""
    target.mkdir(parents=True)
    for folder in source.iterdir():
        if folder.is_dir():
            (target / folder.name).mkdir()
    for path in files:
        shutil.copyfile(path, target / path.relative_to(source))
    shutil.copyfile(source / "manifest.json", target / "manifest.json")
    return target


def delivered(landing: Path) -> list[tuple[Path, date]]:
    """Every delivered file and the day it was published, which its name says."""
    found = []
    for path in sorted(landing.glob("*/*")):
        digits = path.name.split(".")[0][-8:]
        found.append((path, date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))))
    return found


def until(source: Path, target: Path, day: date) -> Path:
    """A landing folder as it stood on the eve of a day: what was published before, no more."""
    copy_landing(source, target, [path for path, on in delivered(source) if on < day])
    path = target / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    last = day - timedelta(days=1)
    manifest["days"] = (day - date.fromisoformat(manifest["day0"])).days
    manifest["last_day"] = last.isoformat()
    manifest["horizon"] = (last + timedelta(days=1095)).isoformat()
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return target
