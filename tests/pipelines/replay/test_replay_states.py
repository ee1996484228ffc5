"""Whether the record itself is still believed wrongly after the correction, and why that is.

One record, `r`, is put right on day 20 of 100: version `w` says it wrongly, `k` rightly.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pipelines.engine import open_engine
from pipelines.engine.databases import opened
from pipelines.replay.compare.at_source import wrong_at_source
from pipelines.replay.compare.causes import AT_THE_SOURCE, GATE, NOT_CORRECTED
from pipelines.replay.compare.metrics import day_number
from pipelines.replay.compare.sides import as_sides


@dataclass
class OfFeed:
    """As much of an edit as is asked for here."""

    name: str
    mode: str

    @property
    def struck(self):
        return self

    @property
    def feed(self):
        return self


@pytest.fixture
def source(tmp_path, hand):
    """`source(mode, clean, corrected, held, kept)`: runs of wrong days, days as numbers."""

    def believed(path, rows, held, kept):
        with open_engine("duckdb", path) as engine:
            for schema in ("conform", "quality"):
                engine.execute(f"CREATE SCHEMA {schema}")
            engine.execute(
                "CREATE TABLE conform.fines "
                "(record_id VARCHAR, version VARCHAR, from_day DATE, to_day DATE)"
            )
            for version, first, end in rows:
                engine.execute(
                    "INSERT INTO conform.fines VALUES ('r', ?, ?, ?)",
                    [version, hand.day(first), hand.day(end)],
                )
            engine.execute(
                "CREATE TABLE quality.deliveries AS SELECT 'fines' AS feed, unnest(?::VARCHAR[]) "
                "AS delivery, 'hold' AS outcome",
                [held],
            )
            engine.execute(
                "CREATE TABLE quality.verdicts AS SELECT 'fines' AS feed, unnest(?::VARCHAR[]) "
                "AS delivery, 'r' AS record_id, 'k' AS version, 'quarantine' AS outcome",
                [kept],
            )
        return path

    def run(mode, clean, corrected, held=(), kept=()):
        one = believed(tmp_path / "clean.duckdb", clean, [], [])
        two = believed(tmp_path / "corrected.duckdb", corrected, list(held), list(kept))
        with opened(clean=one, corrected=two) as db:
            as_sides(db, "clean", {1: "corrected"})
            found = wrong_at_source(db, {1: [OfFeed("fines", mode)]}, hand.horizon)[1]
        zero = day_number(hand.day(0))
        return [(run.first - zero, run.end - zero, run.why) for run in found]

    return run


def test_a_correction_that_took_leaves_nothing_wrong_after_it(source):
    """Only days before the correction are wrong; a cause is not asked for there."""
    found = source("changes", [("k", 5, None)], [("w", 5, 20), ("k", 20, None)])
    assert found == [(5, 20, NOT_CORRECTED)]


def test_a_feed_that_only_appends_goes_on_saying_both(source):
    found = source("append", [("k", 5, None)], [("w", 5, None), ("k", 20, None)])
    assert found == [(5, 100, AT_THE_SOURCE)]


def test_a_held_correction_waits_at_the_gate(source):
    rows = [("w", 5, 27), ("k", 27, None)]
    found = source("snapshot", [("k", 5, None)], rows, held=["day 20"])
    assert found == [(5, 27, GATE)]


def test_a_right_row_kept_back_is_the_gates_doing_even_where_nothing_can_be_taken_back(source):
    found = source("append", [("k", 5, None)], [("w", 5, None)], kept=["day 20"])
    assert found == [(5, 100, GATE)]


def test_equal_beliefs_are_no_difference(source):
    rows = [("k", 5, 40), ("k", 60, None)]
    assert source("changes", rows, rows) == []
