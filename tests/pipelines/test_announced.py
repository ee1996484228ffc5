"""What takes long is announced before it begins; what does not is not."""

from __future__ import annotations

import pytest

from pipelines.announced import COSTS, announce_copy


@pytest.mark.parametrize(
    ("megabytes", "said"),
    [
        (680, ""),  # of `demo`: some eight seconds
        (
            8_900,
            "To lay it out for replays takes about 2 minutes, and about 20.5 GB in {}, where only 1.0 GB "
            "is free.\n",
        ),
    ],
)
def test_the_copy_that_replays_read_is_announced(megabytes, said, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("pipelines.announced.free_megabytes", lambda folder: 1_000)
    base = tmp_path / "base.duckdb"
    with base.open("wb") as file:
        file.truncate(megabytes * 1_000_000)
    announce_copy(base, tmp_path)
    assert capsys.readouterr().err == said.format(tmp_path)


def test_a_database_to_replay_needs_room_for_its_copy_too():
    assert COSTS["demo"].to_replay() == pytest.approx((23, 2_244), rel=0.05)
