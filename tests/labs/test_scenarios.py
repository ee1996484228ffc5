"""The scenarios that are shipped say what happens: each story's claims, counted from its replay.

The expected days are those of the files and of the clocks in `pipelines/exchange/network.yml`; a
period ends with the first day on which it is no longer so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipelines.exchange.mishaps import mishaps
from pipelines.home import Home
from pipelines.replay import load, replay
from schemas.code_lists import CODES, read_csv
from schemas.contract import ROOT

FOLDER = ROOT / "labs" / "scenarios"
FILES = sorted(FOLDER.glob("*.yml"))

MEASURES = {row["measure"] for row in read_csv(CODES / "measures.csv")}

OWN_TERM = "adopted with its own term"
NOT_CARRIED = "deletion not carried"
AT_THE_SOURCE = "cannot be taken back at the source"
REINSERTED = "reinserted"
TAKEN = "consequence already taken"
WAITS = "waits for the next sync"

NOODLES = "柳陌小满面馆有限公司"
GROWER, FINED = "荞花珩轩种植股份有限公司", "荞花钰益面馆有限公司"
DEBTOR = "贺振邦"
PART_OWNED, DIRECTED = "青榆桐通工程有限公司", "青榆溪阜供应链有限公司"
STORE, CLOTHES = "帆影澜汇百货有限公司", "帆影暄远制衣有限公司"
LISTED, MISSING, ALTERED = "wrongly_listed", "wrongly_missing", "altered"


@dataclass(frozen=True)
class Told:
    """What a story claims.

    Attributes:
        corrected: the day the first fault is put right.
        wrong: (where, what, who, how, from, to), rows that are wrong if nobody corrects it.
        left: (where, what, who, cause, until), the last that is wrong after the correction, and why.
        scores: (who, grade and points clean, faulty, from, to).
        scores_corrected: the same with the correction.
        totals, residue: figures of the replay's JSON.
        pairs: how many holders' lists it reaches.
    """

    corrected: str
    wrong: set[tuple[str, ...]] = field(default_factory=set)
    left: set[tuple[str, ...]] = field(default_factory=set)
    scores: set[tuple[str, ...]] = field(default_factory=set)
    scores_corrected: set[tuple[str, ...]] = field(default_factory=set)
    totals: dict[str, int] = field(default_factory=dict)
    residue: dict[str, object] = field(default_factory=dict)
    pairs: int = 0


IN_EVERY_RUN = "paid_removal"  # of the story world: it takes little

EXPECTED = {
    "noodle_house": Told(
        corrected="2024-04-12",
        pairs=8,
        wrong={
            ("court", "court_dishonest", NOODLES, LISTED, "2024-03-13", "2026-03-04"),
            ("bank", "loan_refused", NOODLES, LISTED, "2024-03-20", "2026-03-11"),
        },
        left={
            ("ncisp", "joint_punishment", NOODLES, OWN_TERM, "2026-03-14"),
            ("bank", "bank_watchlist", NOODLES, OWN_TERM, "2027-03-20"),
            ("republisher", "court_dishonest", NOODLES, NOT_CARRIED, "2027-12-30"),
        },
        residue={"cells_on_the_eve": 16, "cells": 5},
    ),
    # The portal shows on Saturday 5 October what the platform has had since 28 September; the board
    # reads the portal every 91 days from 31 January on, so on 30 October.
    "odd_job_man": Told(
        corrected="2024-11-01",
        pairs=42,
        wrong={
            ("court", "court_dishonest", "刘岩龙", LISTED, "2024-09-27", "2026-09-18"),
            ("court", "court_dishonest", "李明", MISSING, "2024-09-27", "2026-09-18"),
            ("railway", "rail_ban", "刘岩龙", LISTED, "2024-09-28", "2026-09-19"),
            ("border_inspection", "exit_ban", "刘岩龙", LISTED, "2024-09-28", "2026-09-19"),
            ("city_bureau", "post_needs_a", "刘岩龙", LISTED, "2024-10-06", "2026-09-27"),
            ("civil_aviation", "air_ban", "刘岩龙", LISTED, "2024-10-02", "2026-09-30"),
            ("village_board", "court_dishonest", "刘岩龙", LISTED, "2024-10-31", "2027-12-30"),
        },
        left={
            ("village_board", "court_dishonest", "刘岩龙", NOT_CARRIED, "2027-12-30"),
            (
                "bank",
                "loan_refused_firm_of_listed",
                "榆东梧顺建筑有限公司",
                NOT_CARRIED,
                "2027-12-30",
            ),
            ("ncisp", "joint_punishment", "刘岩龙", OWN_TERM, "2026-09-28"),
            ("ncisp", "court_dishonest", "刘岩龙", REINSERTED, "2024-11-10"),
            ("railway", "rail_ban", "刘岩龙", WAITS, "2024-11-02"),
        },
        scores={
            ("刘岩龙", "AA 1030", "B 930", "2024-10-05", "2024-10-10"),
            ("刘岩龙", "AA 1035", "B 930", "2024-10-10", "2026-09-26"),
            ("李明", "B 900", "A 1000", "2024-10-05", "2026-09-26"),
        },
        scores_corrected={
            ("刘岩龙", "AA 1035", "B 935", "2024-11-07", "2024-11-09"),
            ("刘岩龙", "AA 1035", "A 985", "2024-11-09", "2026-10-03"),
        },
        residue={"irrevocable": 2, "irrevocable_at_the_horizon": 1},
    ),
    "migrant_worker": Told(
        corrected="2024-10-07",
        pairs=4,
        wrong={
            ("market_regulator", "shares_and_posts", "王杰华", LISTED, "2024-01-01", "2027-12-30"),
            ("bank", "shares_and_posts", "王杰华", LISTED, "2024-01-07", "2027-12-30"),
            ("border_inspection", "exit_ban_leader", "王杰华", LISTED, "2024-09-25", "2026-09-14"),
            ("border_inspection", "exit_ban_leader", "高海燕", MISSING, "2024-09-25", "2026-09-14"),
            ("court", "high_spending_ban_leader", "王杰华", LISTED, "2024-09-24", "2026-09-13"),
            ("railway", "rail_ban_leader", "王杰华", LISTED, "2024-09-25", "2026-09-14"),
            ("railway", "rail_ban_leader", "高海燕", MISSING, "2024-09-25", "2026-09-14"),
            ("civil_aviation", "air_ban_leader", "王杰华", LISTED, "2024-10-02", "2026-09-23"),
            ("civil_aviation", "air_ban_leader", "高海燕", MISSING, "2024-10-02", "2026-09-23"),
        },
        left={("market_regulator", "senior_post_barred_leader", "王杰华", TAKEN, "2027-10-03")},
        totals={"subjects_named": 3, "subjects_linked": 0, "measures": 10},
    ),
    "shopkeeper": Told(
        corrected="2024-09-18",
        pairs=6,
        scores={
            ("李博岩", "deposit_650 651", "loan_600 638", "2024-09-01", "2025-09-01"),
            ("李博岩", "deposit_650 650", "loan_600 638", "2025-09-01", "2026-09-01"),
        },
        scores_corrected={
            ("李博岩", "deposit_650 651", "loan_600 638", "2024-09-01", "2024-10-01"),
        },
        left={
            ("payments_platform", "score", "李博岩", AT_THE_SOURCE, "2024-10-01"),
            ("ncisp", "platform_arrears", "李博岩", WAITS, "2024-10-06"),
            ("city_bureau", "platform_arrears", "李博岩", WAITS, "2024-10-12"),
        },
        totals={"measures": 0, "subjects_named": 1, "holders": 3},
    ),
    "barred_child": Told(
        corrected="2024-04-30",
        pairs=3,
        wrong={
            ("police", "resident_register", "龙倩柳", ALTERED, "2024-01-01", "2027-12-30"),
            ("court", "private_school_order", "龙倩柳", LISTED, "2024-01-01", "2025-01-11"),
            (
                "education_bureau",
                "private_school_barred",
                "龙倩柳",
                LISTED,
                "2024-01-13",
                "2025-02-06",
            ),
        },
        left={
            ("ncisp", "resident_register", "龙倩柳", WAITS, "2024-05-04"),
            ("education_bureau", "resident_register", "龙倩柳", WAITS, "2024-05-12"),
        },
        totals={"subjects_named": 1, "subjects_linked": 0, "measures": 2, "wrongly_listed": 0},
    ),
    "repayment": Told(
        corrected="2024-06-05",
        pairs=3,
        wrong={
            (
                "credit_reference_center",
                "loan_arrears",
                "石慧燕",
                LISTED,
                "2024-04-06",
                "2027-12-30",
            ),
            (
                "credit_reference_center",
                "loan_arrears",
                "吕柳慧",
                MISSING,
                "2024-04-06",
                "2024-06-05",
            ),
            ("bank", "double_check_history", "石慧燕", LISTED, "2024-04-11", "2027-12-30"),
            ("bank", "double_check_history", "吕柳慧", MISSING, "2024-04-11", "2024-06-06"),
        },
        left={
            ("bank", "double_check_history", "石慧燕", WAITS, "2024-06-06"),
            ("payments_platform", "loan_arrears", "石慧燕", WAITS, "2024-06-09"),
        },
        totals={"measures": 2, "subjects_named": 2, "scores": 0},
        residue={"cells": 0},
    ),
    # Both men have one name; the one that is wrongly listed is the driver. The republisher goes by
    # name and shows both, whatever the court says, but with the number that the court gave.
    "same_name_freeze": Told(
        corrected="2024-03-01",
        pairs=8,
        wrong={
            ("court", "high_spending_ban", "周明", LISTED, "2024-01-01", "2024-06-06"),
            ("court", "court_dishonest", "周明", MISSING, "2024-01-01", "2024-06-06"),
            ("bank", "loan_refused", "周明", LISTED, "2024-01-03", "2024-06-12"),
            (
                *("bank", "loan_refused_firm_of_listed", "榆东归舟货运有限公司"),
                *(LISTED, "2024-01-03", "2024-06-12"),
            ),
            ("republisher", "court_dishonest", "周明", ALTERED, "2024-01-08", "2027-12-30"),
        },
        left={
            ("republisher", "court_dishonest", "周明", NOT_CARRIED, "2027-12-30"),
            ("bank", "court_dishonest", "周明", WAITS, "2024-03-06"),
            ("bank", "loan_refused_firm_of_listed", "榆东归舟货运有限公司", WAITS, "2024-03-06"),
            ("bank", "driver's bank_watchlist", "周明", OWN_TERM, "2027-01-06"),
            ("ncisp", "driver's joint_punishment", "周明", OWN_TERM, "2026-01-01"),
        },
        totals={"holders": 5},
    ),
    "paid_in_june": Told(
        corrected="2024-11-03",
        pairs=3,
        wrong={
            ("court", "court_dishonest", "周明", LISTED, "2024-06-06", "2025-11-05"),
            ("ncisp", "court_dishonest", "周明", LISTED, "2024-06-07", "2025-11-06"),
            ("bank", "court_dishonest", "周明", LISTED, "2024-06-12", "2025-11-12"),
            ("court", "high_spending_ban", "周明", LISTED, "2024-06-06", "2025-11-05"),
            ("bank", "loan_refused", "周明", LISTED, "2024-06-12", "2025-11-12"),
        },
        left={
            ("ncisp", "court_dishonest", "周明", WAITS, "2024-11-04"),
            ("bank", "court_dishonest", "周明", WAITS, "2024-11-06"),
            ("bank", "loan_refused", "周明", WAITS, "2024-11-06"),
        },
        totals={"subjects": 1, "measures": 2, "wrongly_missing": 0},
        residue={"cells": 0},
    ),
    "wrong_way_round": Told(
        corrected="2024-04-03",
        pairs=13,
        wrong={
            ("city_bureau", "administrative_penalties", GROWER, LISTED, "2024-01-31", "2027-01-17"),
            ("city_bureau", "administrative_penalties", FINED, MISSING, "2024-01-31", "2027-01-17"),
            ("necips", "administrative_penalties", GROWER, LISTED, "2024-03-04", "2027-02-15"),
            ("firm_rating", "administrative_penalties", GROWER, LISTED, "2024-03-09", "2027-02-20"),
            ("bank", "credit_loan_small_firm", GROWER, MISSING, "2024-09-15", "2025-06-12"),
        },
        scores_corrected={(GROWER, "strong 745", "sound 730", "2024-09-01", "2025-06-01")},
        left={
            ("city_bureau", "administrative_penalties", GROWER, AT_THE_SOURCE, "2027-01-17"),
            ("republisher", "administrative_penalties", GROWER, NOT_CARRIED, "2027-12-30"),
        },
        totals={"holders": 11, "subjects": 2, "measures": 2},
        # half of what was wrong is right within the spring: the noodle house, at all eleven
        residue={"cells_on_the_eve": 22, "irrevocable": 0},
    ),
    # Wednesday 20 March the portal reads, Saturday it shows and the platform reads it, Sunday the
    # platform shows: the entry is gone for two days.
    "came_back": Told(
        corrected="2024-03-21",
        pairs=35,
        wrong={("court", "court_dishonest", STORE, LISTED, "2024-03-19", "2026-03-08")},
        left={
            ("ncisp", "court_dishonest", CLOTHES, WAITS, "2024-03-22"),
            ("ncisp", "court_dishonest", STORE, WAITS, "2024-03-22"),
            ("ncisp", "court_dishonest", STORE, REINSERTED, "2024-03-31"),
            ("ncisp", "joint_punishment", STORE, OWN_TERM, "2026-03-24"),
            ("city_portal", "court_dishonest", STORE, WAITS, "2024-03-30"),
            ("market_regulator", "senior_post_barred_leader", "王琴", TAKEN, "2027-03-28"),
        },
        residue={"cells_on_the_eve": 20, "late_spread": 20},
    ),
    # The bank reads the court on Tuesdays and the city on every other Sunday, and shows it a day later.
    "restored_backup": Told(
        corrected="2024-06-18",
        pairs=3,
        wrong={
            ("bank", "court_dishonest", "周明", LISTED, "2024-06-13", "2024-06-19"),
            ("bank", "administrative_penalties", "周明", MISSING, "2024-06-13", "2024-06-24"),
            ("bank", "bank_watchlist", "周明", LISTED, "2027-01-06", "2027-06-13"),
            ("bank", "loan_refused", "周明", LISTED, "2024-06-13", "2024-06-19"),
        },
        left={
            ("bank", "bank_watchlist", "周明", OWN_TERM, "2027-06-13"),
            ("bank", "loan_refused_watchlist", "周明", OWN_TERM, "2027-06-13"),
        },
        totals={"holders": 1, "subjects": 1, "wrongly_missing": 1},
        residue={"cells_on_the_eve": 2, "late_spread": 1, "cells": 0, "entry_days": 158},
    ),
    "paid_removal": Told(
        corrected="2024-10-15",
        pairs=8,
        wrong={
            ("court", "court_dishonest", DEBTOR, MISSING, "2024-08-16", "2026-08-05"),
            ("court", "high_spending_ban", DEBTOR, MISSING, "2024-08-16", "2026-08-05"),
            ("ncisp", "court_dishonest", DEBTOR, MISSING, "2024-08-17", "2026-08-06"),
            ("bank", "court_dishonest", DEBTOR, MISSING, "2024-08-21", "2026-08-12"),
        },
        left={
            ("ncisp", "joint_punishment", DEBTOR, OWN_TERM, "2026-10-16"),
            ("bank", "bank_watchlist", DEBTOR, OWN_TERM, "2027-10-16"),
            ("bank", "court_dishonest", DEBTOR, WAITS, "2024-10-16"),
        },
        totals={"wrongly_listed": 0, "wrongly_missing": 1, "holders": 4},
        residue={"cells_on_the_eve": 4, "late_spread": 4},
    ),
    "barred_by_grade": Told(
        corrected="2024-11-24",
        pairs=21,
        wrong={
            ("city_bureau", "post_needs_a", "杨利林", LISTED, "2024-10-03", "2024-12-23"),
            ("bank", "double_check_grade", "杨利林", LISTED, "2024-10-04", "2024-12-27"),
            ("railway", "rail_ban_low_grade", "杨利林", LISTED, "2024-10-06", "2024-12-29"),
            ("hotels", "hotel_refused", "杨利林", LISTED, "2024-10-07", "2024-12-23"),
            ("bank", "firm_loans_examined_owner", PART_OWNED, LISTED, "2024-10-04", "2024-12-27"),
            ("bank", "firm_loans_examined_director", DIRECTED, LISTED, "2024-10-04", "2024-12-27"),
            ("credit_china", "city_blacklist", "杨利林", LISTED, "2024-10-07", "2024-12-30"),
        },
        scores={("杨利林", "A 995", "C 849", "2024-10-02", "2024-12-22")},
        scores_corrected={("杨利林", "A 995", "C 849", "2024-10-02", "2024-12-01")},
        left={
            ("city_bureau", "post_needs_a", "杨利林", WAITS, "2024-12-02"),
            ("bank", "double_check_grade", "杨利林", WAITS, "2024-12-06"),
            ("railway", "rail_ban_low_grade", "杨利林", WAITS, "2024-12-08"),
            ("hotels", "hotel_refused", "杨利林", WAITS, "2024-12-02"),
            ("education_bureau", "city_low_grades", "杨利林", WAITS, "2024-12-10"),
            ("credit_china", "city_blacklist", "杨利林", WAITS, "2024-12-09"),
            ("republisher", "administrative_penalties", "杨利林", NOT_CARRIED, "2027-12-30"),
        },
        totals={"holders": 15, "subjects": 3, "measures": 6},
    ),
    "disputed": Told(
        corrected="2024-04-01",
        pairs=35,
        wrong={("court", "court_dishonest", STORE, LISTED, "2024-03-19", "2026-03-08")},
        left={
            ("credit_china", "court_dishonest", STORE, REINSERTED, "2024-04-07"),
            ("credit_china", "court_dishonest", STORE, WAITS, "2024-04-08"),
            ("ncisp", "court_dishonest", STORE, REINSERTED, "2024-04-07"),
            ("ncisp", "joint_punishment", STORE, OWN_TERM, "2026-03-20"),
        },
        residue={"cells_on_the_eve": 50, "late_spread": 2},
    ),
}


@pytest.fixture(scope="module")
def homes(built, tmp_path_factory):
    """`homes(world)`: a home that holds the world a scenario is made in; one a world."""
    places: dict[tuple, Home] = {}

    def get(world) -> Home:
        key = tuple(world[name] for name in ("size", "seed", "days", "dirt"))
        if key not in places:
            size, seed, days, dirt = key
            made = built(size, seed, dirt=float(dirt), days=days)
            places[key] = made.home(tmp_path_factory.mktemp(f"home-{size}"))
        return places[key]

    return get


def run(path: Path, homes):
    """The replay a scenario file asks for."""
    told = load(path)
    return replay(
        homes(told.world),
        told.faults,
        join=told.join,
        policy=told.policy or None,
        scenario=told,
        remedy=told.remedy,
        text=told.text,
    )


@pytest.fixture(scope="module")
def replayed(homes):
    """`replayed(name)`: the replay of a shipped scenario, followed once."""
    found = {}

    def get(name: str):
        if name not in found:
            found[name] = run(FOLDER / f"{name}.yml", homes)
        return found[name]

    return get


def rows(found, names):
    """Rows of some of a replay's frames, with holder or agency as `where`, list or measure as `what`."""
    frames = found.frames()
    for name in names:
        places = {"holder": "where", "agency": "where", "keeper": "where"}
        frame = frames[name].rename(columns=places | {"list": "what", "measure": "what"})
        if "what" not in frame:
            frame["what"] = "score"
        for row in frame.to_dict("records"):
            days = {key: f"{row[key]:%Y-%m-%d}" for key in ("from_day", "to_day")}
            yield row | days | {"who": found.words.name(row["subject_id"])}


def wrong(found):
    """(where, what, who, how, from, to) of each period that is wrong on lists or in measures."""
    keys = ("where", "what", "who", "kind", "from_day", "to_day")
    return {tuple(row[key] for key in keys) for row in rows(found, ("lists", "measures"))}


def left(found):
    """(where, what, who, cause, until): the last day each cause is at work."""
    last: dict[tuple, str] = {}
    drivers = {
        row["subject_id"] for row in rows(found, ("lists",)) if row["kind"] == "wrongly_listed"
    }
    for row in rows(found, ("left_lists", "left_measures", "left_scores")):
        keys = [(row["where"], row["what"], row["who"], row["cause"])]
        if row["who"] == "周明" and row["subject_id"] in drivers:
            keys.append((row["where"], f"driver's {row['what']}", row["who"], row["cause"]))
        for key in keys:
            last[key] = max(last.get(key, ""), row["to_day"])
    return {(*key, day) for key, day in last.items()}


def scored(frame, words):
    """(who, grade and points clean, on the other side, from, to) of each period of other points."""
    return {
        (
            words.name(row.subject_id),
            row.first_shows,
            row.second_shows,
            f"{row.from_day:%Y-%m-%d}",
            f"{row.to_day:%Y-%m-%d}",
        )
        for row in frame.itertuples()
    }


def without_time(node):
    return {key: value for key, value in node.items() if key != "seconds"}


def test_fourteen_are_shipped_and_each_has_its_table():
    assert sorted(path.stem for path in FILES) == sorted(EXPECTED)
    assert len(FILES) == 14


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_everything_is_pinned_and_told(path):
    told = load(path)
    assert told.title
    sentences = re.findall(r"[.?!](?:\s|$)", told.story.replace(" v. ", " v "))
    assert 3 <= len(sentences) <= 6
    assert set(told.world) == {"size", "seed", "days", "dirt"}
    assert told.world["size"] in ("story", "tiny") and told.world["dirt"] == 0
    for spec in told.faults:
        if spec.kind in mishaps():
            assert spec.holder and spec.delivery and (spec.entry or spec.backup), spec
        else:
            assert spec.feed and spec.record and spec.delivery and spec.scope, spec
        assert bool(spec.correct_after) == (told.remedy is None), spec
        assert bool(spec.values) == (spec.kind == "free_edit")


def test_one_has_several_faults():
    assert any(len(load(path).faults) > 1 for path in FILES)


def reach_is_as_told(found, told):
    node = found.json()
    assert node["lists"] or node["measures"] or node["scores"]
    assert node["fault"]["correction_day"] == told.corrected
    assert len(node["lists"]) == told.pairs
    assert told.wrong <= wrong(found), told.wrong - wrong(found)
    points = scored(found.faulty.scores, found.words)
    assert told.scores <= points, told.scores - points
    assert {key: node["totals"][key] for key in told.totals} == told.totals


def rest_is_as_told(found, told):
    node = found.json()["residue"]
    assert told.left <= left(found), told.left - left(found)
    points = scored(found.remaining.difference.scores, found.words)
    assert told.scores_corrected <= points, told.scores_corrected - points
    assert {key: node[key] for key in told.residue} == told.residue
    if not told.left:
        assert not left(found)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == IN_EVERY_RUN else pytest.mark.long)
        for name in EXPECTED
    ],
)
def test_what_the_story_tells_is_what_happens_and_saved_it_happens_again(
    name, replayed, homes, tmp_path
):
    found = replayed(name)
    reach_is_as_told(found, EXPECTED[name])
    rest_is_as_told(found, EXPECTED[name])

    found.save(tmp_path / "saved.yml")
    given, saved = load(FOLDER / f"{name}.yml"), load(tmp_path / "saved.yml")
    assert (saved.title, saved.story, saved.faults) == (given.title, given.story, given.faults)
    again = run(tmp_path / "saved.yml", homes)
    assert without_time(again.json()) == without_time(found.json())


@pytest.mark.long
def test_the_migrant_is_left_with_one_bar_only(replayed):
    """And so is she who was spared: from the correction on, the bans are hers."""
    kinds = {(row[1], row[2]) for row in left(replayed("migrant_worker")) if row[1] in MEASURES}
    bar = "senior_post_barred_leader"
    assert kinds == {(bar, "王杰华"), (bar, "高海燕")}
    first = min(row[4] for row in wrong(replayed("migrant_worker")) if row[1] in MEASURES)
    assert first == "2024-09-24"


@pytest.mark.long
def test_the_entry_is_gone_for_two_days_before_it_comes_back(replayed):
    found = replayed("came_back")
    lists = found.remaining.difference.lists
    there = lists[(lists["holder"] == "ncisp") & (lists["list"] == "court_dishonest")]
    days = {
        (found.words.name(row.subject_id), f"{row.from_day:%m-%d}", f"{row.to_day:%m-%d}")
        for row in there.itertuples()
    }
    assert days == {
        (STORE, "03-20", "03-22"),
        (STORE, "03-24", "03-31"),
        (CLOTHES, "03-20", "03-22"),
    }


@pytest.mark.long
def test_what_the_page_deletes_comes_back_twice(replayed):
    found = replayed("disputed")
    lists = found.remaining.difference.lists
    mine = lists[(lists["holder"] == "credit_china") & (lists["list"] == "court_dishonest")]
    days = {
        (f"{row.from_day:%m-%d}", f"{row.to_day:%m-%d}")
        for row in mine.itertuples()
        if row.kind == LISTED
    }
    assert days == {("03-21", "03-22"), ("03-23", "04-05"), ("04-06", "04-08")}
    told = found.json()["remedy"]
    assert [(r["day"], r["back_on"]) for r in told["removals"]] == [
        ("2024-03-22", "2024-03-23"),
        ("2024-04-05", "2024-04-06"),
    ]
    assert told["reinserted"] == 2


def test_six_of_the_seven_causes_are_told():
    causes = {row[3] for told in EXPECTED.values() for row in told.left}
    assert causes == {OWN_TERM, NOT_CARRIED, AT_THE_SOURCE, REINSERTED, TAKEN, WAITS}


def test_the_page_of_the_scenarios_names_each_of_them():
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FILES:
        line = next(line for line in page.splitlines() if f"]({path.name})" in line)
        told = load(path)
        assert told.title in line and f"| {told.world['size']} |" in line
