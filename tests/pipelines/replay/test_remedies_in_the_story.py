"""The noodle house, put right in every way: until when each list shows it wrongly, counted by hand.

It is listed from Wednesday 13 March 2024. The court delivers daily, the platform reads it daily, the bank on
Tuesdays (shown on Wednesday), and the republisher, which adds and never drops, has shown it since Monday
18 March. Own terms are 730 days (ncisp) and 1,095 (the bank); the horizon is 30 December 2027.
"""

from __future__ import annotations

import json

import pytest

from pipelines.replay import FaultError, FaultSpec, command, load, replay
from pipelines.replay.recompute import states
from tests.pipelines.replay.test_json_shapes import shape

NOODLES = FaultSpec("free_edit", feed="court", record="0000000001", values={"cardNum": "PDY006219"})
TERMS = {
    ("ncisp", "joint_punishment"): "2026-03-14",
    ("city_bureau", "joint_punishment"): "2026-03-21",
    ("bank", "joint_punishment"): "2026-03-22",
    ("bank", "bank_watchlist"): "2027-03-20",
}
COURT, NCISP, BANK, REPUBLISHER = ((h, "court_dishonest") for h in
                                   ("court", "ncisp", "bank", "republisher"))  # fmt: skip


@pytest.fixture(scope="module")
def home(story, tmp_path_factory):
    """A home whose database is the story world's."""
    return story.home(tmp_path_factory.mktemp("home"))


def listed_until(found) -> dict[tuple[str, str], str]:
    """Holder and list -> the first day on which the noodle house is no longer wrongly listed."""
    runs = found.remaining.difference.lists
    noodles = found.edits[0].remedy.noticed.subject_id
    runs = runs[(runs["kind"] == "wrongly_listed") & (runs["subject_id"] == noodles)]
    return {(r.holder, r.list): f"{r.to_day:%Y-%m-%d}" for r in runs.itertuples()}


@pytest.mark.parametrize(
    ("remedy", "seed", "until"),
    [
        # Told by Fr 22 March, refused by 6 April, appealed by the 16th, granted by 1 May; three working
        # days later, after three days of holiday and a weekend, it is 8 May. Tuesday 14 misses it.
        pytest.param(
            "notice",
            2,
            {COURT: "2024-05-08", NCISP: "2024-05-09", BANK: "2024-05-15", REPUBLISHER: "2027-12-30"},
            id="notice",
        ),
        # Seen on the only public page on 18 March, deleted there for good on Tuesday the 19th, forwarded
        # on the 20th, answered on the 27th.
        pytest.param(
            "dispute",
            1,
            {COURT: "2024-03-27", NCISP: "2024-03-28", BANK: "2024-04-03", REPUBLISHER: "2024-03-19"},
            id="dispute",
            marks=pytest.mark.long,  # told day by day, by hand, in every run
        ),
        # The 91st day is 12 June; three working days later it is Monday the 17th.
        pytest.param(
            "repair",
            1,
            {COURT: "2024-06-17", NCISP: "2024-06-18", BANK: "2024-06-19", REPUBLISHER: "2027-12-30"},
            id="repair",
            marks=pytest.mark.long,
        ),
    ],
)  # fmt: skip
def test_until_when_each_list_shows_it(remedy, seed, until, home):
    spec = FaultSpec(**vars(NOODLES) | {"seed": seed})
    found = replay(home, spec, remedy=remedy)
    assert listed_until(found) == TERMS | until


def test_who_is_never_told_is_listed_as_if_nobody_cared(home):
    told = replay(home, NOODLES, remedy="notice").json()
    assert told["residue"] is None
    remedy = told["remedy"]
    assert (remedy["steps"][0]["day"], remedy["steps"][0]["taken"]) == ("2024-03-22", False)
    assert remedy["steps"][0]["per_thousand"] == 800
    assert remedy["subject_days_wrongly_listed"] == 1387  # to the horizon, from 13 March 2024
    assert [row["holder"] for row in remedy["still_shown_by"]] == ["republisher"]


@pytest.mark.long
def test_a_source_finds_it_itself_after_thirty_days(home):
    told = replay(home, NOODLES, remedy="source").json()
    assert told["fault"]["correct_after"] == 30
    assert told["residue"]["correction_day"] == told["remedy"]["correction_due"] == "2024-04-12"
    assert [(step["step"], step["day"]) for step in told["remedy"]["steps"]] == [
        ("found", "2024-04-12")
    ]


def test_the_text_of_a_dispute_is_kept(home, tmp_path, monkeypatch):
    scenario = "labs/scenarios/noodle_house.yml"
    found = command(home.path, scenario=scenario, remedy="dispute", text="不是我们的代码。")
    kept = json.loads((home.path / found.dispute.file).read_text(encoding="utf-8"))
    assert kept["text"] == "不是我们的代码。" and kept["holder"] == "republisher"
    told = json.loads(json.dumps(found.json(), ensure_ascii=False))
    assert told["remedy"]["dispute"]["characters"] == 8
    shape("replay").validate(told)
    found.save(tmp_path / "mine.yml")
    read = load(tmp_path / "mine.yml")
    assert (read.remedy, read.text) == ("dispute", "不是我们的代码。")
    assert read.faults[0].correct_after is None
    monkeypatch.setattr("pipelines.replay.replay", lambda *_, **asked: asked["text"])
    assert command(home.path, scenario=tmp_path / "mine.yml", remedy="dispute") == read.text


def test_a_dispute_that_is_too_long_is_refused_before_anything_is_done(home):
    with pytest.raises(FaultError, match="at most 2,000 characters; this one has 2,001"):
        replay(home, NOODLES, remedy="dispute", text="x" * 2001)


def test_a_fault_that_draws_from_the_registers_can_be_planned_anew_when_all_is_rebuilt(
    home, monkeypatch
):
    """As a remedy does with what it lets the source correct, once the wrong states are there."""
    found = states.States(home.database(), home.database(), None)
    monkeypatch.setattr(states, "rebuild_states", lambda *_: found)
    other = FaultSpec("valid_code_of_another", feed="court", record="0000000001")
    drawn = []

    def remedied(_, __, edits):
        drawn.append(edits[0].struck.faulty(None) == edits[0].struck.faulty(None) != {})
        return edits

    with states.rebuilt(home, [other], remedied=remedied):
        assert drawn == [True]
