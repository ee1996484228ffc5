"""A replay of the story world, from the first file to the last figure, counted by hand.

The court means 柳陌鼎远 (PDY006120) and writes 榆东归舟 (PDY008409): a valid code of another. The
record is published on 13 March 2024 about a judgment of 4 March, and corrected on 12 April.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipelines.build import build
from pipelines.home import Home, write_json
from pipelines.replay import (
    FaultError,
    FaultSpec,
    Scenario,
    ScenarioError,
    command,
    compare,
    load,
    replay,
)
from pipelines.replay.compare.metrics import day_number
from pipelines.replay.plan.scenario import save
from pipelines.replay.recompute.levels import level
from pipelines.replay.tell.sentence import sentence

RIGHT, WRONG = "PDY006120", "PDY008409"
RECORD = "0000000001"
SLIP = FaultSpec("free_edit", feed="court", record=RECORD, values={"cardNum": WRONG})

# The day each copy begins: the first sync on or after the day the holder before it shows it, and
# the lag. Syncs are on 1 January plus the offset, plus a multiple of the days between.
#   court > ncisp              daily, lag 1                13 March + 1
#   ncisp's own list           at once                     14 March
#   ncisp > city_bureau        weekly from 4 Jan, lag 2    14 March + 2
#   ncisp > bank               weekly from 5 Jan, lag 2    15 March + 2
#   the bank's own list        at once, of whichever came first
#   ncisp > republisher        weekly from 6 Jan, lag 2    16 March + 2
#   court > bank               weekly from 2 Jan, lag 1    19 March + 1
# The last day: the court's list ends 730 days after the judgment, that is with 3 March 2026; a
# snapshot keeps what it last saw until the sync after that comes in. Own terms are 730 days (ncisp)
# and 1,095 (the bank, from 20 March 2024 too, when the court's own list reached it). The
# republisher never forgets: the horizon is 30 December 2027.
EXPECTED = {
    ("court", "court_dishonest"): ("2024-03-13", "2026-03-03"),
    ("ncisp", "court_dishonest"): ("2024-03-14", "2026-03-04"),
    ("ncisp", "joint_punishment"): ("2024-03-14", "2026-03-13"),
    ("city_bureau", "joint_punishment"): ("2024-03-16", "2026-03-20"),
    ("bank", "joint_punishment"): ("2024-03-17", "2026-03-21"),
    ("bank", "bank_watchlist"): ("2024-03-17", "2027-03-19"),
    ("republisher", "court_dishonest"): ("2024-03-18", "2027-12-29"),
    ("bank", "court_dishonest"): ("2024-03-20", "2026-03-10"),
}


@pytest.fixture(scope="module")
def home(story, tmp_path_factory):
    """A home whose database is the story world's, clean."""
    return story.home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def corrected(home):
    """The replay, put right after 30 days."""
    return replay(home, replace(SLIP, correct_after=30))


@pytest.fixture(scope="module")
def uncorrected(home):
    """The same, put right by nobody."""
    return replay(home, SLIP)


def test_every_list_it_reaches_and_from_when_to_when(corrected):
    rows = corrected.json()["lists"]
    assert {(r["holder"], r["list"]): (r["first_day"], r["last_day"]) for r in rows} == EXPECTED
    assert all((r["wrongly_listed"], r["wrongly_missing"]) == (1, 1) for r in rows)


def test_the_fault_is_told_with_the_record_before_and_after(corrected):
    fault = corrected.json()["fault"]
    assert fault["changed"] == {"cardNum": [RIGHT, WRONG]}
    assert fault["file"] == "court/court_20240313.json"
    assert fault["record"] == RECORD and fault["latency_days"] == 0
    assert fault["correction_day"] == "2024-04-12"


def test_what_is_left_and_why(corrected):
    """On the eve both firms are wrong in eight cells each.

    Right on the day: the court's two. A day later ncisp's two copies, and with them the adoption of
    the firm that was missing. What stays of the wrong firm: ncisp's adoption and its two copies,
    the bank's, and the republisher's.
    """
    remaining = corrected.json()["residue"]
    assert remaining["cells_on_the_eve"] == 16
    shares = {row["days_after"]: row["share"] for row in remaining["share_after_days"]}
    assert shares[0] == pytest.approx(14 / 16)
    assert shares[1] == pytest.approx(11 / 16)
    assert shares[30] == pytest.approx(5 / 16)
    assert remaining["cells"] == 5
    assert remaining["by_cause"] == {"adopted_with_its_own_term": 4, "deletion_not_carried": 1}
    assert remaining["cells_by_since"] == {
        "eve": 5,
        "late_spread": 0,
        "returned": 0,
        "irrevocable": 0,
    }
    assert remaining["share_at_the_horizon"] == pytest.approx(1 / 16)
    assert remaining["late_spread"] == 0 and remaining["irrevocable"] == 0
    assert sum(remaining["entry_days_by_cause"].values()) == remaining["entry_days"]


def test_residue_by_list_sums_to_the_whole(corrected):
    node = corrected.json()
    assert sum(row["residue"] for row in node["lists"]) == node["residue"]["cells"]
    for row in (*node["lists"], *node["measures"]):
        assert sum(row["residue_by_cause"].values()) == row["residue"]


def test_the_report_is_short_and_ends_with_a_sentence(corrected, capsys):
    corrected.print()
    lines = capsys.readouterr().out.splitlines()
    assert "PDY006120 → PDY008409" in "".join(lines)
    assert len(lines) <= 29  # of 80 columns
    assert lines[-1].endswith(".")


def test_the_report_says_what_only_the_correction_does(corrected, capsys):
    """The firm that was missing is adopted a month later, and so is on four lists a month too long."""
    corrected.print()
    out = capsys.readouterr().out
    said = "Uncorrected, wrongly listed B; missing A, in every row; corrected, also listed A, in 4 of them:"
    assert said in " ".join(out.split())
    lists, then = corrected.faulty.lists, corrected.remaining.difference.lists
    alone = lists[lists["holder"] == "court"]
    one = replace(corrected, faulty=replace(corrected.faulty, lists=alone))
    one.print()
    out = " ".join(capsys.readouterr().out.split())
    assert "in every row" not in out and "corrected, listed A, B;" in out
    left = replace(
        corrected.remaining, difference=replace(corrected.remaining.difference, lists=then[:0])
    )
    replace(corrected, remaining=left).print()
    assert "Wrongly listed B; missing A, in every row:" in capsys.readouterr().out


def test_scores_and_measures_that_only_the_correction_changes(corrected, capsys):
    faulty, then = corrected.faulty, corrected.remaining.difference
    score = {
        "keeper": "city_portal", "subject_id": "s", "kind": "altered",
        "first_shows": "A 1000", "second_shows": "B 950",
        "from_day": date(2024, 5, 1), "to_day": date(2024, 6, 1),
    }  # fmt: skip
    shifted = pd.DataFrame([score])[list(faulty.scores.columns)]
    left = replace(corrected.remaining, difference=replace(then, scores=shifted))
    none = replace(faulty, scores=faulty.scores[:0], measures=faulty.measures[:0])
    replace(corrected, faulty=none, remaining=left).print()
    out = " ".join(capsys.readouterr().out.split())
    assert (
        "Scores city_portal: 1 subject shifted by -50 points only because of the correction, 1 into "
        "another grade, from 2024-05-01 until 2024-06-01" in out
    )
    kinds = len(then.measures[["agency", "measure"]].drop_duplicates())
    assert f"Measures {kinds} kinds only because of the correction" in out
    assert "0 subjects" not in out and "0 of" not in out


def test_the_sentence_tells_of_what_is_wrong_only_later(corrected):
    """An error that shows a hundred days after the correction is not told as gone for good."""
    remaining = corrected.remaining
    later = remaining.lists.assign(
        a=day_number(remaining.residue.correction_day) + 100,
        b=day_number(remaining.residue.correction_day) + 200,
    )
    told = sentence(replace(corrected, remaining=replace(remaining, lists=later)))
    n = len(later[["holder", "list", "subject_id"]].drop_duplicates())
    assert told.endswith(f"no entry is wrong, but {n} entries are later on.")
    told = sentence(replace(corrected, remaining=replace(remaining, lists=later[:0])))
    assert told.endswith("no entry is wrong any more.")


def test_the_frames(corrected):
    frames = corrected.frames()
    assert len(frames["cells"]) == 16
    assert set(frames["left_lists"]["cause"]) == {
        "waits for the next sync",
        "adopted with its own term",
        "deletion not carried",
    }
    assert frames["residue"]["share"].iloc[0] == pytest.approx(14 / 16)


def test_a_hand_edited_folder_differs_by_exactly_what_the_replay_says(home, uncorrected, tmp_path):
    """The other way to the same answer: edit the files with a text editor, build, compare."""
    folder = tmp_path / "landing"
    shutil.copytree(Path(home.current()["landing"]), folder)
    edited = 0
    for path in sorted((folder / "court").glob("*.json")):
        node = json.loads(path.read_text(encoding="utf-8"))
        if any(row.get("id") == RECORD for row in node["records"]):
            text = path.read_text(encoding="utf-8")
            assert text.count(RIGHT) == 1
            path.write_text(text.replace(RIGHT, WRONG), encoding="utf-8")
            edited += 1
    assert edited == 1
    build(folder, tmp_path / "edited.duckdb", checks=False)
    by_hand = compare(home.database(), tmp_path / "edited.duckdb").json()
    replayed = uncorrected.json()
    for part in ("lists", "measures", "scores", "totals"):
        assert by_hand[part] == replayed[part], part
    assert (by_hand["mode"], by_hand["fault"], by_hand["residue"]) == ("diff", None, None)
    assert (replayed["mode"], replayed["residue"]) == ("replay", None)


def test_a_saved_replay_is_the_same_replay(home, corrected, tmp_path):
    corrected.save(tmp_path / "slip.yaml")
    scenario = load(tmp_path / "slip.yaml")
    assert scenario.faults[0].record == RECORD
    assert scenario.faults[0].delivery == date(2024, 3, 13)
    assert scenario.world == {"size": "story", "seed": 1, "days": 365, "dirt": 0.0}
    assert (scenario.join, scenario.policy) == ("full", {})
    again = command(home.path, scenario=tmp_path / "slip.yaml").json()
    once = corrected.json()
    assert {k: v for k, v in again.items() if k != "seconds"} == {
        k: v for k, v in once.items() if k != "seconds"
    }


def _told(found):
    return {k: v for k, v in found.json().items() if k not in ("seconds", "gained")}


@pytest.mark.long  # whose numbers are meant is told of made-up homes in `test_levels.py`
def test_a_saved_replay_says_all_numbers_of_its_network(home, corrected, tmp_path):
    """Also in a home that was built with others: there a bank forgets after a year."""
    corrected.save(tmp_path / "slip.yaml")
    numbers = {"adopt.bank_watchlist.term_days": "365"}
    short = Home(tmp_path / "short")
    about = dict(home.current()) | {"database": str(level(home, policy=numbers)), "policy": numbers}
    write_json(short.pointer, about)
    there = replay(short, corrected.scenario.faults)
    assert _told(there)["totals"] != _told(corrected)["totals"]
    assert _told(command(short.path, scenario=tmp_path / "slip.yaml")) == _told(corrected)


@pytest.mark.long  # likewise
def test_at_another_level_a_saved_replay_leaves_out_what_means_nothing_there(home, tmp_path):
    """Where nobody hands anything on, no edge has a number."""
    case = Scenario((SLIP,), join="full", policy={"court-bank.every": "14", "links.depth": "1"})
    save(case, tmp_path / "slip.yaml")
    found = command(home.path, scenario=tmp_path / "slip.yaml", join="none")
    assert (found.scenario.join, found.scenario.policy) == ("none", {"links.depth": "1"})


def test_a_scenario_is_followed_at_the_level_it_says(home, uncorrected):
    case = Scenario((SLIP,), join="own-keys")
    found = replay(home, SLIP, scenario=case)
    assert found.scenario.join == "own-keys"
    assert _told(found) == _told(replay(home, SLIP, join="own-keys"))
    assert _told(found)["totals"] != _told(uncorrected)["totals"]


def test_a_scenario_of_another_world_is_refused(home, corrected, tmp_path):
    save(replace(corrected.scenario, world={"size": "tiny", "seed": 1}), tmp_path / "tiny.yaml")
    with pytest.raises(
        ScenarioError, match=r"another world.*generate one with --size tiny --seed 1\."
    ):
        command(home.path, scenario=tmp_path / "tiny.yaml")


def test_two_faults_may_not_want_the_same_row(home):
    other = replace(SLIP, values={"duty": "支付"})
    with pytest.raises(FaultError, match="Two faults want the same row of court/court_20240313"):
        replay(home, [SLIP, other])


def test_two_faults_at_once_reach_what_both_reach(home):
    """The second one strikes a penalty, which only the city and its readers list."""
    fine = FaultSpec(
        "free_edit",
        feed="city_penalties",
        record="青榆交运罚〔2024〕9号",
        values={"code_1": "91840103PDY0061207"},
    )
    both = replay(home, [SLIP, fine])
    pairs = {(row["holder"], row["list"]) for row in both.json()["lists"]}
    assert set(EXPECTED) < pairs
    assert {list_name for _, list_name in pairs - set(EXPECTED)} == {"administrative_penalties"}
    assert len(both.json()["fault"]["further"]) == 1


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("fault", "late"), ("seed", 0), ("sets", ["a=b"]), ("scope", "once"), ("sender", "court"),
        ("list", "court_dishonest"), ("subject", "ffffff"), ("other", "ffffff"),
        ("backup", "2024-03-01"), ("delivery", "2024-03-01"),
    ],
)  # fmt: skip
def test_a_scenario_is_given_without_options_that_place_a_fault(home, tmp_path, option, value):
    named = {"sets": "--set", "delivery": "--day"}.get(option, f"--{option}")
    with pytest.raises(FaultError, match=f"its own faults; give it without {named}\\.$"):
        command(home.path, scenario=tmp_path / "any.yml", **{option: value})


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "Say what goes wrong"),
        ({"fault": "wrong_unit", "sets": ["a=b"]}, "--set makes a free edit"),
        ({"sets": ["cardNum"], "feed": "court", "record": RECORD}, "takes COLUMN=VALUE"),
        ({"fault": "late", "delivery": "soon"}, "--day takes a day"),
        ({"fault": "gremlin"}, "There is no fault 'gremlin'"),
        ({"sets": ["nosuch=1"], "feed": "court", "record": RECORD}, "has no column 'nosuch'"),
    ],
)
def test_bad_options_are_one_sentence(home, options, sentence):
    with pytest.raises(FaultError, match=sentence):
        command(home.path, **options)
