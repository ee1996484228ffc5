"""Pieces of work are done two at a time, each after those it waits for."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pipelines.engine.duckdb_engine import DuckDBEngine
from pipelines.engine.side_by_side import side_by_side

AFTER = {"entries": ["court", "tax"], "copies": ["entries"], "tax": ["elsewhere"]}
PIECES = ["court", "tax", "entries", "copies"]


class Stub:
    """An engine that only says whether it can be used beside itself, and what was interrupted."""

    def __init__(self, alone: bool) -> None:
        self.alone, self.interrupted = alone, threading.Event()

    def beside(self) -> Stub | None:
        return None if self.alone else self

    def interrupt(self) -> None:
        self.interrupted.set()


@pytest.mark.parametrize("alone", [True, False])
def test_each_piece_comes_after_those_it_waits_for(alone: bool) -> None:
    ended, begun = [], []

    def work(engine: Stub, piece: str) -> str:
        assert set(AFTER.get(piece, ())) & set(PIECES) <= set(ended)
        ended.append(piece)
        return piece.upper()

    found = side_by_side(Stub(alone), PIECES, work, AFTER, begun.append)
    assert list(found.items()) == [(piece, piece.upper()) for piece in PIECES]
    assert begun == PIECES


def test_those_for_which_most_wait_one_after_the_other_begin_first() -> None:
    """Two can begin: `statements` is before `names`, and that before `marks`; for `events` only one waits."""
    begun: list[str] = []
    pieces = ["events", "names", "statements", "marks", "lists"]
    after = {"names": ["statements"], "marks": ["names"], "lists": ["events"]}
    side_by_side(Stub(alone=False), pieces, lambda engine, piece: None, after, begun.append)
    assert begun[:2] == ["statements", "events"]


def test_two_are_done_at_a_time() -> None:
    both = threading.Barrier(2, timeout=60)  # one alone would break it
    found = side_by_side(Stub(alone=False), ["court", "tax"], lambda engine, piece: both.wait())
    assert sorted(found.values()) == [0, 1]


def test_what_fails_ends_what_is_done_beside_it() -> None:
    stub, begun = Stub(alone=False), []

    def work(engine: Stub, piece: str) -> None:
        begun.append(piece)
        if piece == "tax":
            raise ValueError("tax is broken")
        assert stub.interrupted.wait(60)

    with pytest.raises(ValueError, match="tax is broken"):
        side_by_side(stub, ["court", "tax", "later"], work)
    assert sorted(begun) == ["court", "tax"]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("path", [":memory:", "a.duckdb"])
def test_rows_of_several_queries_keep_their_order(threads: int, path: str, tmp_path: Path) -> None:
    where = path if path == ":memory:" else tmp_path / path
    queries = [f"SELECT {n} AS n, md5('{n}')::UUID AS id" for n in range(5)]
    with DuckDBEngine(where, threads=threads) as engine:
        assert (engine.beside() is None) == (threads == 1)
        engine.create_table("quality.verdicts", *queries)
        assert [n for n, _ in engine.fetch("FROM quality.verdicts")] == [0, 1, 2, 3, 4]
        assert engine.tables() == ["quality.verdicts"]


def test_beside_itself_an_engine_sees_the_same_tables_and_words() -> None:
    with DuckDBEngine(threads=2) as engine:
        engine.create_table("lists.one", "SELECT 1 AS n")
        other = engine.beside()
        assert other is not None
        assert other is engine.beside()
        assert other.beside() is None
        other.create_table("lists.two", "SELECT n, until(CAST(NULL AS DATE)) AS day FROM lists.one")
        assert engine.count("lists.two") == 1
