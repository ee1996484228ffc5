"""One mishap and one remedy in the noodle house's world, worked out with pencil and calendar.

Every figure was derived from `sources/world/story/README.md`, the clocks of `pipelines/exchange/network.yml`,
the terms of the adoptions and those of `schemas/codes/remedies.csv`, before the program was asked:

    court > bank          Tuesdays    lag 1        ncisp > city bureau   Thursdays   lag 2
    city bureau > bank    Sundays, every 14th      ncisp > bank          Fridays     lag 2
                          from 7 Jan, lag 1        ncisp > republisher   Saturdays   lag 2, and adds only
    court > ncisp         daily       lag 1

All intervals are [from, until).
"""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.replay import FaultSpec, load, replay

LISTED, MISSING = "wrongly_listed", "wrongly_missing"
NOODLES, DINGYUAN, DEBTOR = "柳陌小满面馆有限公司", "柳陌鼎远装饰工程有限公司", "周明"
COLUMNS = ("holder", "list", "who", "kind", "from_day", "to_day")

# --- A mishap: on Thursday 13 June 2024 the bank puts back its backup of Monday 20 May -----------------
# Zhou Ming (no. 11), gone from the court on 6 June, left the bank on Wednesday 12 June, after the Tuesday.
# His fine of 15 May came to it on Monday 27 May, after Sunday the 26th. Nothing else at the bank differs
# between the two days: Dingyuan's entries came in January and March, He Zhenbang's will in August.

RESTORED = [
    # The next Tuesday is the 18th (+1).
    ("bank", "court_dishonest", DEBTOR, LISTED, "2024-06-13", "2024-06-19"),
    # Sundays 26 May, 9 June, 23 June; the 9th's came on the 10th, so that the next is the 24th.
    ("bank", "administrative_penalties", DEBTOR, MISSING, "2024-06-13", "2024-06-24"),
    # Adopted on 3 and on 7 January 2024 for 1,095 days, the second until 6 January 2027; and once more on
    # 13 June 2024, since an entry that had gone is there again.
    ("bank", "bank_watchlist", DEBTOR, LISTED, "2027-01-06", "2027-06-13"),
]
# Because of it no loan is given: on account of the court's list, and then of the bank's own. The fine
# bars from nothing.
REFUSED = [
    ("bank", "loan_refused", DEBTOR, LISTED, "2024-06-13", "2024-06-19"),
    ("bank", "loan_refused_watchlist", DEBTOR, LISTED, "2027-01-06", "2027-06-13"),
]

# --- A remedy: the noodle house disputes what the republisher shows ------------------------------------
# The court lists it in place of Dingyuan from 13 March 2024. The only public page is the republisher's,
# which has it from Monday 18 March. Flagged and deleted there within a working day, on Tuesday the 19th;
# passed on within two, on Wednesday the 20th; the court answers and corrects within five more, on
# Wednesday the 27th. No holiday falls into these days.

DISPUTED = [
    ("court", "court_dishonest", NOODLES, LISTED, "2024-03-13", "2024-03-27"),
    ("court", "court_dishonest", DINGYUAN, MISSING, "2024-03-13", "2024-03-27"),
    # Daily, a day later.
    ("ncisp", "court_dishonest", NOODLES, LISTED, "2024-03-14", "2024-03-28"),
    ("ncisp", "court_dishonest", DINGYUAN, MISSING, "2024-03-14", "2024-03-28"),
    # Tuesdays 19 March and 2 April (+1).
    ("bank", "court_dishonest", NOODLES, LISTED, "2024-03-20", "2024-04-03"),
    ("bank", "court_dishonest", DINGYUAN, MISSING, "2024-03-20", "2024-04-03"),
    # Two years of its own from 14 March 2024; Dingyuan's from 28 March instead.
    ("ncisp", "joint_punishment", NOODLES, LISTED, "2024-03-14", "2026-03-14"),
    ("ncisp", "joint_punishment", DINGYUAN, MISSING, "2024-03-14", "2024-03-28"),
    ("ncisp", "joint_punishment", DINGYUAN, LISTED, "2026-03-14", "2026-03-28"),
    # Thursdays 14 and 28 March 2024, 19 March and 2 April 2026 (+2).
    ("city_bureau", "joint_punishment", NOODLES, LISTED, "2024-03-16", "2026-03-21"),
    ("city_bureau", "joint_punishment", DINGYUAN, MISSING, "2024-03-16", "2024-03-30"),
    ("city_bureau", "joint_punishment", DINGYUAN, LISTED, "2026-03-21", "2026-04-04"),
    # Fridays 15 and 29 March 2024, 20 March and 3 April 2026 (+2).
    ("bank", "joint_punishment", NOODLES, LISTED, "2024-03-17", "2026-03-22"),
    ("bank", "joint_punishment", DINGYUAN, MISSING, "2024-03-17", "2024-03-31"),
    ("bank", "joint_punishment", DINGYUAN, LISTED, "2026-03-22", "2026-04-05"),
    # Three years, the last adopted on 20 March and, of Dingyuan, on 31 March and 3 April 2024.
    ("bank", "bank_watchlist", NOODLES, LISTED, "2024-03-17", "2027-03-20"),
    ("bank", "bank_watchlist", DINGYUAN, MISSING, "2024-03-17", "2024-03-31"),
    ("bank", "bank_watchlist", DINGYUAN, LISTED, "2027-03-20", "2027-04-03"),
    # Deleted for good: on Saturday 23 March the platform still shows it, but what the republisher has had
    # it does not take a second time. Dingyuan comes with Saturday 30 March (+2).
    ("republisher", "court_dishonest", NOODLES, LISTED, "2024-03-18", "2024-03-19"),
    ("republisher", "court_dishonest", DINGYUAN, MISSING, "2024-03-18", "2024-04-01"),
]
STEPS = [
    ("seen", "2024-03-18"),
    ("flagged", "2024-03-19"),
    ("taken_down", "2024-03-19"),
    ("forwarded", "2024-03-20"),
    ("answered", "2024-03-27"),
    (
        "deleted",
        "2024-04-01",
    ),  # three working days later, Thursday, Friday and Monday; nothing is left
]


@pytest.fixture(scope="module")
def home(story, tmp_path_factory):
    """A home whose database is the story world's."""
    return story.home(tmp_path_factory.mktemp("home"))


def told(found, frame) -> list[dict[str, str]]:
    """Runs of wrong days by column name, sorted."""
    frame = frame.rename(columns={"agency": "holder", "measure": "list"})
    rows = [
        {
            **{name: row[name] for name in ("holder", "list", "kind")},
            "who": found.words.name(row["subject_id"]),
            **{name: f"{row[name]:%Y-%m-%d}" for name in ("from_day", "to_day")},
        }
        for row in frame.to_dict("records")
    ]
    return sorted(rows, key=lambda row: [row[name] for name in COLUMNS])


def expected(rows) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in sorted(rows)]


def test_a_restored_backup_day_by_day(home):
    when = {"delivery": date(2024, 6, 13), "backup": date(2024, 5, 20)}
    found = replay(home, FaultSpec("backup_restored", holder="bank", **when))
    assert told(found, found.faulty.lists) == expected(RESTORED)
    assert told(found, found.faulty.measures) == expected(REFUSED)


def test_a_dispute_day_by_day(home):
    (fault,) = load("labs/scenarios/noodle_house.yml").faults
    spec = FaultSpec(**vars(fault) | {"correct_after": None})
    found = replay(home, spec, remedy="dispute")
    assert told(found, found.remaining.difference.lists) == expected(DISPUTED)
    remedy = found.json()["remedy"]
    assert [(step["step"], step["day"]) for step in remedy["steps"]] == STEPS
    assert remedy["removals"] == [
        {
            "holder": "republisher",
            "list": "court_dishonest",
            "subject_id": remedy["noticed"]["subject_id"],
            "day": "2024-03-19",
            "back_on": None,
        }
    ]
