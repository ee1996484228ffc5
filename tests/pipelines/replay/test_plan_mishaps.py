"""Mishaps put in their places: what is drawn, what is refused, and how they read once put right."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from pipelines.exchange.mishap_places import mishap_places
from pipelines.exchange.mishaps import mishaps
from pipelines.exchange.network import read_network
from pipelines.replay import FaultSpec, load, replay
from pipelines.replay.compare.universes import Universes
from pipelines.replay.plan.mishaps import _Places
from sources.faults import FaultError


@pytest.fixture(scope="module")
def story_home(story, tmp_path_factory):
    return story.home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def universes(story_home):
    with Universes(story_home) as opened:
        yield opened


def happens(universes, kind, **more):
    (edit,) = universes.case([FaultSpec(kind, **more)])
    return edit


@pytest.mark.parametrize("kind", mishaps())
def test_every_kind_finds_a_place_and_the_same_one_again(universes, kind):
    edit = happens(universes, kind, seed=5)
    assert edit == happens(universes, kind, seed=5)
    assert {row.kind for row in edit.faulty} == {kind}
    assert edit.corrected is None


@pytest.mark.parametrize("kind", mishaps())
def test_a_mishap_is_drawn_among_the_places_that_the_network_tells(universes, kind):
    network = read_network("story", "full")
    told = mishap_places(network)[kind]

    def drawn(**asked):
        return _Places(universes.landed, FaultSpec(kind, **asked), mishaps()[kind])._places()

    if told.edges:
        assert {f"{row['came_from']}-{row['holder']}" for row in drawn()} == {*told.edges}
        assert told.holders == ()
    elif (
        mishaps()[kind].place == "between"
    ):  # unless a sender is named, those who break a rule first
        ends = {name for edge in network.edges for name in (edge.source, edge.target)}
        assert {name for name in ends if drawn(sender=name)} == {*told.holders}
    else:
        assert {row["holder"] for row in drawn()} == {*told.holders}


def test_a_sync_is_sought_from_the_day_given_on(universes):
    # The court's list goes to the bank every 7 days from 2 January 2024 on.
    place = {"sender": "court", "holder": "bank"}
    edit = happens(universes, "sync_missed", delivery=date(2024, 1, 3), **place)
    assert edit.struck.day == date(2024, 1, 9)


@pytest.mark.parametrize("kind", ["lost_on_the_way", "carried_twice", "deletion_not_processed"])
def test_a_day_between_two_syncs_means_the_next(universes, kind):
    place = {"sender": "court", "holder": "bank", "list": "court_dishonest"}
    drawn = happens(universes, kind, **place)
    eve = drawn.struck.day - timedelta(days=6)
    asked = happens(universes, kind, entry=drawn.faulty[0].entry_id, delivery=eve, **place)
    assert asked.faulty == drawn.faulty


def test_an_entry_is_named_by_its_id_or_by_a_version_as_they_are_printed(universes):
    place = {"sender": "court", "holder": "bank", "list": "court_dishonest"}
    drawn = happens(universes, "lost_on_the_way", **place)
    entry = drawn.faulty[0].entry_id
    ((version,),) = universes.db.rows(
        "SELECT id_text(min(entry_version)) FROM base.exchange.entries WHERE id_text(entry_id) = ?",
        entry,
    )
    dashed = "-".join((entry[:8], entry[8:12], entry[12:16], entry[16:20], entry[20:])).upper()
    for named in (entry, entry[:8], dashed, version, version[:8]):
        (row,) = happens(universes, "lost_on_the_way", entry=named, **place).faulty
        assert row.entry_id == entry


def test_an_entry_is_deleted_of_everybody_or_of_one_alone(universes):
    """The republisher shows both men called Zhou Ming for what one of them did."""
    ((entry, *both),) = universes.db.rows(
        "SELECT entry_id, min(subject_id), max(subject_id) FROM base.exchange.copies "
        "WHERE holder = 'republisher' AND from_day < DATE '2024-04-01' GROUP BY entry_id "
        "HAVING count(DISTINCT subject_id) = 2 ORDER BY entry_id LIMIT 1"
    )
    asked = {"holder": "republisher", "entry": entry, "delivery": date(2024, 4, 1)}
    for subjects, given in ((set(both), {}), ({both[1]}, {"subject": both[1][:8]})):
        edit = happens(universes, "deleted_by_hand", **asked, **given)
        assert {row.subject_id for row in edit.faulty} == ({both[1]} if given else {None})
        (found,) = universes.follow([[edit]])
        gone = found.faulty.lists
        assert set(gone.loc[gone["holder"] == "republisher", "subject_id"]) == subjects


def test_an_entry_made_by_hand_gives_the_ground_most_others_give(universes):
    (row,) = happens(universes, "entered_by_hand", holder="court", list="court_dishonest").faulty
    grounds = universes.db.rows(
        "SELECT ground FROM base.exchange.entries WHERE list = 'court_dishonest'"
    )
    counts = Counter(ground for (ground,) in grounds)
    assert counts[row.ground] == max(counts.values()) > 0


def test_put_right_after_so_many_days(universes):
    edit = happens(universes, "backup_restored", holder="ncisp", correct_after=5, seed=2)
    assert edit.correction_day == edit.struck.day + timedelta(days=5)
    assert {row.to_day for row in edit.corrected} == {edit.correction_day}
    assert {row.to_day for row in edit.faulty} == {None}
    assert edit.correction_sent == edit.correction_day


@pytest.mark.parametrize(
    ("kind", "given", "says"),
    [
        ("sync_missed", {"holder": "nobody"}, "There is no holder 'nobody' here"),
        ("sync_missed", {"list": "no_list"}, "There is no list 'no_list' here"),
        ("lost_on_the_way", {"feed": "court"}, "happens to right data at a holder"),
        ("row_lost", {"holder": "bank"}, "row_lost takes no holder; .* by feed, record and day"),
        ("row_lost", {"backup": date(2024, 3, 1)}, "row_lost takes no backup"),
        ("carried_twice", {"subject": "ffffff"}, "no subject; .* by holder, sender, list, entry and day"),
        ("deleted_by_hand", {"sender": "court", "other": "ffffff"}, "takes no sender and no other"),
        ("sync_missed", {"backup": date(2024, 3, 1)}, "sync_missed takes no backup"),
        ("lost_on_the_way", {"entry": "???"}, "An entry is named by its entry_id"),
        ("lost_on_the_way", {"entry": "ffffffff"}, "has nothing to change"),
        ("lost_on_the_way", {"correct_after": 0}, "at least 1 day"),
        ("lost_on_the_way", {"correct_after": 10**20}, "at most 3,653"),
        ("backup_restored", {"backup": date.max}, "from 2024-01-01 to 2024-12-29 here, not on 9999"),
        ("backup_restored", {"backup": date.min}, "from 2024-01-01 to 2024-12-29 here, not on 0001"),
        ("lost_on_the_way", {"delivery": date(2031, 1, 1)}, "A mishap happens from 2024-01-01"),
        ("list_sent_astray", {"sender": "republisher", "list": "bank_watchlist"}, "nothing to change"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(universes, kind, given, says):
    with pytest.raises(FaultError, match=says.replace("?", r"\?")):
        happens(universes, kind, **given)


def test_two_at_one_place_are_refused(universes):
    one = FaultSpec("backup_restored", holder="ncisp")
    with pytest.raises(FaultError, match="follow them in two replays"):
        universes.case([one, FaultSpec("lost_on_the_way", holder="ncisp", list="court_dishonest")])


def test_a_saved_mishap_is_followed_again_to_the_same_end(story_home, tmp_path):
    found = replay(
        story_home, FaultSpec("deleted_by_hand", holder="ncisp", correct_after=3, seed=4)
    )
    found.save(tmp_path / "it.yml")
    again = replay(story_home, load(tmp_path / "it.yml").faults)
    kept = ("lists", "measures", "scores", "totals", "residue")
    assert {k: found.json()[k] for k in kept} == {k: again.json()[k] for k in kept}
    told = found.json()["fault"]
    assert (told["feed"], told["mishap"]["holder"]) == (None, "ncisp")


# One of a holder that nobody puts right in every run; each kind, put right, with the long tests.
@pytest.mark.parametrize(
    ("kind", "after"),
    [("backup_restored", None), *(pytest.param(k, 4, marks=pytest.mark.long) for k in mishaps())],
)
def test_a_replay_is_what_rebuilding_gives(story_home, kind, after):
    spec = FaultSpec(kind, seed=8, correct_after=after)
    one, two = (replay(story_home, spec, rebuild=rebuild).json() for rebuild in (False, True))
    for name in ("lists", "measures", "scores", "totals", "residue"):
        assert one[name] == two[name], name


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        ({"kind": "deleted_by_hand", "holder": "bank"}, True),
        ({"kind": "deleted_by_hand", "holder": "bank", "delivery": date(2024, 5, 6)}, True),
        ({"kind": "sync_missed", "sender": "court", "holder": "bank", "list": "court_dishonest",
          "delivery": date(2024, 3, 19)}, False),
        ({"kind": "row_lost", "feed": "court"}, True),
        ({"kind": "row_lost", "feed": "court", "record": "0000000001"}, False),
    ],
)  # fmt: skip
def test_what_was_left_to_be_drawn_is_known(universes, given, drawn):
    assert happens(universes, **given).struck.was_drawn == drawn
