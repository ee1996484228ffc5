"""What replays keep of a home is made by one run, however many want it at once."""

from __future__ import annotations

import contextlib
import shutil

import pytest
from filelock import FileLock, Timeout

from pipelines.replay.recompute import prepared as module
from pipelines.replay.recompute.prepared import prepared


@pytest.fixture
def laid_out(monkeypatch) -> list[bool]:
    """Whether others were kept waiting, each time a base was laid out."""
    waiting: list[bool] = []

    def look(building, *_) -> None:
        try:
            FileLock(str(building.parent / ".lock")).acquire(timeout=0)
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
