"""A DuckDB database of the tables that Spark built: replays, pages and questions work on that.

What columns and types the tables have, DuckDB says itself: the same plan is built of no files at all, and
each table is then given the rows of its Parquet files. Spark writes an id as its 32 digits.
"""

import tempfile
from pathlib import Path

from pipelines.build import Build, Plan, build_with
from pipelines.described import describe
from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.home import HomeError, finished, under_construction, write_json
from pipelines.landing.folder import MANIFEST
from pipelines.places import Place, copy
from schemas.progress import Progress
from schemas.sql import literal, quoted


def database_from_parquet(
    done: Build,
    target: Path,
    plan: Plan,
    *,
    world: Path | None = None,
    progress: Progress | None = None,
) -> Path:
    """Make a database of the tables of a finished build with Spark. It appears only when it is whole.

    Args:
        plan: of the same build, with the manifest of the files it was built from.
        world: folder of the truth, if results are to be scored against it.

    Raises:
        HomeError: if a table is not there.
    """
    with under_construction(target) as building:
        with open_engine("duckdb", building) as engine, tempfile.TemporaryDirectory() as nothing:
            write_json(Path(nothing) / MANIFEST, dict(plan.manifest))
            build_with(engine, Path(nothing), plan, world=world, checks=False)
            views = {model.name for model in plan.models if model.view}  # of what is taken in
            tables = [
                name
                for name in engine.tables()
                if not name.startswith("world.") and name not in views
            ]
            for at, table in enumerate(tables):
                if progress:
                    progress(f"taking in {table}", at, len(tables))
                _take_in(engine, table, done.target.joinpath(*table.split(".")))
            describe(engine, plan.models)
        return finished(building, done.about)


def _take_in(engine: Engine, table: str, folder: Place) -> None:
    """Give a table the rows of a folder of Parquet files, in place of those it has."""
    found = sorted(folder.glob("*.parquet"))
    if not found:
        raise HomeError(
            f"{folder} holds no Parquet files; run `islands build --engine spark` again."
        )
    if not isinstance(folder, Path):
        with tempfile.TemporaryDirectory() as here:
            for file in found:
                copy(file, Path(here) / file.name)
            _take_in(engine, table, Path(here))
        return
    kinds = engine.fetch(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name || '.' || table_name = ? "
        "ORDER BY column_index",
        [table],
    )
    values = ", ".join(
        f"{_read(quoted(column), kind)} AS {quoted(column)}" for column, kind in kinds
    )
    files = literal((folder / "*.parquet").as_posix())
    engine.create_table(table, f"SELECT {values} FROM read_parquet({files})")


def _read(column: str, kind: str) -> str:
    """SQL of what Spark wrote, as DuckDB's own type."""
    return f"as_id({column})" if kind == "UUID" else f"CAST({column} AS {kind})"
