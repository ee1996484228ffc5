"""Worlds for labs: drawn from a salt, built once, and kept as the few tables that labs read.

A *salt* is a secret text of the instructor's. From it and what the world is for follow the seeds, so
that nobody who does not know it can make the same worlds.
"""

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

import duckdb
import pandas as pd
from filelock import FileLock

from pipelines.build import build
from schemas.sql import literal
from sources.deliver import generate

SIZE, DAYS, DIRT = "tiny", 120, 1.0
WORLDS = 20  # that a submission is graded on

# What is kept of a built world: all that labs, and the questions of an exam, read.
SCHEMAS = ("landing", "world")
KEPT = (
    "conform.events", "conform.statements", "merge.events", "merge.facts", "merge.subjects", "merge.links",
    "exchange.entries", "exchange.evidence", "exchange.copies", "exchange.paths", "consequences.measures",
    "scores.grades", "quality.verdicts",
)  # fmt: skip
HIDDEN = ("seed",)  # of a manifest: with it the truth could be made


def number_of(*words: object) -> int:
    """A number that follows from words and tells nothing of them.

    >>> number_of("lab", 1) == number_of("lab", 1), number_of("lab", 1) == number_of("lab1", "")
    (True, False)
    """
    text = "".join(f"{len(str(word))}:{word}," for word in words)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def see_salt(salt: str) -> None:
    """See that a salt could be a secret.

    Raises:
        ValueError: if it is empty, so that anybody could make the same worlds.
    """
    if not salt.strip():
        raise ValueError(
            "The salt is empty, and with it anybody could make the same worlds; give a secret text with "
            "--salt or in ISLANDS_LAB_SALT."
        )


@dataclass(frozen=True)
class Base:
    """One world, built."""

    folder: Path  # with `tables/<schema>.<table>.parquet` and, if it was asked for, `landing/`

    def table(self, name: str) -> pd.DataFrame:
        """A table of `KEPT` or `SCHEMAS`, its ids as 32 hexadecimal digits, in a stated order."""
        return self.query(f"SELECT * FROM {name} ORDER BY ALL")

    def query(self, sql: str) -> pd.DataFrame:
        """Rows of a query, as plain Python values with None for what is missing."""
        done = self._connection.cursor().execute(sql)
        names = [column[0] for column in done.description]
        return pd.DataFrame(done.fetchall(), columns=names, dtype=object)

    def define(self, name: str, table: str) -> None:
        """Let a table be known by another name too."""
        self._connection.execute(f"CREATE OR REPLACE VIEW {name} AS FROM {table}")

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config={"threads": "1"})
        for path in sorted((self.folder / "tables").glob("*.parquet")):
            schema, _, table = path.stem.partition(".")
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            connection.execute(
                f'CREATE VIEW {schema}."{table}" AS FROM read_parquet({literal(str(path))})'
            )
        return connection

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()


def make_base(folder: Path, seed: int) -> Base:
    """The world of a seed, made in a folder unless it is there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=folder.parent) as place:
                _make(Path(place), seed)
                shutil.copytree(place, folder)
                (folder / "done").touch()  # last: a run that is stopped leaves no half a world
    return Base(folder)


def draw_of(*words: object) -> Random:
    """A source of numbers that follows from words."""
    return Random(number_of(*words))


def _make(place: Path, seed: int) -> None:
    """Generate, build, and keep what labs read; the truth stays in tables of the schema `world`."""
    generate(place / "landing", place / "world", SIZE, seed, DAYS, DIRT)
    built = build(place / "landing", place / "built.duckdb", checks=False, world=place / "world")
    tables = place / "tables"
    tables.mkdir()
    connection = duckdb.connect(str(built.target), read_only=True)
    columns: dict[str, list[str]] = {}
    for schema, table, column, kind in connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE NOT internal ORDER BY schema_name, table_name, column_index"
    ).fetchall():
        if schema in SCHEMAS or f"{schema}.{table}" in KEPT:
            said = f"replace(CAST({column} AS VARCHAR), '-', '') AS {column}"
            columns.setdefault(f"{schema}.{table}", []).append(
                said if kind == "UUID" else f'"{column}"'
            )
    for name, chosen in columns.items():
        target = literal(str(tables / f"{name}.parquet"))
        connection.execute(
            f"COPY (SELECT {', '.join(chosen)} FROM {name}) TO {target} (FORMAT parquet)"
        )
    connection.close()
    shutil.rmtree(place / "world")
    for path in place.glob("built.duckdb*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    hide_seed(place / "landing" / "manifest.json")


def hide_seed(manifest: Path) -> None:
    """Take out of a manifest that from which the truth could be made."""
    said = json.loads(manifest.read_text(encoding="utf-8"))
    text = json.dumps(
        {k: v for k, v in said.items() if k not in HIDDEN}, ensure_ascii=False, indent=2
    )
    manifest.write_text(text + "\n", encoding="utf-8", newline="\n")
