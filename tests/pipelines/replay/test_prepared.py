"""What replays keep of a home: made by one run, however many want it at once, and what it holds."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock, Timeout

from pipelines.engine.databases import opened
from pipelines.graph import all_models
from pipelines.replay.plan.faults import Landed, Registered, asked_of_base
from pipelines.replay.recompute import prepared as module
from pipelines.replay.recompute.prepared import prepared
from schemas.contract import feeds as contracts
from sources.faults import kinds
from tests.promises.databases import told, unlike


@pytest.fixture
def laid_out(monkeypatch) -> list[bool]:
    """Whether others were kept waiting, each time a base was laid out."""
    waiting: list[bool] = []

    def look(engine, *_) -> None:
        try:
            FileLock(str(Path(engine.path).parent / ".lock")).acquire(timeout=0)
        except Timeout:
            waiting.append(True)
        else:
            waiting.append(False)

    monkeypatch.setattr(module, "_lay_out", look)
    return waiting


def test_one_run_lays_out_and_others_wait(story, tmp_path, laid_out) -> None:
    place = prepared(story.database, tmp_path, [])
    assert place == prepared(story.database, tmp_path, [])
    assert laid_out == [True]


def test_who_had_to_wait_takes_what_was_made_meanwhile(
    story, tmp_path, laid_out, monkeypatch
) -> None:
    other = prepared(story.database, tmp_path, [])
    kept = shutil.move(other, tmp_path / "kept")

    @contextlib.contextmanager
    def waited(folder):
        shutil.move(kept, other)
        yield

    monkeypatch.setattr(module, "alone", waited)
    assert prepared(story.database, tmp_path, []) == other
    assert laid_out == [True]


def test_what_the_build_keeps_as_views_is_laid_out_as_tables(story, tmp_path, laid_out) -> None:
    def kept_as(database, name: str) -> set[str]:
        schema, table = name.split(".")
        with duckdb.connect(str(database), read_only=True) as connection:
            return {
                kind
                for (kind,) in connection.execute(
                    "SELECT table_type FROM information_schema.tables "
                    "WHERE table_schema = ? AND table_name = ?",
                    [schema, table],
                ).fetchall()
            }

    place = prepared(story.database, tmp_path, [])
    views = [model.name for model in all_models("story") if model.view]
    assert "exchange.copies" in views
    for name in views:
        assert kept_as(story.database, name) == {"VIEW"}
        assert kept_as(place, name) == {"BASE TABLE"}
    wrong = unlike(story.database, place, lambda base, table, _: f"SELECT * FROM {base}.{table}")
    assert not wrong, told(wrong)


def test_what_is_asked_of_the_whole_base_is_laid_out_if_the_base_has_it(story, tmp_path) -> None:
    beside = {
        "laid_out.days": "SELECT DISTINCT published FROM landing.deliveries",
        "laid_out.stars": "SELECT * FROM landing.stars",
    }
    place = prepared(story.database, tmp_path, [], beside=beside)
    with duckdb.connect(str(place), read_only=True) as connection:
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'laid_out'"
        ).fetchall()
    assert tables == [("days",)]


def test_planning_finds_the_same_in_tables_laid_out_and_made(story, tmp_path) -> None:
    feeds = {name: feed for name, feed in contracts().items() if feed.tier == "story"}
    place = prepared(story.database, tmp_path, [], beside=asked_of_base(feeds.values()))
    found = []
    for database in (story.database, place):
        with opened(base=database) as db:
            landed, others = Landed(db, "base", feeds), Registered(db, "base", feeds)
            frames = landed.frames
            drawn = [
                (fault.kind, frames.nth(fault, feed, n))
                for fault in kinds().values()
                for feed in landed.feeds.values()
                if fault.level != "delivery" and fault.fits(feed)
                for n in range(min(3, frames.size(fault, feed)))
            ]
            codes = list(others.codes("uscc", ""))
            named = [others.name("uscc", code) for code in codes]
            found.append((drawn, codes, named))
            made = db.rows("SELECT count(*) FROM duckdb_tables() WHERE temporary")[0][0]
        assert (made == 0) == (database == place)
    assert found[0] == found[1] and len(found[0][0]) > 100 and all(found[0][2])
