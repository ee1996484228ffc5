"""Mishaps on two edges, day by day: a judge hands a list to a taker, and the taker to a third.

The taker reads the judge on Mondays (1, 8, 15, 22, 29 January 2024), the third reads the taker on
Wednesdays (3, 10, 17, 24, 31 January); each shows on the next day what it read. The judge lists s on 10
January, so if all goes right the taker shows s from the 16th and the third from the 18th.
"""

import pytest

from pipelines.exchange.mishaps import mishaps
from pipelines.exchange.modes import modes
from pipelines.exchange.unroll import mishaps_model
from tests.ids import as_id
from tests.pipelines.models.conftest import rows_of

LIST = "court_dishonest"


def world(lab, mode="snapshot", to_day=None):
    owner = {"list": LIST, "path": "judge", "holder": "judge", "came_from": "judge", "distance": 0,
             "every_days": 1, "offset_days": 0, "lag_days": 0, "mode": "owner", "names_anew": False,
             "taken_back": True, "match": "code", "readmitted": False}  # fmt: skip
    edge = owner | {"every_days": 7, "lag_days": 1, "names_anew": True}
    taker = {"path": "judge>taker", "parent_path": "judge", "holder": "taker", "mode": mode,
             "distance": 1, "keeps_days": modes()[mode].keeps_days(7, None)}  # fmt: skip
    third = {"path": "judge>taker>third", "parent_path": "judge>taker", "holder": "third",
             "came_from": "taker", "mode": "snapshot", "distance": 2, "keeps_days": 7,
             "offset_days": 2}  # fmt: skip
    lab.given("exchange.paths", [owner, edge | taker, edge | third])
    lab.given(
        "lists.entries",
        [{"entry_id": "e", "entry_version": "ev", "list": LIST, "subject_id": "s", "ground": "g",
          "severity": "general", "from_day": "2024-01-10", "to_day": to_day}],
    )  # fmt: skip


def named(lab, *subjects):
    lab.given(
        "resolve.names",
        [{"subject_id": s, "subject_kind": "resident", "name_key": "周明", "name": "周明",
          "division": "870101", "from_day": "2024-01-01"} for s in subjects],
    )  # fmt: skip


def happens(lab, mishap, day, **more):
    place = {"from_holder": "judge", "at_holder": "taker", "list": LIST}
    lab.given("exchange.mishaps", [{"kind": mishap, "from_day": day, **place, **more}])


WAYS = {
    "judge": ("judge", "owned_0"),
    "taker": ("judge>taker", "passed_0_1"),
    "third": ("judge>taker>third", "passed_0_2"),
    "stranger": ("judge>taker>stranger", "sent_astray"),
}


def shown(lab, holder):
    """Who is shown at a holder, from when to when."""
    path, table = WAYS[holder]
    lab.run(
        "exchange.struck_paths", "exchange.entered", "exchange.deviations_0", "exchange.deletions",
        "exchange.owned_0", "exchange.passed_0_1", "exchange.passed_0_2",
    )  # fmt: skip
    found = [row for row in lab.run(f"exchange.{table}") if row["path"] == path]
    rows = rows_of(found, "subject_id", "from_day", "to_day")
    return [(s, a[5:], b and b[5:]) for s, a, b in rows]


ENTRY, OTHER = {"entry_id": "e"}, {"other_id": "t"}

# Each: mishap, its day, what more it says, when the judge's entry ends, who is shown at the taker,
# and who at the third.
ROWS = [
    ("sync_missed", "2024-01-14", {}, None, [("s", "01-23", None)], [("s", "01-25", None)]),
    ("sync_missed", "2024-01-22", {}, "2024-01-20",
     [("s", "01-16", "01-30")], [("s", "01-18", "02-01")]),
    ("sync_missed", "2024-01-22", {"to_day": "2024-01-25"}, "2024-01-20",
     [("s", "01-16", "01-25")], [("s", "01-18", "02-01")]),
    ("lost_on_the_way", "2024-01-22", ENTRY, None,
     [("s", "01-16", "01-23"), ("s", "01-30", None)], [("s", "01-18", "01-25"), ("s", "02-01", None)]),
    ("carried_twice", "2024-01-15", {**ENTRY, "entry_version": "ev"}, None,
     [("s", "01-16", None), ("s", "01-16", "01-23")], [("s", "01-18", None), ("s", "01-18", "01-25")]),
    ("attached_to_another", "2024-01-22", {**ENTRY, **OTHER}, None,
     [("s", "01-16", "01-23"), ("s", "01-30", None), ("t", "01-23", "01-30")],
     [("s", "01-18", "01-25"), ("s", "02-01", None), ("t", "01-25", "02-01")]),
    ("code_truncated", "2024-01-22", ENTRY, None,
     [("namesake", "01-23", "01-30"), ("s", "01-16", None)],
     [("namesake", "01-25", "02-01"), ("s", "01-18", None)]),
    ("backup_restored", "2024-01-25", {"as_of_day": "2024-01-14"}, None,
     [("s", "01-16", "01-25"), ("s", "01-30", None)], [("s", "01-18", None)]),
    ("backup_restored", "2024-01-24", {"as_of_day": "2024-01-18"}, "2024-01-20",
     [("s", "01-16", "01-23"), ("s", "01-24", "01-30")], [("s", "01-18", "02-01")]),
    ("entered_by_hand", "2024-01-17", {"subject_id": "t", "severity": "general"}, None,
     [("s", "01-16", None), ("t", "01-17", "01-23")], [("s", "01-18", None), ("t", "01-18", "01-25")]),
    ("deleted_by_hand", "2024-01-24", ENTRY, None,
     [("s", "01-16", "01-24"), ("s", "01-30", None)], [("s", "01-18", "01-25"), ("s", "02-01", None)]),
    ("deletion_not_processed", "2024-01-22", ENTRY, "2024-01-20",
     [("s", "01-16", "01-30")], [("s", "01-18", "02-01")]),
    ("subjects_merged", "2024-01-20", {"subject_id": "s", **OTHER}, None,
     [("s", "01-16", "01-20"), ("t", "01-20", None)], [("s", "01-18", "01-25"), ("t", "01-25", None)]),
    ("subjects_merged", "2024-01-20", {"subject_id": "s", **OTHER, "to_day": "2024-02-03"}, None,
     [("s", "01-16", "01-20"), ("s", "02-03", None), ("t", "01-20", "02-03")],
     [("s", "01-18", "01-25"), ("s", "02-08", None), ("t", "01-25", "02-08")]),
    ("subject_split", "2024-01-10", {"subject_id": "s", **OTHER}, None,
     [("t", "01-16", None)], [("t", "01-18", None)]),
    ("subject_split", "2024-01-17", {"subject_id": "s", **OTHER}, None,
     [("s", "01-16", None)], [("s", "01-18", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("mishap", "day", "more", "ends", "taker", "third"), ROWS)
def test_until_the_next_sync_and_on_from_there(lab, mishap, day, more, ends, taker, third):
    world(lab, to_day=ends)
    named(lab, "s", "namesake")
    happens(lab, mishap, day, **more)
    assert shown(lab, "taker") == taker
    assert shown(lab, "third") == third


# Where the taker only adds what is new, nothing is sent a second time.
ADDED = [
    ("sync_missed", "2024-01-15", {}, []),
    ("sync_missed", "2024-01-22", {}, [("s", "01-16", None)]),
    ("sync_missed", "2024-01-15", {"to_day": "2024-02-03"}, [("s", "02-03", None)]),
    ("lost_on_the_way", "2024-01-15", ENTRY, []),
    ("attached_to_another", "2024-01-15", {**ENTRY, **OTHER}, [("t", "01-16", None)]),
    ("backup_restored", "2024-01-25", {"as_of_day": "2024-01-14"}, []),
    ("deleted_by_hand", "2024-01-24", ENTRY, [("s", "01-16", "01-24")]),
    ("entered_by_hand", "2024-01-17", {"subject_id": "t", "severity": "general"},
     [("s", "01-16", None), ("t", "01-17", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("mishap", "day", "more", "taker"), ADDED)
def test_for_good_where_nothing_is_sent_again(lab, mishap, day, more, taker):
    world(lab, mode="append")
    happens(lab, mishap, day, **more)
    assert shown(lab, "taker") == taker


@pytest.mark.parametrize(
    ("ends", "taker", "third"),
    [("2024-01-19", "01-23", "01-23"), ("2024-01-23", "01-30", "01-30")],
)
def test_where_corrections_are_pushed_a_deletion_not_processed_waits_for_a_sync(
    lab, ends, taker, third
):
    """Told on the 19th the taker waits for what it reads on Monday the 22nd, told on the 23rd a week more."""
    world(lab, to_day=ends)
    day = {"2024-01-19": "2024-01-18", "2024-01-23": "2024-01-22"}[ends]  # the lag before
    happens(lab, "deletion_not_processed", day, **ENTRY)
    with lab.under(corrections="pushed"):
        assert shown(lab, "taker") == [("s", "01-16", taker)]
        assert shown(lab, "third") == [("s", "01-18", third)]


def test_deletions_of_everybody_and_of_one_alone_add_up(lab):
    """On the 17th everything of the entry, on the 18th what it shows of s: until the look of the 22nd."""
    world(lab)
    for day, whom in (("2024-01-17", None), ("2024-01-18", "s")):
        happens(lab, "deleted_by_hand", day, subject_id=whom, **ENTRY)
    assert shown(lab, "taker") == [("s", "01-16", "01-17"), ("s", "01-23", None)]
    assert shown(lab, "third") == [("s", "01-25", None)]


def test_what_its_owner_deletes_is_gone_wherever_it_went(lab):
    world(lab)
    happens(
        lab, "deleted_by_hand", "2024-01-24", from_holder="judge", at_holder="judge", entry_id="e"
    )
    assert shown(lab, "judge") == [("s", "01-10", "01-24")]
    assert shown(lab, "taker") == [("s", "01-16", "01-30")]
    assert shown(lab, "third") == [("s", "01-18", "02-01")]


def test_an_entry_made_by_hand_at_the_owner_stands_for_the_list_s_own_term(lab):
    world(lab)
    lab.given(
        "exchange.mishaps",
        [{"kind": "entered_by_hand", "from_day": "2024-01-17", "from_holder": "judge",
          "at_holder": "judge", "list": LIST, "subject_id": "t", "severity": "general"}],
    )  # fmt: skip
    assert rows_of(
        lab.run("exchange.struck_paths", "exchange.entered"), "subject_id", "from_day", "to_day"
    ) == [
        ("t", "2024-01-17", "2026-01-16")  # two years
    ]


@pytest.mark.parametrize(
    ("holder", "came_from", "shown_at"),
    [
        ("judge", "judge", {"judge": ("01-17", "02-01"), "taker": ("01-23", "02-06")}),
        ("taker", "judge", {"taker": ("01-17", "02-01"), "third": ("01-18", "02-08")}),
    ],
)
def test_what_was_made_by_hand_can_be_deleted_by_hand(lab, holder, came_from, shown_at):
    """Made on 17 January, deleted on 1 February; the taker keeps what nobody deletes."""
    world(lab, mode="snapshot" if holder == "judge" else "append")
    place = {"from_holder": came_from, "at_holder": holder}
    happens(lab, "entered_by_hand", "2024-01-17", subject_id="t", severity="general", **place)
    (made,) = lab.run("exchange.struck_paths", "exchange.entered")
    happens(lab, "deleted_by_hand", "2024-02-01", entry_id=made["entry_id"], **place)
    for at, days in shown_at.items():
        assert [row[1:] for row in shown(lab, at) if row[0] == "t"] == [days]


def test_a_stranger_keeps_what_it_was_sent(lab):
    world(lab, to_day="2024-01-24")
    happens(lab, "list_sent_astray", "2024-01-20", from_holder="taker", at_holder="stranger")
    assert shown(lab, "stranger") == [("s", "01-21", None)]
    assert shown(lab, "third") == [("s", "01-18", "02-01")]


def test_a_stranger_deletes_what_it_was_sent_at_once(lab):
    world(lab)
    place = {"from_holder": "taker", "at_holder": "stranger"}
    happens(lab, "list_sent_astray", "2024-01-20", **place)
    happens(lab, "deleted_by_hand", "2024-01-26", **place, **ENTRY)
    happens(lab, "deleted_by_hand", "2024-02-02", **place, **ENTRY)
    assert shown(lab, "stranger") == [("s", "01-21", "01-26")]


def test_only_what_is_struck_is_changed(lab):
    world(lab)
    lab.given(
        "lists.entries",
        [{"entry_id": "e2", "entry_version": "ev2", "list": LIST, "subject_id": "u", "ground": "g",
          "severity": "general", "from_day": "2024-01-10"}],
    )  # fmt: skip
    happens(lab, "lost_on_the_way", "2024-01-22", **ENTRY)
    assert ("u", "01-16", None) in shown(lab, "taker")


def test_an_entry_filed_twice_rests_on_the_one_that_came(lab):
    world(lab)
    happens(lab, "carried_twice", "2024-01-15", entry_id="e", entry_version="ev")
    lab.given(
        "lists.evidence",
        [{"entry_version": "ev", "parent_kind": "event", "parent_id": "r"}],
    )
    (second,) = lab.run("exchange.struck_paths", "exchange.entered")
    found = lab.run("exchange.ancestry_0")
    assert rows_of(
        [row for row in found if row["entry_version"] == second["entry_version"]],
        "ancestor_kind", "ancestor_id", "steps",
    ) == [("entry", "ev", 1), ("event", "r", 2)]  # fmt: skip


def test_the_id_of_a_mishap_is_made_of_what_tells_it_from_others(lab):
    """Not of the day on which it is put right: put right or not, it is the same mishap."""
    one = {"kind": "lost_on_the_way", "from_holder": "judge", "at_holder": "taker", "list": LIST,
           "entry_id": as_id("e"), "subject_id": None, "from_day": "2024-01-22"}  # fmt: skip
    others = [{"kind": "carried_twice"}, {"from_holder": "taker", "at_holder": "judge"},
              {"list": "tax"}, {"entry_id": as_id("f")}, {"from_day": "2024-01-23"},
              {"subject_id": as_id("s")}, {"entry_id": None, "subject_id": as_id("e")}]  # fmt: skip
    rows = [one, one | {"to_day": "2024-02-03"}, *(one | other for other in others)]
    (first,), (righted,), *rest = (
        lab.engine.fetch(f"SELECT id_text(mishap_id) FROM ({mishaps_model([row]).sql})")[0]
        for row in rows
    )
    assert first == righted
    assert len({(first,), *rest}) == 1 + len(others)


def test_every_kind_of_mishap_has_its_rows_here():
    tried = {row[0] for row in (*ROWS, *ADDED)} | {"list_sent_astray"}
    assert tried == set(mishaps())
