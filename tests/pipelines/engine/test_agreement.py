"""Promise 6: two engines agree, row for row, every model.

The hard world, dirty and full of texts that engines read otherwise, is built by DuckDB and by Spark from
the same landing files. What is otherwise at the lower levels of joining is made from the same tables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from datetime import date
from decimal import Decimal
from math import isqrt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp, parse_one

from pipelines.engine.duckdb_engine import DuckDBEngine
from pipelines.engine.lint import word
from pipelines.engine.spark_engine import SparkEngine, why_unavailable
from pipelines.graph import all_models
from pipelines.model import Model
from quality import judge
from quality.from_contract import delivery_expectations, landing_expectations
from schemas import contract
from schemas.contract import Feed
from schemas.sql import literal
from tests.pipelines.engine.agreement import differences
from tests.promises.hard_world import EACH_LEVEL

needs_spark = pytest.mark.skipif(why_unavailable() is not None, reason=why_unavailable() or "")


# --- the comparison itself ------------------------------------------------------------------------

ROWS = {
    "name": ["甲", "乙", "乙", None],
    "day": pa.array([date(2024, 1, 1), None, None, date(1, 1, 1)], pa.date32()),
    "yuan": pa.array([Decimal("1.50"), None, None, Decimal("0.00")], pa.decimal128(18, 2)),
    "n": pa.array([1, 2, 2, None], pa.int64()),
}


def stored(folder: Path, duck: dict[str, pa.Table], spark: dict[str, pa.Table]) -> list[str]:
    """What differs between tables put into a DuckDB file and others laid down as Spark does."""
    with DuckDBEngine(folder / "one.duckdb") as engine:
        for name, table in duck.items():
            engine.insert_arrow(name, table)
    for name, table in spark.items():
        home = folder.joinpath("home", *name.split("."))
        home.mkdir(parents=True)
        half = len(table) // 2
        pq.write_table(table.slice(0, half), home / "part-0.parquet")
        pq.write_table(table.slice(half), home / "part-1.parquet")
    return [str(d) for d in differences(folder / "one.duckdb", folder / "home")]


def test_the_same_rows_in_another_order_and_width_are_the_same(tmp_path):
    one = pa.table(ROWS)
    other = one.take([3, 1, 0, 2]).set_column(3, "n", one["n"].take([3, 1, 0, 2]).cast(pa.int32()))
    assert stored(tmp_path, {"lists.a": one}, {"lists.a": other}) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.slice(1), "1 rows only in DuckDB, 0 only in Spark"),
        (lambda t: pa.concat_tables([t, t.slice(1, 1)]), "0 rows only in DuckDB, 1 only in Spark"),
        (
            lambda t: t.set_column(0, "name", pa.array(["甲", "乙", "乙", ""])),
            "1 rows only in DuckDB, 1 only in Spark",
        ),
        (
            lambda t: t.set_column(2, "yuan", t["yuan"].cast(pa.decimal128(18, 3))),
            "2 rows only in DuckDB, 2 only in Spark",
        ),
        (
            lambda t: t.rename_columns(["name", "day", "yuan", "m"]),
            "Spark's ['name', 'day', 'yuan', 'm']",
        ),
        (lambda t: t.select(["day", "name", "yuan", "n"]), "Spark's ['day', 'name', 'yuan', 'n']"),
    ],
)
def test_any_change_is_a_difference(tmp_path, change, says):
    table = pa.table(ROWS)
    (found,) = stored(tmp_path, {"lists.a": table}, {"lists.a": change(table)})
    assert found.startswith("lists.a: ") and says in found


def test_a_table_that_one_engine_lacks_is_a_difference(tmp_path):
    table = pa.table(ROWS)
    found = stored(
        tmp_path, {"lists.a": table, "lists.b": table}, {"lists.a": table, "merge.c": table}
    )
    assert found == ["lists.b: only DuckDB has it", "merge.c: only Spark has it"]


# --- the promise ----------------------------------------------------------------------------------


JUDGED = ("row_verdicts", "deliveries", "verdicts", "row_counts")
NAMES = (exp.Identifier, exp.Literal, exp.Table, exp.Column, exp.TableAlias)


def few_with_all(kinds: Mapping[str, Collection], cost: Mapping[str, int]) -> list[str]:
    """Few names that have between them every kind there is: each time the one with most new for its cost."""
    few, left = [], set().union(*kinds.values())
    while left:
        name = max(kinds, key=lambda name: len(left.intersection(kinds[name])) / cost[name])
        left -= set(kinds[name])
        few.append(name)
    return few


def few_with_every_rule(feeds: Iterable[Feed]) -> list[Feed]:
    """Feeds whose contracts have between them each kind of rule, each reader and each outcome there is."""
    rules = {
        feed.name: [*landing_expectations(feed), *delivery_expectations(feed)] for feed in feeds
    }
    kinds = {
        name: {(e.kind, e.arguments.get("as"), e.outcome) for e in of_it}
        for name, of_it in rules.items()
    }
    few = few_with_all(kinds, {name: len(of_it) for name, of_it in rules.items()})
    return [feed for feed in feeds if feed.name in few]


def constructs(sql: str) -> set[tuple[str, str]]:
    """Each function, operator and clause of a query, with the one it stands in."""

    def told(part: exp.Expression) -> str:
        if isinstance(part, exp.Join):
            return f"{part.side} {part.kind} JOIN {'USING' if part.args.get('using') else ''}"
        return word(part) or type(part).__name__

    found = set()
    for part in parse_one(sql, read="duckdb").walk():
        if not isinstance(part, NAMES):
            within = part.parent
            while isinstance(within, (exp.Paren, exp.Alias)):
                within = within.parent
            found.add((told(within) if within else "", told(part)))
    return found


def few_with_every_construct(models: Collection[Model]) -> list[str]:
    """Names of models with every construct between them; a longer text takes longer to plan."""
    kinds = {model.name: constructs(model.sql) for model in models}
    return few_with_all(kinds, {model.name: isqrt(len(model.sql)) for model in models})


def test_few_have_all():
    kinds = {"a": {1, 2, 3}, "b": {3, 4}, "c": {1, 2, 3, 4}, "d": {5}}
    assert few_with_all(kinds, dict.fromkeys(kinds, 1)) == ["c", "d"]
    assert few_with_all(kinds, {"a": 1, "b": 1, "c": 4, "d": 9}) == ["a", "b", "d"]


@pytest.mark.parametrize(
    "other",
    [
        "SELECT max(day) FROM lists.entries JOIN lists.lists USING (list)",
        "SELECT min(day + 1) FROM lists.entries JOIN lists.lists USING (list)",
        "SELECT min(day) FROM lists.entries LEFT JOIN lists.lists USING (list)",
        "SELECT min(day) FROM lists.entries JOIN lists.lists ON TRUE",
        "SELECT id_ok(day) FROM lists.entries JOIN lists.lists USING (list)",
    ],
)
def test_another_construct_is_seen(other):
    one = "SELECT min(day) FROM lists.entries JOIN lists.lists USING (list)"
    alike = "SELECT min(since) FROM merge.facts AS facts JOIN merge.acts USING (act)"
    assert constructs(alike) == constructs(one)
    assert constructs(other) - constructs(one)


@needs_spark
@pytest.mark.parametrize(
    "makes_all",
    [False, pytest.param(True, marks=pytest.mark.long)],
    ids=["each_kind", "all"],
)
def test_two_engines_agree_on_every_table(makes_all, hard_at, tmp_path, monkeypatch):
    """Texts on which the engines' own functions differ stand in many cells of the hard world.

    Planning takes Spark a second or more a model. In every run it judges and conforms a few feeds with all
    kinds of rules between them, and makes a few models with all constructs between them; of the rest it is
    given what DuckDB has made. With the long tests it makes all.
    """
    from pipelines.build import build

    world, policy = hard_at("full", "warn"), {"gates.out_of_bounds": "warn"}
    few = few_with_every_rule(contract.feeds().values())

    def judge_few(engine: SparkEngine, feeds: Mapping[str, Feed], decided: Collection[str]) -> None:
        assert len(few) < len(feeds) / 2
        judge(engine, few, decided)
        names = ", ".join(literal(feed.name) for feed in few)
        with closing(world.connect()) as connection:
            for table in JUDGED:
                rest = connection.sql(f"FROM quality.{table} WHERE feed NOT IN ({names})")
                engine.insert_arrow(f"quality.{table}", rest.to_arrow_table(), append=True)

    models = all_models("core", "full")
    made = set(few_with_every_construct(models))
    made |= {f"conform.{feed.name}" for feed in few}
    assert 30 < len(made) < len(models) / 2
    given = {model.name for model in models} - made
    create = SparkEngine.create_table

    def create_some(engine: SparkEngine, name: str, *select_sql: str) -> None:
        if name not in given:
            create(engine, name, *select_sql)
            return
        file = tmp_path / f"{name}.parquet"
        with closing(world.connect()) as connection:
            connection.execute(f"COPY {name} TO '{file.as_posix()}'")
        engine.create_table_from_parquet(name, file)

    if not makes_all:
        monkeypatch.setattr("pipelines.build.judge", judge_few)
        monkeypatch.setattr(SparkEngine, "create_table", create_some)
    build(world.landing, tmp_path / "spark", policy=policy, engine="spark", checks=False)
    found = differences(world.database, tmp_path / "spark")
    assert not found, "\n".join(map(str, found))


@pytest.mark.long  # a query or two for each of some hundred expectations, by both engines
@needs_spark
def test_checks_by_spark_find_what_checks_by_duckdb_find(built, tmp_path):
    from pipelines.build import build
    from pipelines.home import Home
    from pipelines.run import check_home

    world = built("story", 1, dirt=3)
    home = world.home(tmp_path / "home")
    build(world.landing, home.spark, engine="spark", checks=False)
    by_duckdb, by_spark = (
        check_home(Home(home.path), engine=engine).as_dict() for engine in ("duckdb", "spark")
    )
    names = ("feeds", "deliveries", "checks", "great_expectations")
    told = [{name: found[name] for name in names} for found in (by_duckdb, by_spark)]
    assert told[0] == told[1]
    assert any(one["unexpected"] for one in told[0]["great_expectations"])


LESS_JOINED = [at for at in EACH_LEVEL if at[0] != "full"]


@pytest.mark.long  # a start of Spark and half of the models each; at `full` are all of them
@needs_spark
@pytest.mark.parametrize(("join", "gates"), LESS_JOINED)
def test_two_engines_agree_on_what_is_otherwise_where_less_is_joined(
    join, gates, hard_at, spark_engine, tmp_path
):
    """Models that are not the same as at `full`, or ask for the level; each given what DuckDB has made."""
    world = hard_at(join, gates)
    joined = {(model.name, model.sql) for model in all_models("core", "full")}
    models = [
        model
        for model in all_models("core", join)
        if (model.name, model.sql) not in joined or "run.join_level" in model.sql
    ]
    assert {"resolve.matches", "exchange.paths"} <= {model.name for model in models}
    given = sorted({table for model in models for table in model.reads})
    with world.connect() as connection:
        for table in given:
            file = tmp_path / f"{table}.parquet"
            connection.execute(f"COPY {table} TO '{file.as_posix()}'")
            spark_engine.create_table_from_parquet(table, file)
    for model in models:
        spark_engine.create_table(model.name, model.sql)
    found = differences(world.database, spark_engine.home)
    made = {model.name for model in models}
    wrong = [difference for difference in found if difference.table in made]
    assert not wrong, "\n".join(map(str, wrong))
