"""Data goes one way only, and each outside package is used in its place.

A stage reads itself and earlier stages. Both are read out of the files as they stand, so a new file is
judged without being listed here. Which Python may use which is in tests/pipelines/test_import_graph.py.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

ROOT = Path(__file__).resolve().parents[2]

PACKAGES = ("schemas", "sources", "quality", "pipelines")
STAGES = [
    "landing",
    "conform",
    "resolve",
    "merge",
    "lists",
    "exchange",
    "consequences",
    "scores",
    "publication",
]
PYTHON = sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))
# Files that begin with an underscore are templates: `test_models_*` judges what is made of them.
MODELS = sorted(p for stage in STAGES for p in (ROOT / "pipelines" / stage).rglob("[!_]*.sql"))
OBSERVE = sorted((ROOT / "sources").glob("*/observe*.sql"))
CONFORM = sorted((ROOT / "sources").glob("*/conform/*.sql"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> set[str]:
    """Every module a file imports, at the top or inside a function, as dotted names."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)}: a relative import hides where it leads"
            names.add(node.module)
    return names


def tables_read(sql: Path | str) -> set[tuple[str, str]]:
    """(schema, table) of every table that SQL reads, its own CTEs left out."""
    found = set()
    text = sql.read_text(encoding="utf-8") if isinstance(sql, Path) else sql
    for statement in sqlglot.parse(text, read="duckdb"):
        ctes = {cte.alias for cte in statement.find_all(exp.CTE)}
        for table in statement.find_all(exp.Table):
            if table.db or table.name not in ctes:
                found.add((table.db, table.name))
    return found


def test_there_is_something_to_judge() -> None:
    assert PYTHON and MODELS and OBSERVE and CONFORM


# Who besides the engine package may open DuckDB: what draws a world, and what runs the SQL of others, which
# needs DuckDB's own walls around it and files that hold nothing but what may be read.
OPENS_DUCKDB = ("sources/world/", "sources/deliver.py", "pipelines/ask/safe.py", "pipelines/lab/")


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_outside_names_stay_in_their_place(path: Path) -> None:
    """Dagster is known to the definitions alone, engines to the engine package alone."""
    where = relative(path)
    outside = {name.split(".")[0] for name in imported(path)}
    if not where.startswith("pipelines/definitions"):
        assert not outside & {"dagster", "dagster_duckdb"}, f"{where} imports Dagster"
    if not where.startswith("pipelines/engine/"):
        assert "pyspark" not in outside, f"{where} imports Spark"
        allowed = where.startswith(OPENS_DUCKDB)
        assert allowed or "duckdb" not in outside, f"{where} imports DuckDB"


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_every_name_imported_from_ours_is_there(path: Path) -> None:
    """An import inside a function fails only when it is run; here it is looked up in any case."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] in PACKAGES:
            module = importlib.import_module(node.module)
            for alias in node.names:
                there = hasattr(module, alias.name) or (
                    hasattr(module, "__path__")
                    and importlib.util.find_spec(f"{node.module}.{alias.name}")
                )
                assert there, f"{relative(path)}: {node.module} has no {alias.name}"


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "naive").glob("*.py")), ids=relative)
def test_the_simulator_shares_no_code(path: Path) -> None:
    if path.name.startswith("test_"):
        return
    ours = {name.split(".")[0] for name in imported(path)} & set(PACKAGES)
    assert not ours, f"{relative(path)} imports {ours}: its proof would no longer be independent"


@pytest.mark.parametrize("path", OBSERVE, ids=relative)
def test_islands_see_the_world_alone(path: Path) -> None:
    schemas = {schema for schema, _ in tables_read(path)}
    assert schemas <= {"world", "codes"}, f"{relative(path)} reads {schemas}"


@pytest.mark.parametrize("path", CONFORM, ids=relative)
def test_an_island_conforms_its_own_feeds_alone(path: Path) -> None:
    import yaml

    contract = yaml.safe_load((path.parents[1] / "contract.odcs.yaml").read_text(encoding="utf-8"))
    own = {("conform", feed["name"]) for feed in contract["schema"]}
    read = {table for table in tables_read(path) if table[0] != "codes"}
    assert read <= own, f"{relative(path)} reads {read - own}"


@pytest.mark.parametrize("path", MODELS, ids=relative)
def test_a_stage_reads_itself_and_earlier_ones(path: Path) -> None:
    stage = path.relative_to(ROOT / "pipelines").parts[0]
    allowed = set(STAGES[: STAGES.index(stage) + 1]) | {"codes"}
    read = {schema for schema, _ in tables_read(path)}
    assert read <= allowed, f"{relative(path)} reads {read - allowed}"


def test_models_read_no_later_stage_and_form_no_ring() -> None:
    """The graph of everything a build runs, generated models included, read out of the SQL."""
    from pipelines.graph import all_models

    reads = {tuple(model.name.split(".")): tables_read(model.sql) for model in all_models("whole")}
    assert {(path.parent.name, path.stem) for path in MODELS} <= reads.keys()
    beside = {"codes", "quality", "landing"}  # what is there before the first model runs
    for (stage, table), tables in reads.items():
        allowed = set(STAGES[: STAGES.index(stage) + 1]) | {"codes"}
        allowed |= {"quality"} if stage == "conform" else set()
        allowed |= {"scores"} if stage == "exchange" else set()  # grades are handed on as lists
        later = {schema for schema, _ in tables} - allowed
        assert not later, f"{stage}.{table} reads {later}"
        unknown = {t for t in tables if t not in reads and t[0] not in beside}
        assert not unknown, f"{stage}.{table} reads {unknown}, which nobody makes"
    waiting = dict(reads)
    while waiting:
        ready = [model for model, needs in waiting.items() if not (needs & waiting.keys())]
        assert ready, f"these models wait for each other: {sorted(waiting)}"
        for model in ready:
            del waiting[model]
