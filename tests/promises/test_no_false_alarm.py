"""Gates say nothing where nothing is wrong, and what must agree in any world agrees however dirty it is."""

from __future__ import annotations

import pytest

from pipelines.engine.duckdb_engine import DuckDBEngine
from quality import checks
from schemas.contract import feeds
from tests.promises.hard_world import EACH_LEVEL, IN_EVERY_RUN

# What holds whatever islands deliver: copies are right copies of what was wrong, counts are counts.
RECONCILED = ("reconciled", "recounted", "rests_on_something", "shown_for_who_bears_the_name")


def broken(world, stages=None) -> dict[str, int]:
    """Gate -> how many rows break it."""
    with DuckDBEngine(world.database, read_only=True) as engine:
        landed = set(engine.tables())
        found = checks(
            engine,
            [feed for feed in feeds().values() if f"landing.{feed.name}" in landed],
            stages,
        )
    assert len(found) > 100
    return {f"{c.table} {c.expectation}": c.violations for c in found if not c.passed}


def test_no_gate_fails_in_a_clean_world(clean) -> None:
    assert broken(clean) == {}


def test_no_gate_fails_in_the_story(story) -> None:
    assert broken(story) == {}


@pytest.mark.parametrize(
    ("join", "gates"),
    [pytest.param(*at, marks=() if at in IN_EVERY_RUN else pytest.mark.long) for at in EACH_LEVEL],
)
def test_counts_and_copies_agree_in_a_hard_world(join: str, gates: str, hard_at) -> None:
    found = broken(hard_at(join, gates), ["conform", "exchange"])
    assert [name for name in found if name.split()[1] in RECONCILED] == []
