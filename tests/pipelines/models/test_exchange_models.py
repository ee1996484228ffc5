"""The exchange on single edges: what a sync sees, how long it is shown, who is meant, who adopts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.exchange.modes import modes
from pipelines.exchange.network import read_network
from pipelines.exchange.unroll import exchange_models
from tests.how_many import how_many
from tests.pipelines.models.conftest import DAY0, day, rows_of


def entry(lab, version="ev", subject="s", list_name="made_up", from_day="2024-01-10", to_day=None,
          severity="general", ground="g", entry_id="e"):  # fmt: skip
    lab.given(
        "lists.entries",
        [{"entry_id": entry_id, "entry_version": version, "list": list_name, "subject_id": subject,
          "ground": ground, "severity": severity, "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


def edge(lab, mode="snapshot", every=7, offset=0, lag=1, expiry=None, match="code"):
    owner = {"list": "made_up", "path": "owner", "holder": "owner", "came_from": "owner",
             "distance": 0, "every_days": 1, "offset_days": 0, "lag_days": 0, "mode": "owner",
             "names_anew": False, "taken_back": True,
             "match": "code", "readmitted": False}  # fmt: skip
    taker = {"list": "made_up", "path": "owner>taker", "parent_path": "owner", "holder": "taker",
             "came_from": "owner", "distance": 1, "every_days": every, "offset_days": offset,
             "lag_days": lag, "mode": mode, "keeps_days": modes()[mode].keeps_days(every, expiry),
             "names_anew": modes()[mode].names_anew, "taken_back": modes()[mode].taken_back,
             "match": match, "readmitted": False}  # fmt: skip
    lab.given("exchange.paths", [owner, taker])


def taken(lab):
    found = lab.run("exchange.owned_0", "exchange.passed_0_1")
    return rows_of(
        [c for c in found if c["path"] == "owner>taker"], "subject_id", "from_day", "to_day"
    )


def test_a_snapshot_shows_from_the_first_sync_plus_lag_until_the_sync_that_misses_it(lab):
    edge(lab)  # syncs on 1, 8, 15, 22, 29 January ...
    entry(lab, to_day="2024-01-24")
    assert taken(lab) == [("s", "2024-01-16", "2024-01-30")]


@pytest.mark.parametrize(
    ("mode", "until"),
    [("snapshot", "2024-01-24"), ("append", "2024-01-24"), ("expire", "2024-01-24"),
     ("irrevocable", None)],
)  # fmt: skip
def test_a_pushed_withdrawal_waits_for_no_sync_and_only_a_wall_keeps_it(lab, mode, until):
    edge(lab, mode=mode, expiry=30)
    entry(lab, to_day="2024-01-24")
    with lab.under(corrections="pushed"):
        assert taken(lab) == [("s", "2024-01-16", until)]


def test_what_is_withdrawn_before_it_is_shown_is_never_shown_where_corrections_are_pushed(lab):
    edge(lab, lag=5)  # read on 15 January, to be shown on the 20th
    entry(lab, from_day="2024-01-10", to_day="2024-01-17")
    assert taken(lab) == [("s", "2024-01-20", "2024-01-27")]
    with lab.under(corrections="pushed"):
        assert taken(lab) == []


def test_an_entry_no_sync_day_falls_into_is_never_seen(lab):
    edge(lab)
    entry(lab, from_day="2024-01-09", to_day="2024-01-15")
    assert taken(lab) == []


def test_an_entry_that_begins_and_ends_on_sync_days_is_half_open(lab):
    edge(lab)
    entry(lab, from_day="2024-01-08", to_day="2024-01-15")
    assert taken(lab) == [("s", "2024-01-09", "2024-01-16")]


def test_what_lasts_is_shown_still(lab):
    edge(lab)
    entry(lab)
    assert taken(lab) == [("s", "2024-01-16", None)]


@pytest.mark.parametrize("mode", ["append", "irrevocable"])
def test_what_is_appended_stays(lab, mode):
    edge(lab, mode=mode)
    entry(lab, to_day="2024-01-24")
    assert taken(lab) == [("s", "2024-01-16", None)]


def test_an_expiring_copy_goes_its_expiry_after_it_was_last_seen(lab):
    edge(lab, mode="expire", expiry=30)
    entry(lab, to_day="2024-01-24")  # last seen on 22 January, shown a day later
    assert taken(lab) == [("s", "2024-01-16", "2024-02-22")]


def test_an_entry_from_before_the_first_sync_waits_for_it(lab):
    edge(lab, offset=20)
    entry(lab, from_day="2024-01-01", to_day="2024-01-25")
    assert taken(lab) == [("s", "2024-01-22", "2024-01-29")]


def name(lab, subject, name, division="870101", from_day="2024-01-01", to_day=None):
    lab.given(
        "resolve.names",
        [{"subject_id": subject, "subject_kind": "resident", "name_key": name, "name": name,
          "division": division, "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


@pytest.fixture
def by_name(lab_at, monkeypatch):
    """A laboratory in which steps go by name, looked up at every sync or when an entry is first seen."""
    laboratory, network = lab_at("own-keys"), read_network("core", "own-keys")
    edge = next(e for e in network.edges if e.match != "code" and modes()[e.mode].names_anew)
    once = replace(edge, mode="append")
    for model in exchange_models(replace(network, edges=(*network.edges, once))):
        monkeypatch.setitem(laboratory.models, model.name, model)
    return laboratory


@pytest.mark.parametrize("mode", ["snapshot", "append"])
def test_who_matches_by_name_shows_everyone_of_that_name(by_name, mode):
    edge(by_name, mode, match="name")
    entry(by_name)
    name(by_name, "s", "周明")
    name(by_name, "namesake", "周明", division="880202")
    name(by_name, "other", "李青")
    assert [c[0] for c in taken(by_name)] == ["namesake", "s"]


@pytest.mark.parametrize("mode", ["snapshot", "append"])
def test_by_own_keys_only_those_of_the_same_division(by_name, mode):
    edge(by_name, mode, match="name_division")
    entry(by_name)
    name(by_name, "s", "周明")
    name(by_name, "namesake", "周明", division="880202")
    assert [c[0] for c in taken(by_name)] == ["s"]


def renamed(lab):
    """On Wednesday 17 January; the edge syncs on the 15th and the 22nd."""
    name(lab, "s", "旧名", to_day="2024-01-17")
    name(lab, "s", "新名", from_day="2024-01-17")
    name(lab, "old", "旧名")
    name(lab, "new", "新名")


def test_a_snapshot_looks_a_name_up_again_at_every_sync(by_name):
    edge(by_name, match="name")
    entry(by_name)
    renamed(by_name)
    assert taken(by_name) == [
        ("new", "2024-01-23", None),
        ("old", "2024-01-16", "2024-01-23"),
        ("s", "2024-01-16", None),
    ]


@pytest.mark.parametrize("mode", ["append", "irrevocable"])
def test_who_only_adds_looks_a_name_up_when_he_first_sees_the_entry(by_name, mode):
    edge(by_name, mode, match="name")
    entry(by_name)
    renamed(by_name)
    assert taken(by_name) == [("old", "2024-01-16", None), ("s", "2024-01-16", None)]


def test_a_namesake_who_goes_is_dropped_by_the_next_sync_however_fast_corrections_are(by_name):
    edge(by_name, match="name")
    entry(by_name, to_day="2024-02-01")
    name(by_name, "s", "周明")
    name(by_name, "namesake", "周明", to_day="2024-01-17")
    with by_name.under(corrections="pushed"):
        assert taken(by_name) == [
            ("namesake", "2024-01-16", "2024-01-23"),
            ("s", "2024-01-16", "2024-02-01"),
        ]


def test_a_name_that_comes_and_goes(by_name):
    """Without one, the subject itself is meant."""
    edge(by_name, match="name", every=1)
    entry(by_name, to_day="2024-01-20")
    name(by_name, "s", "周明", from_day="2024-01-12", to_day="2024-01-14")
    name(by_name, "s", "周明", from_day="2024-01-16", to_day="2024-01-18")
    name(by_name, "other", "周明")
    assert taken(by_name) == [
        ("other", "2024-01-13", "2024-01-15"),
        ("other", "2024-01-17", "2024-01-19"),
        ("s", "2024-01-11", "2024-01-21"),
    ]


@pytest.mark.parametrize("mode", ["snapshot", "append"])
def test_without_a_name_the_code_must_do(by_name, mode):
    edge(by_name, mode, match="name")
    entry(by_name)
    assert [c[0] for c in taken(by_name)] == ["s"]


@settings(deadline=None, max_examples=how_many(60))
@given(
    start=st.integers(0, 60),
    length=st.one_of(st.none(), st.integers(1, 60)),
    every=st.integers(1, 31),
    offset=st.integers(0, 31),
    lag=st.integers(1, 9),
    mode=st.sampled_from(["snapshot", "append", "expire"]),
    more=st.integers(0, 40),
)
def test_intervals_are_what_walking_day_by_day_gives(
    _laboratories, start, length, every, offset, lag, mode, more
):
    from tests.pipelines.models.conftest import _fresh

    lab = _fresh(_laboratories, "full")
    end = None if length is None else DAY0 + timedelta(days=start + length)
    edge(lab, mode=mode, every=every, offset=offset, lag=lag, expiry=every + more)
    entry(lab, from_day=(DAY0 + timedelta(days=start)).isoformat(), to_day=end and end.isoformat())
    found = taken(lab)
    lab.clean()
    last = DAY0 + timedelta(days=300)
    shown = {
        DAY0 + timedelta(days=n)
        for n in range(300)
        for _, a, b in found
        if day(a) <= DAY0 + timedelta(days=n) < (day(b) or date.max)
    }
    walked, last_seen = set(), None
    for n in range(300):
        today = DAY0 + timedelta(days=n)
        looked = today - timedelta(days=lag)  # what is shown today was read then, or before
        at = (looked - DAY0).days
        begins = DAY0 + timedelta(days=start)
        if at >= offset and (at - offset) % every == 0:
            there = begins <= looked and (end is None or looked < end)
            if mode == "snapshot":
                last_seen = today if there else None
            elif there:
                last_seen = today
        keeps = {"snapshot": 10_000, "append": 10_000, "expire": every + more}[mode]
        if last_seen is not None and (today - last_seen).days < keeps:
            walked.add(today)
    assert {d for d in shown if d < last} == walked


def adopted(lab, copies):
    lab.given(
        "exchange.passed_0_1",
        [{"holder": "ncisp", "list": "court_dishonest", "entry_id": "e", "subject_id": "s",
          "path": "court>ncisp", "distance": 1} | c for c in copies],
    )  # fmt: skip
    return rows_of(
        lab.run("exchange.adopting_1", "exchange.adopted_1"),
        "list", "severity", "from_day", "to_day",
    )  # fmt: skip


def test_an_adopted_entry_runs_for_its_own_term_whatever_becomes_of_the_other(lab):
    entry(lab, list_name="court_dishonest")
    assert adopted(
        lab, [{"entry_version": "ev", "from_day": "2024-02-01", "to_day": "2024-02-05"}]
    ) == [("joint_punishment", "general", "2024-02-01", "2026-01-31")]


def test_two_paths_at_once_are_one_occasion(lab):
    entry(lab, list_name="court_dishonest")
    assert adopted(
        lab,
        [
            {"entry_version": "ev", "from_day": "2024-02-01", "to_day": "2024-03-01"},
            {"entry_version": "ev", "from_day": "2024-02-20", "to_day": "2024-04-01",
             "path": "court>city>ncisp"},
        ],
    ) == [("joint_punishment", "general", "2024-02-01", "2026-01-31")]  # fmt: skip


def test_a_second_occasion_of_the_same_content_prolongs_the_entry(lab):
    entry(lab, list_name="court_dishonest")
    assert adopted(
        lab,
        [
            {"entry_version": "ev", "from_day": "2024-02-01", "to_day": "2024-03-01"},
            {"entry_version": "ev", "from_day": "2024-06-01", "to_day": "2024-07-01"},
        ],
    ) == [("joint_punishment", "general", "2024-02-01", "2026-06-01")]


def test_a_second_occasion_that_says_something_else_takes_over(lab):
    entry(lab, list_name="court_dishonest")
    entry(lab, list_name="court_dishonest", version="ev2", severity="serious")
    assert adopted(
        lab,
        [
            {"entry_version": "ev", "from_day": "2024-02-01", "to_day": "2024-03-01"},
            {"entry_version": "ev2", "from_day": "2024-06-01", "to_day": "2024-07-01"},
        ],
    ) == [
        ("joint_punishment", "general", "2024-02-01", "2024-06-01"),
        ("joint_punishment", "serious", "2024-06-01", "2026-06-01"),
    ]


def test_a_mild_entry_is_not_adopted(lab):
    entry(lab, list_name="court_dishonest", severity="minor")
    assert adopted(lab, [{"entry_version": "ev", "from_day": "2024-02-01"}]) == []


def test_shown_is_the_union_over_paths(lab):
    one = {"holder": "bank", "list": "l", "entry_id": "e", "entry_version": "ev",
           "subject_id": "s"}  # fmt: skip
    lab.given(
        "exchange.copies",
        [
            one | {"path": "a>bank", "from_day": "2024-01-01", "to_day": "2024-02-01"},
            one | {"path": "a>b>bank", "from_day": "2024-02-01", "to_day": "2024-03-01"},
            one | {"path": "a>c>bank", "from_day": "2024-05-01", "to_day": None},
        ],
    )
    assert rows_of(lab.run("exchange.shown"), "from_day", "to_day") == [
        ("2024-01-01", "2024-03-01"),
        ("2024-05-01", None),
    ]
