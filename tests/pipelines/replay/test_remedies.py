"""What a remedy does about what stands wrong, on which working day, and who never hears of it.

A court lists B wrongly from Thursday 25 April 2024. Sunday 28 April and Saturday 11 May are worked, for a
holiday from 1 to 3 May.
"""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from pipelines.replay.compare import metrics
from pipelines.replay.plan.case import put_right, put_right_on
from pipelines.replay.plan.edits import Edit
from pipelines.replay.plan.mishaps import MishapEdit
from pipelines.replay.plan.remedies import (
    COPY,
    MOST_CHARACTERS,
    Clock,
    Remedy,
    Shown,
    clocks,
    see_remedy,
    work_out,
)
from pipelines.replay.tell.remedy import _removals as removals_told
from schemas.code_lists import CODES, read_csv
from sources.faults import FaultError

COURT, TAX, RED = "court_dishonest", "tax_violations", "tax_a_class"
DAY0, HORIZON = date(2024, 1, 1), date(2027, 12, 30)


def shown(*copies: tuple) -> Shown:
    """What stands wrong: (holder, list, subject, kind, from, to[, entry, came_from]); None: still."""
    cells = pd.DataFrame(
        [(*c[:4], pd.Timestamp(c[4]), pd.Timestamp(c[5] or HORIZON)) for c in copies],
        columns=["holder", "list", "subject_id", "kind", "from_day", "to_day"],
    )
    held = pd.DataFrame(
        [
            (c[0], c[1], c[2], *(c[6:8] or ("e", "court")), pd.Timestamp(c[4]), c[5] and pd.Timestamp(c[5]))
            for c in copies
            if c[3] != "wrongly_missing"
        ],
        columns=["holder", "list", "subject_id", "entry_id", "came_from", "from_day", "to_day"],
    ).assign(taken_back=True)  # fmt: skip
    held["replaces"] = ~held["holder"].isin(["court", "republisher"])
    return Shown(cells, held[COPY], DAY0, HORIZON)


WRONG = "wrongly_listed"
SPREAD = (
    ("court", COURT, "B", WRONG, "2024-04-25", None),
    ("ncisp", COURT, "B", WRONG, "2024-04-26", None),
    ("credit_china", COURT, "B", WRONG, "2024-04-27", None, "e", "ncisp"),
    ("republisher", COURT, "B", WRONG, "2024-05-02", None, "e", "ncisp"),
)


def days(remedy: Remedy) -> dict[str, str]:
    """Step -> day, with a mark on those not taken."""
    return {s.clock.step: f"{s.day}" if s.taken else f"not on {s.day}" for s in remedy.steps}


def deleted(remedy: Remedy) -> list[tuple[str, ...]]:
    """Who deletes what, on which day."""
    return [
        (r.from_day.isoformat(), r.at_holder, r.from_holder, r.entry_id) for r in remedy.removals
    ]


def seed_with(name: str, *taken: bool) -> int:
    """The first seed by which so many steps that may be missed are taken, or missed."""
    for seed in range(1, 100):
        steps = work_out(name, shown(*SPREAD), seed).steps
        if [s.taken for s in steps if s.clock.per_thousand < 1000] == list(taken):
            return seed
    raise AssertionError(taken)


def test_a_notice_comes_with_the_list_and_the_holiday_moves_the_correction():
    remedy = work_out("notice", shown(*SPREAD), seed_with("notice", True, True))
    assert (remedy.noticed.holder, remedy.noticed.day) == ("court", date(2024, 4, 25))
    assert days(remedy) == {
        "told": "2024-05-08",  # Fr, Su 28, Mo, Tu, and after the holiday Mo, Tu, We
        "refused": "2024-05-23",
        "appealed": "2024-06-02",
        "decided": "2024-06-17",
        "revoked": "2024-06-20",
    }
    assert remedy.correct_on == date(2024, 6, 20)
    assert remedy.why_not is None and not remedy.removals


def test_who_is_never_told_or_misses_the_ten_days_stays_listed():
    untold = work_out("notice", shown(*SPREAD), seed_with("notice", False))
    assert days(untold) == {"told": "not on 2024-05-08"}
    assert untold.correct_on is None
    assert "on 2024-05-08, when it did not come about that the owner tells" in untold.why_not
    late = work_out("notice", shown(*SPREAD), seed_with("notice", True, False))
    assert list(days(late)) == ["told", "refused", "appealed"] and late.correct_on is None
    assert days(late)["appealed"] == "not on 2024-06-02"


def test_told_or_not_as_often_as_the_code_list_says():
    (told, *_) = (c for c in clocks()["notice"] if c.step == "told")
    share = sum(work_out("notice", shown(*SPREAD), seed).steps[0].taken for seed in range(200))
    assert abs(share / 200 - told.per_thousand / 1000) < 0.1


def test_a_dispute_deletes_at_the_page_and_goes_to_the_source():
    remedy = work_out("dispute", shown(*SPREAD), 1)
    assert remedy.noticed.holder == "credit_china"
    assert days(remedy) == {
        "seen": "2024-04-27",  # a Saturday
        "flagged": "2024-04-28",  # a Sunday that is worked
        "taken_down": "2024-04-28",
        "forwarded": "2024-04-29",
        "answered": "2024-05-09",  # Tu, and after the holiday Mo to Th
        "deleted": "2024-05-13",  # Fr, Sa 11 worked, Mo
    }
    assert remedy.correct_on == date(2024, 5, 9)
    assert deleted(remedy) == [
        ("2024-04-28", "credit_china", "ncisp", "e"),
        ("2024-05-13", "credit_china", "ncisp", "e"),
    ]


def test_what_a_page_shows_no_longer_is_not_deleted():
    gone = [(*row[:5], "2024-05-12", *row[6:]) for row in SPREAD]
    assert [day for day, *_ in deleted(work_out("dispute", shown(*gone), 1))] == ["2024-04-28"]


def test_an_error_of_the_page_itself_goes_no_further():
    own = ("credit_china", COURT, "B", WRONG, "2024-04-29", None, "e", "ncisp")
    later = ("republisher", COURT, "B", WRONG, "2024-05-07", None, "e", "credit_china")
    remedy = work_out("dispute", shown(own, later), 1)
    assert list(days(remedy).items()) == [
        ("seen", "2024-04-29"),
        ("flagged", "2024-04-30"),
        ("taken_down", "2024-04-30"),
        ("owned", "2024-05-09"),
    ]
    assert remedy.correct_on == date(2024, 5, 9) and not remedy.at_source
    assert [day for day, *_ in deleted(remedy)] == ["2024-04-30", "2024-05-09"]


def test_a_limited_list_is_seen_on_a_public_page_alone_to_which_it_was_sent_by_mistake():
    """Whoever reads the page sees it, as `publication.items` says."""
    limited = [
        (where, "loan_arrears", "B", WRONG, "2024-04-29", None) for where in ("bank", "ncisp")
    ]
    remedy = work_out("dispute", shown(*limited), 1)
    assert remedy.noticed is None and "no public page shows" in remedy.why_not
    astray = ("credit_china", "loan_arrears", "B", WRONG, "2024-04-30", None)
    assert work_out("dispute", shown(*limited, astray), 1).noticed.holder == "credit_china"


@pytest.mark.parametrize(
    ("name", "holder"), [("notice", "tax_bureau"), ("dispute", "credit_china")]
)
def test_who_is_wrongly_missing_from_a_red_list_appeals_too(name, holder):
    missing = [
        (where, RED, "B", "wrongly_missing", first, None)
        for where, first in (("tax_bureau", "2024-04-25"), ("credit_china", "2024-04-27"))
    ]
    # Of what favours it nobody complains, though it came first.
    spared = [(where, TAX, "B", "wrongly_missing", "2024-04-01", None) for where, *_ in missing]
    remedy = work_out(name, shown(*spared, *missing), seed_with("notice", True, True))
    assert (remedy.noticed.holder, remedy.noticed.list) == (holder, RED)
    assert remedy.correct_on is not None and not remedy.removals


def test_repair_ends_the_entry_at_its_owner_and_corrects_nothing():
    remedy = work_out("repair", shown(*SPREAD), 1)
    assert days(remedy) == {"deed": "2024-07-25", "ended": "2024-07-30"}
    assert remedy.correct_on is None
    assert deleted(remedy) == [("2024-07-30", "court", "court", "e")]


def test_a_reconciliation_finds_only_what_the_owner_does_not_show():
    assert work_out("reconciliation", shown(*SPREAD), 1).removals == ()
    ended = [(*SPREAD[0][:5], "2024-06-01"), *SPREAD[1:]]
    remedy = work_out("reconciliation", shown(*ended), 1)
    # The 91st, 182nd ... day after 1 January; by the first the owner lists B, by the second no longer.
    assert deleted(remedy)[:5] == [
        ("2024-07-01", "credit_china", "ncisp", "e"),
        ("2024-07-01", "ncisp", "court", "e"),
        ("2024-07-01", "republisher", "ncisp", "e"),  # for good: nothing brings it again
        ("2024-09-30", "credit_china", "ncisp", "e"),
        ("2024-09-30", "ncisp", "court", "e"),
    ]
    assert remedy.steps[0].day == date(2024, 7, 1) and not remedy.at_source


def test_what_holders_find_is_not_due_at_a_source_that_finds_its_error_itself():
    """The court corrects on 12 April, because it was given days; holders compare themselves on 1 July."""
    own = date(2024, 4, 12)
    edit = Edit(SimpleNamespace(feed="court", days=[own]), (), (), own)
    found = Remedy("reconciliation", correct_on=date(2024, 7, 1), at_source=False)
    (righted,) = put_right(None, None, [edit], found)
    assert righted.remedy == Remedy("reconciliation", at_source=False)
    assert put_right_on([righted]) == own


def test_none_does_nothing():
    assert work_out("none", shown(*SPREAD), 1) == Remedy("none")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("disput",), "There is no remedy 'disput'; .* Perhaps dispute is meant"),
        (("notice", 30), "With the remedy notice the source does not find the error itself"),
        (("notice", None, "mine"), "Only a dispute has a text"),
        (
            ("dispute", None, "x" * 2001),
            "A dispute has at most 2,000 characters; this one has 2,001.",
        ),
    ],
)
def test_what_does_not_go_together_is_said_in_one_sentence(given, sentence):
    with pytest.raises(FaultError, match=sentence):
        see_remedy(*given)


def test_what_goes_together():
    see_remedy("dispute", None, "x" * MOST_CHARACTERS)
    see_remedy("reconciliation", 30)
    see_remedy("source", 30)
    see_remedy(None, 30)


def test_every_clock_counts_from_a_step_of_its_own_remedy():
    rows = read_csv(CODES / "remedies.csv")
    assert len(rows) == sum(len(steps) for steps in clocks().values())
    for steps in clocks().values():
        names: list[str] = [""]
        for clock in steps:
            assert isinstance(clock, Clock) and clock.after in names and clock.basis
            assert 0 < clock.per_thousand <= 1000
            assert set(clock.does) <= {"correct", "delete", "compare"}
            names.append(clock.step)


def test_of_what_was_gone_before_no_deletion_is_told():
    """Shown from the 3rd, deleted on the 5th, back from the 6th, gone by the source on the 9th."""
    place = {"holder": "page", "list": "court_dishonest", "subject_id": "s"}
    days = (date(2024, 4, 5), date(2024, 4, 12))
    deleted = tuple(
        MishapEdit(
            "deleted_by_hand", "ncisp", "page", "court_dishonest", "e", subject_id="s", from_day=day
        )
        for day in days
    )
    listed = metrics.numbered(
        pd.DataFrame(
            [
                place | {"from_day": "2024-04-03", "to_day": "2024-04-05"},
                place | {"from_day": "2024-04-06", "to_day": "2024-04-09"},
            ]
        )
    )
    told = removals_told(Remedy("dispute", removals=deleted), listed, listed)
    assert told == [place | {"day": "2024-04-05", "back_on": "2024-04-06"}]


@pytest.mark.parametrize(
    ("correct_on", "told"), [(None, True), ("2024-04-05", True), ("2024-04-04", False)]
)
def test_what_is_deleted_on_the_day_it_comes_is_told_of(correct_on, told):
    """It would have come on the 5th, unless somebody corrected it before."""
    place = {"holder": "page", "list": "court_dishonest", "subject_id": "s"}
    day = date(2024, 4, 5)
    deleted = (
        MishapEdit(
            "deleted_by_hand", "ncisp", "page", "court_dishonest", "e", subject_id="s", from_day=day
        ),
    )
    without = metrics.numbered(pd.DataFrame([place | {"from_day": day, "to_day": "2024-06-01"}]))
    remedy = Remedy(
        "reconciliation",
        removals=deleted,
        correct_on=correct_on and date.fromisoformat(correct_on),
    )
    rows = removals_told(remedy, without[:0], without)
    assert rows == ([place | {"day": "2024-04-05", "back_on": None}] if told else [])
