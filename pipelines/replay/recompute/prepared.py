"""A copy of the base with an index on every column by which replays look rows up.

It is made on the first replay of a database and kept in HOME/prepared. Without an index each
look-up would read the whole table, and there are dozens in a replay. What planning and comparing ask of the
whole base is worked out with it, once.
"""

import hashlib
import shutil
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path

import pyarrow as pa

from pipelines.announced import announce_copy
from pipelines.changes.passing import recipe, shared
from pipelines.changes.units import UNIT, sought_by
from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.engine.side_by_side import side_by_side
from pipelines.home import alone, remove_database
from pipelines.in_force import is_database
from pipelines.model import Model, tables_read
from pipelines.replay.plan.laid_out import LAID_OUT
from schemas.progress import Progress
from schemas.sql import quoted

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
    """Table -> columns by which replays look its rows up: the first column of each tie.

    Args:
        empty: tables that have no rows; the few replays that fill them read the others whole.
    """
    found: dict[str, set[str]] = {table: set(columns) for table, columns in COMPARED.items()}

    def add(table: str, texts: Iterable[str]) -> None:
        for text in texts:
            by = sought_by(text)
            if by is not None:
                if not shared(table):
                    found.setdefault(table, set()).add(by[0])
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
        beside: table of the schema `LAID_OUT` -> SELECT of what replays ask of the whole base; those that
            read what the base has not are left out.
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
        announce_copy(base, folder)
        building = target.with_suffix(".building")
        try:
            shutil.copyfile(base, building)
            with open_engine("duckdb", building) as engine:
                _make_tables_of_views(engine)
                if gates:
                    _work_out(engine, gates, progress)
                _lay_out(engine, [*models, *gates], beside, progress)
            target.with_suffix(".of").write_text(str(base.resolve()), encoding="utf-8")
            building.replace(target)
        except BaseException:
            remove_database(building)
            raise
    return target


def _make_tables_of_views(engine: Engine) -> None:
    """Keep as tables, which alone can have an index, what the build keeps as views."""
    for schema, view in engine.fetch(
        "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal "
        "AND database_name = current_catalog() AND schema_name <> 'today' ORDER BY ALL"
    ):
        name, made = quoted(schema, view), quoted(schema, f"{view} made")
        engine.execute(
            f"CREATE TABLE {made} AS FROM {name}; DROP VIEW {name}; "
            f"ALTER TABLE {made} RENAME TO {quoted(view)}"
        )


def _work_out(engine: Engine, gates: Sequence[Model], progress: Progress | None) -> None:
    """Make the tables of gates, and `quality.gates_timed`: what each found, and how long it took."""
    timed = []
    for at, gate in enumerate(gates):
        if progress:
            progress(gate.name, at, len(gates))
        start = time.perf_counter()
        engine.create_table(gate.name, gate.sql)
        seconds = time.perf_counter() - start
        timed.append({"gate": gate.name, "found": engine.count(gate.name), "seconds": seconds})
    engine.insert_arrow("quality.gates_timed", pa.Table.from_pylist(timed))


def _lay_out(
    engine: Engine,
    models: Iterable[Model],
    beside: Mapping[str, str],
    progress: Progress | None,
) -> None:
    """Make the indexes in a copy of the base, and the tables beside; two tables at a time."""
    rows = dict(
        engine.fetch(
            "SELECT schema_name || '.' || table_name, estimated_size FROM duckdb_tables() "
            "WHERE database_name = current_catalog()"
        )
    )
    empty = {table for table, count in rows.items() if count == 0}
    beside = {table: sql for table, sql in beside.items() if rows.keys() >= set(tables_read(sql))}
    wanted = {
        table: columns
        for table, columns in lookups(models, empty).items()
        if rows.get(table, 0) >= SMALL
    }
    # The largest first, so that none is left at the end.
    pieces = [*beside, *sorted(wanted, key=lambda table: (-rows[table], table))]
    begun = count()

    def tell(table: str) -> None:
        if progress:
            progress(f"laying out {table}", next(begun), len(pieces))

    def make(one: Engine, table: str) -> None:
        if table in beside:
            one.create_table(table, beside[table])
            return
        for column in sorted(wanted[table]):
            one.execute(
                f'CREATE INDEX "{table.replace(".", "_")}_{column}" ON {table} ("{column}")'
            )

    engine.create_schema(LAID_OUT)
    side_by_side(engine, pieces, make, begun=tell)


def _forget_older(folder: Path, base: Path) -> None:
    """Remove what was laid out of databases that are gone, or were made anew."""
    for note in folder.glob("*.of"):
        of = Path(note.read_text(encoding="utf-8", errors="replace"))
        if of == base.resolve() or not of.exists():
            note.with_suffix(".duckdb").unlink(missing_ok=True)
            note.unlink()
