"""What joining gains and spoils in the story world, every listing counted by hand.

The court lists three subjects, the city four; nobody else makes a list of its own. Two residents
are called 周明, and the one whom court and city mean is shown for both wherever names decide.

joined by       who shows what                                                          true  false
none            court 3, city_bureau 4                                                     7      0
own-keys        and bank 3 from the court, by name: 周明's namesake with him               10      1
unified-code    and bank 4 more from the city: now by code                                14      0
full            and ncisp 3 + 4 + 3 of its own, city_bureau 3, bank 3 + 3 of its own,
                republisher 3 + 4 by name: the namesake on both lists                     40      2
"""

from __future__ import annotations

import pytest

from pipelines.home import Home, write_json
from pipelines.replay.compare import gain as module
from pipelines.replay.compare.gain import GainError, gain, told_gain
from schemas.contract import feeds

BY_HAND = {"none": (7, 0), "own-keys": (10, 1), "unified-code": (14, 0), "full": (40, 2)}


@pytest.mark.parametrize("low", ["none", "own-keys", "unified-code"])
def test_true_and_false_listings(built, story, low):
    lower = built("story", 1, dirt=0.0, join=low)
    told = gain(story.database, lower.database, feeds(), story.world).json()
    assert (told["from"], told["to"]) == (low, "full")
    assert (told["true_low"], told["false_low"]) == BY_HAND[low]
    assert (told["true_high"], told["false_high"]) == BY_HAND["full"]
    assert told["gained"] == BY_HAND["full"][0] - BY_HAND[low][0]
    assert told["lost"] == 0
    assert sum(row["gained"] for row in told["lists"]) == told["gained"]


def test_without_the_truth_there_is_no_gain_to_tell(story, tmp_path):
    with pytest.raises(GainError, match="the world's truth, which is not there"):
        gain(story.database, story.database, feeds(), tmp_path)


def test_what_is_kept_of_it_and_damaged_is_worked_out_anew(built, story, tmp_path, monkeypatch):
    """Cut in half, empty, no JSON, of another shape, and with a figure that does not add up."""
    lower = built("story", 1, dirt=0.0, join="unified-code").database
    monkeypatch.setattr(
        module, "level", lambda _, join, *more: story.database if join == "full" else lower
    )
    home = Home(tmp_path)
    home.world, home.landing = story.world, story.landing
    write_json(home.pointer, {"database": str(story.database), "landing": str(story.landing)})
    first = told_gain(home, "full")
    (kept,) = tmp_path.rglob("*.gain-*.json")
    whole = kept.read_bytes()
    assert module._kept(kept, "unified-code", "full") == first
    other = whole.replace(b'"true_high": 40', b'"true_high": 41')
    for damaged in (whole[: len(whole) // 2], b"", b"\xff", b"{}", b'{"lists": [{}]}', other):
        assert damaged != whole
        kept.write_bytes(damaged)
        assert told_gain(home, "full") == first
        assert kept.read_bytes() == whole
