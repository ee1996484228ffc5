"""The noodle house's story, worked out with pencil and calendar, for all four levels of joining.

On 13 March 2024 the court publishes its entry about Dingyuan with the organisation code of the noodle
house; on 12 April 2024 it corrects it. Every figure below was derived from what happened
(`sources/world/story/README.md`), the clocks of `pipelines/exchange/network.yml`, the terms of the
lists and `schemas/codes/measures.csv`, before the program was asked.

How a day is derived. An edge looks on 1 January 2024 plus its offset, and then every so many days:

    court > bank          Tuesdays    from  2 Jan, lag 1    Tue 19 Mar 2024 is the first from 13 Mar
    city bureau > bank    every 14th  from  7 Jan, lag 1    Sundays 7 and 21 Jan ... 28 Apr, 26 May
    court > ncisp         daily       from  1 Jan, lag 1
    city bureau > ncisp   Mondays     from  1 Jan, lag 3
    ncisp > city bureau   Thursdays   from  4 Jan, lag 2    14 Mar 2024 is a Thursday
    ncisp > bank          Fridays     from  5 Jan, lag 2
    ncisp > republisher   Saturdays   from  6 Jan, lag 2, and never takes anything back

The reader shows an entry from the first such day on which the other side had it, plus the lag, until
the first such day on which it no longer had it, plus the lag. All intervals are [from, until).
"""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

RIGHT, WRONG = "PDY006120", "PDY006219"  # Dingyuan's organisation code, and the noodle house's
CORRECTION = date(2024, 4, 12)
NEVER = "2027-12-30"  # the horizon: 1,095 days after the last delivery, 30 December 2024
JOINS = ("none", "own-keys", "unified-code", "full")
LISTED, MISSING = "wrongly_listed", "wrongly_missing"

# --- If nobody corrects it ---------------------------------------------------------------------------
# Each day on which the noodle house is wrongly listed is one on which Dingyuan is wrongly missing, so
# one row tells of both. The court's entry ends 730 days after the decision of 4 March 2024.

COURT_U = ("court", "court_dishonest", "2024-03-13", "2026-03-04")
# Tuesdays 19 March 2024 (+1) and, the first without it, 10 March 2026 (+1).
BANK_U = ("bank", "court_dishonest", "2024-03-20", "2026-03-11")

UNCORRECTED = {
    "none": [COURT_U],
    "own-keys": [COURT_U, BANK_U],
    "unified-code": [COURT_U, BANK_U],
    "full": [
        COURT_U,
        BANK_U,
        # Daily, a day later.
        ("ncisp", "court_dishonest", "2024-03-14", "2026-03-05"),
        # Its own entry, from the day it first shows the court's: 14 March 2024 + 730 days.
        ("ncisp", "joint_punishment", "2024-03-14", "2026-03-14"),
        # Thursdays 14 March 2024 (+2) and 19 March 2026 (+2).
        ("city_bureau", "joint_punishment", "2024-03-16", "2026-03-21"),
        # Fridays 15 March 2024 (+2) and 20 March 2026 (+2).
        ("bank", "joint_punishment", "2024-03-17", "2026-03-22"),
        # 1,095 days twice: from 17 March (because of ncisp) and from 20 March 2024 (of the court).
        ("bank", "bank_watchlist", "2024-03-17", "2027-03-20"),
        # Saturday 16 March 2024 (+2), for ever.
        ("republisher", "court_dishonest", "2024-03-18", NEVER),
    ],
}

# --- Corrected on 12 April 2024 ----------------------------------------------------------------------

COURT_C = [
    ("court", "court_dishonest", "noodle house", LISTED, "2024-03-13", "2024-04-12"),
    ("court", "court_dishonest", "Dingyuan", MISSING, "2024-03-13", "2024-04-12"),
]
BANK_C = [
    # Tuesday 16 April is the first day on which the bank sees the correction.
    ("bank", "court_dishonest", "noodle house", LISTED, "2024-03-20", "2024-04-17"),
    ("bank", "court_dishonest", "Dingyuan", MISSING, "2024-03-20", "2024-04-17"),
]
LISTS = {
    # The court knows nobody but the codes it writes; nobody hears of them. One island, one month.
    "none": [
        ("court", "court_dishonest", "court's PDY006219", LISTED, "2024-03-13", "2024-04-12"),
        ("court", "court_dishonest", "court's PDY006120", MISSING, "2024-03-13", "2024-04-12"),
    ],
    # The register knows both organisation codes, so they mean the two firms. The bank hears of names:
    # each firm's is the only one in its division. The unified code moves neither day.
    "own-keys": [*COURT_C, *BANK_C],
    "unified-code": [*COURT_C, *BANK_C],
    "full": [
        *COURT_C,
        *BANK_C,
        ("ncisp", "court_dishonest", "noodle house", LISTED, "2024-03-14", "2024-04-13"),
        ("ncisp", "court_dishonest", "Dingyuan", MISSING, "2024-03-14", "2024-04-13"),
        # The adoption stands, whatever becomes of what it was adopted from.
        ("ncisp", "joint_punishment", "noodle house", LISTED, "2024-03-14", "2026-03-14"),
        # Dingyuan's is made on 13 April instead of 14 March 2024, so it also ends thirty days late.
        ("ncisp", "joint_punishment", "Dingyuan", MISSING, "2024-03-14", "2024-04-13"),
        ("ncisp", "joint_punishment", "Dingyuan", LISTED, "2026-03-14", "2026-04-13"),
        ("city_bureau", "joint_punishment", "noodle house", LISTED, "2024-03-16", "2026-03-21"),
        # Thursdays 18 April 2024 (+2) and 16 April 2026 (+2).
        ("city_bureau", "joint_punishment", "Dingyuan", MISSING, "2024-03-16", "2024-04-20"),
        ("city_bureau", "joint_punishment", "Dingyuan", LISTED, "2026-03-21", "2026-04-18"),
        ("bank", "joint_punishment", "noodle house", LISTED, "2024-03-17", "2026-03-22"),
        # Fridays 19 April 2024 (+2) and 17 April 2026 (+2).
        ("bank", "joint_punishment", "Dingyuan", MISSING, "2024-03-17", "2024-04-21"),
        ("bank", "joint_punishment", "Dingyuan", LISTED, "2026-03-22", "2026-04-19"),
        ("bank", "bank_watchlist", "noodle house", LISTED, "2024-03-17", "2027-03-20"),
        # Adopted on 17 April (of the court) and on 21 April 2024 (because of ncisp), three years each.
        ("bank", "bank_watchlist", "Dingyuan", MISSING, "2024-03-17", "2024-04-17"),
        ("bank", "bank_watchlist", "Dingyuan", LISTED, "2027-03-20", "2027-04-21"),
        ("republisher", "court_dishonest", "noodle house", LISTED, "2024-03-18", NEVER),
        # 13 April, when ncisp first shows Dingyuan, is a Saturday; + 2.
        ("republisher", "court_dishonest", "Dingyuan", MISSING, "2024-03-18", "2024-04-15"),
    ],
}

# What agencies do because of it; a measure lasts as long as the copy of the agency that takes it.
# The leader and her daughter follow from the register's own entry and the residents' register, whose
# numbers are usable by own keys. He Zhenbang has no child.
BY_OWN_KEYS = [
    ("court", "high_spending_ban_leader", "Shen Qinghe", LISTED, "2024-03-13", "2024-04-12"),
    ("court", "high_spending_ban_leader", "He Zhenbang", MISSING, "2024-03-13", "2024-04-12"),
    ("court", "private_school_order_leader", "Lu Xiaoman", LISTED, "2024-03-13", "2024-04-12"),
    ("bank", "loan_refused", "noodle house", LISTED, "2024-03-20", "2024-04-17"),
    ("bank", "loan_refused", "Dingyuan", MISSING, "2024-03-20", "2024-04-17"),
]
# Filings name firms by the unified code alone, so shareholders and partners come in with it. Able and
# refusing is a serious ground, as this measure asks.
BY_THE_CODE = [
    *BY_OWN_KEYS,
    ("bank", "guarantee_called_shareholder", "Shen Qinghe", LISTED, "2024-03-20", "2024-04-17"),
    ("bank", "guarantee_called_shareholder", "Tao Nianci", LISTED, "2024-03-20", "2024-04-17"),
    ("bank", "guarantee_called_shareholder", "He Zhenbang", MISSING, "2024-03-20", "2024-04-17"),
]
RAISED, PARTNER = "inspection_raised", "inspection_raised_partner"
MEASURES = {
    # No law of the court's own falls on a firm: the high spending ban is for residents.
    "none": [],
    "own-keys": BY_OWN_KEYS,
    "unified-code": BY_THE_CODE,
    "full": [
        *BY_THE_CODE,
        ("bank", "loan_refused_watchlist", "noodle house", LISTED, "2024-03-17", "2027-03-20"),
        ("bank", "loan_refused_watchlist", "Dingyuan", MISSING, "2024-03-17", "2024-04-17"),
        ("bank", "loan_refused_watchlist", "Dingyuan", LISTED, "2027-03-20", "2027-04-21"),
        ("city_bureau", RAISED, "noodle house", LISTED, "2024-03-16", "2026-03-21"),
        ("city_bureau", RAISED, "Dingyuan", MISSING, "2024-03-16", "2024-04-20"),
        ("city_bureau", RAISED, "Dingyuan", LISTED, "2026-03-21", "2026-04-18"),
        ("city_bureau", PARTNER, "Spring Furrow", LISTED, "2024-03-16", "2026-03-21"),
        ("city_bureau", PARTNER, "Returning Boat", MISSING, "2024-03-16", "2024-04-20"),
        ("city_bureau", PARTNER, "Returning Boat", LISTED, "2026-03-21", "2026-04-18"),
    ],
}

# --- What is left ------------------------------------------------------------------------------------
# Cells still wrong u days after 12 April, of those wrong on the eve; where nothing is said the last
# figure holds. In `full` there are 2 firms x 8 holders and lists = 16, and they come right as the rows
# above end: the court's two at once; three on 13 April; Dingyuan's at the republisher on the 15th;
# three more at the bank on the 17th (half are right now: the half-life is 5 days); Dingyuan's joint
# punishment at the city bureau on the 20th and at the bank on the 21st. Five stay, all the noodle
# house's: four by an adoption's own term, one because a deletion was not carried. From 14 March 2026
# on (day 701) joint punishment ends for her and starts too late for Dingyuan, one for one, until only
# the republisher is left: on days 701, 708 and 709 hers end and Dingyuan's begin; Dingyuan's end on
# days 731, 736 and 737. On day 1072 (20 March 2027) it is the watchlist's turn, until day 1104.
EVE = {"none": 2, "own-keys": 4, "unified-code": 4, "full": 16}
STILL = {
    "none": {0: 0},
    "own-keys": {0: 2, 5: 0},
    "unified-code": {0: 2, 5: 0},
    "full": {
        0: 14, 1: 11, 3: 10, 5: 7, 8: 6, 9: 5, 731: 4, 736: 3, 737: 2, 1104: 1,
    },
}  # fmt: skip
HALF_LIFE = {"none": 0, "own-keys": 0, "unified-code": 0, "full": 5}
BY_CAUSE = {  # on the thirtieth day
    "none": {},
    "own-keys": {},
    "unified-code": {},
    "full": {"adopted with its own term": 4, "deletion not carried": 1},
}
# Days of all cells from 12 April on. By own keys the bank's two for 5 days each. In full, of the noodle
# house 1 + 5 + 701 + 708 + 709 + 1072 + 1357 = 4,553 (in the order ncisp, bank, joint punishment at
# ncisp, city bureau and bank, watchlist, republisher) and of Dingyuan 1 + 5 + (1 + 30) + (8 + 28)
# + (9 + 28) + (5 + 32) + 3 = 150.
ENTRY_DAYS_LEFT = {"none": 0, "own-keys": 10, "unified-code": 10, "full": 4703}

# --- What joining gains ------------------------------------------------------------------------------
# True listings (holder, list, subject) in the clean run at any time, and false ones. The court lists
# three (Zhou Ming no. 11, Dingyuan, He Zhenbang), the city bureau four (Dingyuan, Spring Furrow,
# Returning Boat, Zhou Ming no. 11). Each lasts long enough to be seen by every reader: the shortest,
# Returning Boat's 17 April to 7 July and Zhou Ming's 15 May to 4 August 2024, meet the city bureau's
# fortnightly Sundays 28 April and 26 May. False is always the other Zhou Ming, by his name.
TRUE = {
    "none": {("court", "court_dishonest"): 3, ("city_bureau", "administrative_penalties"): 4},
    "own-keys": {("bank", "court_dishonest"): 3},
    "unified-code": {("bank", "administrative_penalties"): 4},
    "full": {
        ("ncisp", "court_dishonest"): 3,
        ("ncisp", "administrative_penalties"): 4,
        # All three court grounds are general or serious, so all three are adopted everywhere.
        ("ncisp", "joint_punishment"): 3,
        ("city_bureau", "joint_punishment"): 3,
        ("bank", "joint_punishment"): 3,
        ("bank", "bank_watchlist"): 3,
        ("republisher", "court_dishonest"): 3,
        ("republisher", "administrative_penalties"): 4,
    },
}  # each level beside those before it
FALSE = {
    "none": set(),
    "own-keys": {("bank", "court_dishonest")},  # both Zhou Mings live in one division
    "unified-code": set(),
    "full": {("republisher", "court_dishonest"), ("republisher", "administrative_penalties")},
}


def md5(*parts: str) -> str:
    return hashlib.md5("|".join(parts).encode()).hexdigest()


def registered(feed: str, file_no: str) -> str:
    """The subject_id of an entry of a register: its feed and its record's id."""
    return md5(feed, md5(feed, file_no))


WHO = {
    registered("market_registry", "QY84010300000001"): "noodle house",
    registered("market_registry", "QY84010300000002"): "Dingyuan",
    registered("market_registry", "QY84010300000003"): "Spring Furrow",
    registered("market_registry", "QY84010200000004"): "Returning Boat",
    registered("residents", "HJ84010300000005"): "Shen Qinghe",
    registered("residents", "HJ84010300000006"): "Lu Xiaoman",
    registered("residents", "HJ84010300000008"): "He Zhenbang",
    registered("residents", "HJ84010300000010"): "Tao Nianci",
    md5("own", "court", "org_code", RIGHT): f"court's {RIGHT}",
    md5("own", "court", "org_code", WRONG): f"court's {WRONG}",
}


# Everything joined in every run, what is less with the long tests.
@pytest.fixture(
    scope="module",
    params=[pytest.param(j, marks=() if j == "full" else pytest.mark.long) for j in JOINS],
)
def join(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def replayed(join, built, tmp_path_factory):
    """The fault and its correction at one level of joining."""
    from pipelines.replay import FaultSpec, replay

    world = built("story", 1, dirt=0.0, join=join)
    home = world.home(tmp_path_factory.mktemp("home"))
    slip = FaultSpec(
        "free_edit",
        feed="court",
        record="0000000001",
        delivery=date(2024, 3, 13),
        values={"cardNum": WRONG},
        correct_after=30,
    )
    return replay(home, slip)


def told(frame) -> list[tuple[str, ...]]:
    """Runs of wrong days, sorted, with names for ids and days as text."""
    return sorted(
        (where, what, WHO.get(who, who), kind, f"{first:%Y-%m-%d}", f"{end:%Y-%m-%d}")
        for where, what, who, kind, first, end in zip(
            frame.iloc[:, 0],
            frame.iloc[:, 1],
            frame["subject_id"],
            frame["kind"],
            frame["from_day"],
            frame["to_day"],
            strict=True,
        )
    )


def test_the_correction_comes_thirty_days_later(replayed) -> None:
    assert replayed.remaining.residue.correction_day == CORRECTION


def test_uncorrected_lists(join, replayed) -> None:
    two = ("noodle house", "Dingyuan")
    if join == "none":
        two = (f"court's {WRONG}", f"court's {RIGHT}")
    expected = [
        (holder, name, who, kind, first, end)
        for holder, name, first, end in UNCORRECTED[join]
        for who, kind in zip(two, (LISTED, MISSING), strict=True)
    ]
    assert told(replayed.faulty.lists) == sorted(expected)


def test_corrected_lists(join, replayed) -> None:
    assert told(replayed.remaining.difference.lists) == sorted(LISTS[join])


def test_measures(join, replayed) -> None:
    assert told(replayed.remaining.difference.measures) == sorted(MEASURES[join])


def test_scores_do_not_move(replayed) -> None:
    """Nobody in the story keeps points of what a court lists: the city's portal is not joined."""
    assert replayed.remaining.difference.scores.empty and replayed.faulty.scores.empty


def test_what_is_left(join, replayed) -> None:
    residue = replayed.remaining.residue
    assert residue.eve == EVE[join]
    curve = residue.curve
    assert dict(zip(curve["days_after"], curve["still"], strict=True)) == STILL[join]
    assert residue.half_life == HALF_LIFE[join]
    assert (residue.late, residue.returned, residue.irrevocable) == (0, 0, 0)
    left = replayed.remaining.json()
    assert left["by_cause"] == BY_CAUSE[join]
    assert left["entry_days"] == ENTRY_DAYS_LEFT[join]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_what_joining_gains(level, built) -> None:
    from pipelines.replay.compare.gain import gain
    from schemas.contract import feeds

    low, high = JOINS[level - 1], JOINS[level]
    worlds = {j: built("story", 1, dirt=0.0, join=j) for j in (low, high)}
    found = gain(worlds[high].database, worlds[low].database, feeds(), worlds[high].world)
    before: dict[tuple[str, str], int] = {}
    for j in JOINS[:level]:
        before |= TRUE[j]
    after = before | TRUE[high]
    rows = found.listings.set_index(["holder", "list"])
    assert set(rows.index) == set(after)
    for pair, row in rows.iterrows():
        assert row["true_low"] == before.get(pair, 0), pair
        assert row["true_high"] == after[pair], pair
        assert (row["gained"], row["lost"]) == (after[pair] - before.get(pair, 0), 0), pair
        assert row["false_low"] == (pair in FALSE[low]), pair
        assert row["false_high"] == (pair in FALSE[high]), pair


def test_each_step_up_reaches_more_and_gains_more() -> None:
    """Of the tables themselves: what is joined farther spreads more, of the true and of the false."""
    reach = [len({row[:3] for row in (*LISTS[j], *MEASURES[j])}) for j in JOINS]
    assert reach == [2, 9, 12, 30]
    assert {row[0] for row in LISTS["none"]} == {"court"}
    gained = [sum(TRUE[j].values()) for j in JOINS]
    assert gained == [7, 3, 4, 26]
