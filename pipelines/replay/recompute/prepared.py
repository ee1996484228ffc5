"""A copy of the base with an index on every column by which replays look rows up.

It is made on the first replay of a database and kept in HOME/prepared. Without an index each
look-up would read the whole table, and there are dozens in a replay. What every comparison asks of the
whole base is worked out with it, once.
"""

import hashlib
import shutil
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import sqlglot
from sqlglot import exp

from pipelines.changes.passing import recipe, shared
from pipelines.changes.units import UNIT
from pipelines.engine import open_engine
from pipelines.home import alone, remove_database
from pipelines.in_force import is_database
from pipelines.model import Model
from schemas.progress import Progress
from schemas.sql import quoted

LAID_OUT = "laid_out"  # the schema of what comparisons ask of the whole base
SMALL = 20_000  # rows below which reading the whole table is as quick

# What a comparison looks up beside what the models do.
COMPARED = {
    "exchange.copies": ("entry_id", "subject_id"),
    "exchange.entries": ("entry_version", "entry_id"),
    "exchange.ancestry": ("entry_version",),
    "consequences.measures": ("subject_id", "because_entry_version"),
    "scores.grades": ("subject_id",),
    "scores.points": ("subject_id",),
    "resolve.names": ("subject_id",),
}


def lookups(models: Iterable[Model], empty: Collection[str] = ()) -> dict[str, set[str]]:
    """Table -> columns by which replays look its rows up: the first plain column of each tie.

    Args:
        empty: tables that have no rows; the few replays that fill them read the others whole.
    """
    found: dict[str, set[str]] = {table: set(columns) for table, columns in COMPARED.items()}

    def add(table: str, texts: Iterable[str]) -> None:
        for text in texts:
            tree = sqlglot.parse_one(text, read="duckdb")
            if isinstance(tree, exp.Column):
                if not shared(table):
                    found.setdefault(table, set()).add(tree.name)
                return

    for model in models:
        how = recipe(model, frozenset(model.reads).intersection(empty))
        for tie in how.ties:
            add(tie.table, [left for left, _ in tie.pairs])
            if tie.parent != UNIT:
                add(how.tie(tie.parent).table, [right for _, right in tie.pairs])
        add(model.name, [column for column, _ in how.gives])
    return found


def prepared(
    base: Path,
    folder: Path,
    models: Sequence[Model],
    progress: Progress | None = None,
    gates: Sequence[Model] = (),
    beside: Mapping[str, str] | None = None,
) -> Path:
    """The base with its indexes, made if it is not there yet.

    Args:
        folder: where what is made of it is kept.
        models: of the same build.
        gates: models the build did not make, which are worked out in the copy, and timed.
        beside: table of the schema `LAID_OUT` -> SELECT of what comparisons ask of the whole base.
    """
    beside = beside or {}
    state = base.stat()
    said = f"{base.resolve()}|{state.st_size}|{state.st_mtime_ns}"
    said += "".join(f"|{gate.name} {gate.sql}" for gate in gates)
    said += "".join(f"|{table} {select}" for table, select in beside.items())
    target = folder / f"{base.stem}-{hashlib.sha256(said.encode()).hexdigest()[:16]}.duckdb"
    if is_database(target):
        return target
    with alone(folder):
        if is_database(target):  # another run has made it meanwhile
            return target
        _forget_older(folder, base)
        building = target.with_suffix(".building")
        try:
            shutil.copyfile(base, building)
            _make_tables_of_views(building)
            if gates:
                _work_out(building, gates, progress)
            _lay_out(building, [*models, *gates], beside, progress)
            target.with_suffix(".of").write_text(str(base.resolve()), encoding="utf-8")
            building.replace(target)
        except BaseException:
            remove_database(building)
            raise
    return target


def _make_tables_of_views(database: Path) -> None:
    """Keep as tables, which alone can have an index, what the build keeps as views."""
    with open_engine("duckdb", database) as engine:
        for schema, view in engine.fetch(
            "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal "
            "AND database_name = current_catalog() AND schema_name <> 'today' ORDER BY ALL"
        ):
            name, made = quoted(schema, view), quoted(schema, f"{view} made")
            engine.execute(
                f"CREATE TABLE {made} AS FROM {name}; DROP VIEW {name}; "
                f"ALTER TABLE {made} RENAME TO {quoted(view)}"
            )


def _work_out(database: Path, gates: Sequence[Model], progress: Progress | None) -> None:
    """Make the tables of gates, and `quality.gates_timed`: what each found, and how long it took."""
    timed = []
    with open_engine("duckdb", database) as engine:
        for at, gate in enumerate(gates):
            if progress:
                progress(gate.name, at, len(gates))
            start = time.perf_counter()
            engine.create_table(gate.name, gate.sql)
            seconds = time.perf_counter() - start
            timed.append({"gate": gate.name, "found": engine.count(gate.name), "seconds": seconds})
        engine.insert_arrow("quality.gates_timed", pa.Table.from_pylist(timed))


def _lay_out(
    database: Path,
    models: Iterable[Model],
    beside: Mapping[str, str],
    progress: Progress | None,
) -> None:
    """Make the indexes in a copy of the base, and the tables beside."""
    with open_engine("duckdb", database) as engine:
        rows = dict(
            engine.fetch(
                "SELECT schema_name || '.' || table_name, estimated_size FROM duckdb_tables() "
                "WHERE database_name = current_catalog()"
            )
        )
        empty = {table for table, count in rows.items() if count == 0}
        wanted = [
            (table, column)
            for table, columns in sorted(lookups(models, empty).items())
            if rows.get(table, 0) >= SMALL
            for column in sorted(columns)
        ]
        steps = len(wanted) + len(beside)
        for at, (table, column) in enumerate(wanted):
            if progress:
                progress(f"laying out {table} by {column}", at, steps)
            engine.execute(
                f'CREATE INDEX "{table.replace(".", "_")}_{column}" ON {table} ("{column}")'
            )
        for at, (table, select) in enumerate(beside.items(), len(wanted)):
            if progress:
                progress(f"laying out {table}", at, steps)
            engine.create_table(table, select)


def _forget_older(folder: Path, base: Path) -> None:
    """Remove what was laid out of databases that are gone, or were made anew."""
    for note in folder.glob("*.of"):
        of = Path(note.read_text(encoding="utf-8", errors="replace"))
        if of == base.resolve() or not of.exists():
            note.with_suffix(".duckdb").unlink(missing_ok=True)
            note.unlink()
