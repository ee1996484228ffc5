"""Whatever of a mishap was drawn is written down: read again it happens to the same, on the same day."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.exchange.mishaps import mishaps
from pipelines.replay import FaultError, FaultSpec, load
from pipelines.replay.compare.universes import Universes
from pipelines.replay.plan.mishaps import happened
from pipelines.replay.plan.scenario import Scenario, save


@pytest.fixture(scope="module")
def landed(story, tmp_path_factory):
    """The story world's clean state."""
    place = story.home(tmp_path_factory.mktemp("home"))
    with Universes(place, None, None) as universes:
        yield universes.landed


@pytest.mark.parametrize("kind", mishaps())
def test_a_saved_mishap_is_the_same(kind, landed, tmp_path):
    for seed in range(1, 7):
        drawn = happened(landed, FaultSpec(kind, seed=seed, correct_after=30))
        save(Scenario((drawn.written_out,)), tmp_path / "saved.yml")
        (read,) = load(tmp_path / "saved.yml").faults
        assert happened(landed, read).rows == drawn.rows


def test_a_missed_sync_brings_none_of_the_lists_of_its_edge(landed):
    """Whichever of them it is asked for by; 8 June 2024 is a Saturday, on which the republisher reads."""
    spec = FaultSpec("sync_missed", holder="republisher", list="court_dishonest",
                     delivery=date(2024, 6, 8))  # fmt: skip
    found = happened(landed, spec).rows
    assert [row.list for row in found] == ["administrative_penalties", "court_dishonest"]


def test_a_backup_is_older_than_the_day_it_is_put_back(landed):
    when = {"delivery": date(2024, 6, 13), "backup": date(2024, 5, 20)}
    found = happened(landed, FaultSpec("backup_restored", holder="bank", **when))
    assert {(row.from_day, row.as_of_day) for row in found.rows} == {
        (when["delivery"], when["backup"])
    }
    with pytest.raises(FaultError, match="on 2024-06-13 was made before that day, from .*, not on"):
        late = when | {"backup": when["delivery"]}
        happened(landed, FaultSpec("backup_restored", holder="bank", **late))


@pytest.mark.parametrize("seed", range(1, 5))
def test_early_in_the_window_a_backup_is_as_old_as_it_can_be(landed, seed):
    spec = FaultSpec("backup_restored", seed=seed, holder="bank", delivery=date(2024, 1, 9))
    found = happened(landed, spec).rows
    assert {row.as_of_day for row in found} <= {date(2024, 1, 1), date(2024, 1, 2)}
    with pytest.raises(FaultError, match="A backup is 7 to 60 days old where nothing else is said"):
        happened(landed, FaultSpec("backup_restored", holder="bank", delivery=date(2024, 1, 7)))
