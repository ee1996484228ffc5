"""What is derived of every model is enough: units whose output changed are among those derived.

Rows of the tables a model reads are changed at random (a value for another of the same column, a row
gone, a row more), each change in a universe of its own. What the model gives for the units
derived, put in the place of the base's rows, must be what the model gives of the changed tables whole.
"""

from __future__ import annotations

import random

import pytest

from pipelines.changes.passing import derived, recipe
from pipelines.exchange.network import JOINS
from pipelines.graph import all_models
from pipelines.model import Model
from pipelines.replay.recompute.differences import ADDED, REMOVED
from pipelines.replay.recompute.small import Small, shared
from schemas.contract import feeds
from schemas.sql import quoted
from tests.how_many import how_many

MODELS = {model.name: model for model in all_models("core", "full")}
UNIVERSES = 2


@pytest.fixture(scope="module")
def small(one_tiny):
    with Small(one_tiny.database, threads=1) as opened:
        yield opened


def test_no_header_says_what_its_sql_shows():
    """So that what is said and what is derived cannot differ; and few headers say anything."""
    models = [model for model in all_models("whole", "full") if not shared(model.name)]
    said = [model for model in models if recipe(model).said]
    assert [model.name for model in said if derived(model).way != "whole"] == []
    assert 3 * len(said) <= len(models)


@pytest.mark.parametrize("join", JOINS)
def test_every_model_is_followed_and_no_table_left_out(join):
    for model in all_models("core", join):
        if shared(model.name):
            continue
        how = recipe(model)
        assert how.way != "whole", (model.name, how.why)
        if how.way == "units":
            assert {tie.table for tie in how.ties} == {t for t in model.reads if not shared(t)}
            for tie in how.ties:
                if tie.parent == "unit":
                    assert {f"unit.{c}" for c in how.unit} <= {right for _, right in tie.pairs}


def changes(small: Small, model: Model, draw: random.Random) -> None:
    """Change some rows of the tables a model reads, one or two a universe."""
    tables = sorted({t for t in model.reads if not shared(t)})
    small.begin(range(UNIVERSES))
    for table in tables:
        columns = small.columns[table]
        listed = ", ".join(map(quoted, columns))
        (count,) = small.engine.fetch(f"SELECT count(*) FROM base.{table}")[0]
        if not count:
            continue
        parts = []
        for universe in range(UNIVERSES):
            n = draw.randrange(count)
            row = f"(SELECT {listed} FROM base.{table} LIMIT 1 OFFSET {n})"
            other = draw.choice(columns)
            value = (
                f"(SELECT {quoted(other)} FROM base.{table} LIMIT 1 OFFSET {draw.randrange(count)})"
            )
            spoilt = f"(SELECT * REPLACE ({value} AS {quoted(other)}) FROM {row})"
            what = draw.choice(("other", "other", "gone", "more"))
            if what != "more":
                parts.append(
                    f"SELECT {REMOVED} AS side, {universe} AS universe, {listed} FROM {row}"
                )
            if what != "gone":
                parts.append(
                    f"SELECT {ADDED} AS side, {universe} AS universe, {listed} FROM {spoilt}"
                )
        small.make("drawn", " UNION ALL ".join(parts))
        same = " AND ".join(
            f"b.{quoted(c)} IS NOT DISTINCT FROM c.{quoted(c)}" for c in keys(table)
        )
        # Every table has a key, and a change keeps it one.
        small.change(
            table,
            f"SELECT CAST(side AS TINYINT) AS side, CAST(universe AS INTEGER) AS universe, {listed} "
            f"FROM drawn AS c WHERE side = {REMOVED} "
            f"OR NOT EXISTS (SELECT 1 FROM base.{table} AS b WHERE {same}) "
            f"OR EXISTS (SELECT 1 FROM drawn AS b WHERE b.side = {REMOVED} "
            f"AND b.universe = c.universe AND {same})",
        )


def keys(table: str) -> list[str]:
    """The columns of a table's key, as its model's header gives them."""
    stage = table.split(".")[0]
    if stage == "landing":
        return ["feed", "published"] if table == "landing.deliveries" else ["file", "line"]
    if stage == "quality":
        return ["feed", "delivery"] + ["line", "expectation"] * (table != "quality.deliveries")
    line = next(x for x in MODELS[table].comment.splitlines() if x.startswith("key:"))
    return [c.strip() for c in line.removeprefix("key:").split(",")]


def made_like(name: str) -> object:
    """What a model has in common with those made as it is: feeds of one mode, rounds of one exchange."""
    feed = feeds().get(name.removeprefix("conform."))
    return (
        (feed.mode, bool(feed.natural_key), bool(feed.effect_column))
        if feed
        else name.rstrip("0123456789")
    )


NAMES = sorted(n for n in MODELS if not shared(n))
# Of models made alike the last in every run, the others with the long tests.
IN_EVERY_RUN = {made_like(name): name for name in NAMES}.values()


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in IN_EVERY_RUN else pytest.mark.long) for n in NAMES],
)
def test_what_changes_is_recomputed(name, small):
    holds(small, MODELS[name], random.Random(name))


# What matches by name, and what knows somebody by an island's own key alone, is most of it here.
BY_OWN_KEYS = {
    model.name: model
    for model in all_models("core", "own-keys")
    if model.stage in ("exchange", "consequences") and not shared(model.name)
}


@pytest.fixture(scope="module")
def small_own_keys(built, one_tiny):
    world = built("tiny", one_tiny.seed, join="own-keys")
    with Small(world.database, threads=1) as opened:
        yield opened


@pytest.mark.long  # everything joined in every run
@pytest.mark.parametrize("name", sorted(BY_OWN_KEYS))
def test_what_changes_is_recomputed_by_own_keys(name, small_own_keys):
    holds(small_own_keys, BY_OWN_KEYS[name], random.Random(name))


def holds(small: Small, model: Model, draw: random.Random) -> None:
    """See that what other rows change is recomputed, of both universes with the long tests, else of one."""
    name = model.name
    changes(small, model, draw)
    small.run_model(model)
    columns = ", ".join(map(quoted, small.columns[name]))
    for universe in draw.sample(range(UNIVERSES), how_many(UNIVERSES, at_least=1)):
        with pytest.MonkeyPatch.context() as patch:  # views of what the model reads, and no others
            mine = {table: small.columns[table] for table in {*model.reads, name}}
            patch.setattr(small, "columns", mine)
            small.as_database("edited", universe)
        try:
            small.engine.execute("USE edited")
            whole = small.engine.query(model.sql)
            small.engine.execute("USE memory")
            small.engine.insert_arrow("whole", whole)
            differs = small.engine.fetch(
                f"SELECT count(*) FROM ((SELECT {columns} FROM whole EXCEPT "
                f"SELECT {columns} FROM edited.{name}) UNION ALL "
                f"(SELECT {columns} FROM edited.{name} EXCEPT SELECT {columns} FROM whole))"
            )[0][0]
        finally:
            small.engine.execute("USE memory")
            small.engine.execute("DETACH edited")
        assert not differs, f"{name}, universe {universe}: {differs} rows"
