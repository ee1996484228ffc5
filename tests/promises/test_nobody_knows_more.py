"""Promise 14: nobody knows more than they hold.

No model after `exchange` reads what others keep. An edge taken out of the network takes along all that
its receiver knew by it alone: copies, measures, points and what it publishes.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.engine import open_engine
from pipelines.exchange.network import Edge, Network, read_network
from pipelines.exchange.unroll import exchange_models
from pipelines.graph import all_models, in_order
from pipelines.model import STAGES

AFTER = STAGES[STAGES.index("exchange") + 1 :]
# What agencies look up on the day, as they do in life: who is linked to whom, and what kind they are.
LOOKED_UP = {"merge.links", "merge.facts"}
NETWORK = read_network("core", "full")
SHOWN = "SELECT holder, list, entry_version, subject_id FROM exchange.shown"
# What a holder does or says because of an entry: measure, change of points, or item published.
DONE = {
    "consequences.measures": "SELECT agency AS holder, because_entry_version AS entry_version "
    "FROM consequences.measures",
    "scores.points": "SELECT keeper AS holder, as_id(replace(because, 'entry:', '')) AS entry_version "
    "FROM scores.points",
    "publication.items": "SELECT holder, about AS entry_version FROM publication.items "
    "WHERE item_kind <> 'measure'",
}


def test_no_model_after_the_exchange_reads_what_others_keep() -> None:
    for model in all_models("whole", "full"):
        if model.stage in AFTER:
            kept = {t for t in model.reads if t.split(".")[0] in ("conform", "merge", "lists")}
            allowed = (
                LOOKED_UP
                if model.name in ("consequences.relations", "consequences.kinds")
                else set()
            )
            assert kept <= allowed, f"{model.name} reads {sorted(kept - allowed)}"


@pytest.fixture(scope="module")
def held(one_tiny):
    """`held(network)`: an engine in which all after `lists` is made anew over the first tiny world."""
    unrolled = {m.name for m in exchange_models(NETWORK)}
    fixed = [
        m
        for m in all_models("core", "full")
        if m.stage in ("exchange", *AFTER) and m.name not in unrolled
    ]
    with open_engine("duckdb") as engine:
        engine.attach("built", one_tiny.database)
        for schema, table in engine.fetch(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'built'"
        ):
            engine.create_schema(schema)
            if schema not in ("exchange", *AFTER):
                engine.execute(f"CREATE VIEW {schema}.{table} AS FROM built.{schema}.{table}")

        def make(network: Network):
            for model in in_order([*fixed, *exchange_models(network)]):
                engine.create_table(model.name, model.sql)
            return engine

        yield make


def without(edge: Edge) -> Network:
    return replace(NETWORK, edges=tuple(e for e in NETWORK.edges if e is not edge))


EACH = [
    pytest.param(edge, marks=() if n % 24 == 0 else pytest.mark.long)
    for n, edge in enumerate(NETWORK.edges)
]


@pytest.mark.parametrize("edge", EACH, ids=lambda e: f"{e.name}:{'+'.join(e.lists)}")
def test_an_edge_taken_out_takes_along_what_came_over_it(edge: Edge, held, one_tiny) -> None:
    engine = held(without(edge))
    step = f"{edge.source}>{edge.target}"
    over = " OR ".join(f"(list = '{name}' AND contains(path, '{step}'))" for name in edge.lists)
    assert engine.fetch(f"SELECT count(*) FROM exchange.copies WHERE {over}") == [(0,)]
    for table, done in DONE.items():
        more = engine.fetch(
            f"SELECT DISTINCT done.holder, done.entry_version FROM ({done}) AS done ANTI JOIN "
            f"({SHOWN}) AS shown USING (holder, entry_version)"
        )
        assert not more, f"{table}: {more[:3]}"
    gone = engine.fetch(
        f"SELECT count(*) FROM ({SHOWN.replace('exchange.', 'built.exchange.')} "
        f"WHERE holder = '{edge.target}' EXCEPT {SHOWN})"
    )
    carried = one_tiny.rows(
        f"SELECT count(*) FROM exchange.copies WHERE holder = '{edge.target}' AND ({over})"
    )
    assert gone[0][0] or not carried[0][0] or _known_otherwise(edge), (
        "it brought nothing of its own"
    )


def _known_otherwise(edge: Edge) -> bool:
    """Whether the receiver has some other way to all that the edge brings."""
    return all(
        any(
            p.holders[-1] == edge.target and f"{edge.source}>{edge.target}" not in p.path
            for p in NETWORK.paths(name)
        )
        for name in edge.lists
    )
