"""From a fault to edited files and back to the byte, on a landing folder made by hand."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.engine import open_engine
from pipelines.engine.databases import opened
from pipelines.home import HomeError
from pipelines.landing import land
from pipelines.replay.plan import edits
from pipelines.replay.plan.case import asked_of_remedy, plan_case, plan_cases, put_right
from pipelines.replay.plan.edits import EditError, FileEdit, RowEdit, apply
from pipelines.replay.plan.faults import FaultSpec, Landed, Registered
from pipelines.replay.plan.gates import Gates
from pipelines.replay.plan.remedies import Remedy
from schemas.contract import Column, Feed
from sources.faults import FaultError
from sources.faults.history import key_of
from sources.files import read, write

DAYS = [date(2024, 1, 1 + 7 * n) for n in range(4)]
CODES = ["91870101PDY00001XE", "91870101PDY000028E", "92880203PDY0001753"]
PEOPLE = ["870101198504120111", "87010119850412012X", "890000200101010016"]


def feed_of(name: str, mode: str, form: str, columns, **given) -> Feed:
    values = {
        "island": name,
        "name": name,
        "title_zh": "",
        "description": "",
        "tier": "story",
        "format": form,
        "encoding": "utf-8",
        "delimiter": ",",
        "cadence_days": 7,
        "cadence_offset": 0,
        "mode": mode,
        "natural_key": ("no",),
        "identifier_scheme": "uscc",
        "registry": None,
        "effect_column": None,
        "effect_codes": {},
        "sharing": "public",
        "area": "government",
        "first_delivery": {},
        "previous_ratio": {},
        "backlog_ratio": {},
        "fault_rates": {},
        "root_tag": "records",
        "record_tag": "record",
        "columns": tuple(columns),
        "folder": Path(name),
    }
    return Feed(**(values | given))


NO = Column("no", "文号", "Number.", required=True)
FINES = feed_of(
    "fines",
    "changes",
    "csv",
    [NO, Column("code", "代码", "USCC.", scheme="uscc"), Column("fine", "罚款", "", parse="wan"),
     Column("mark", "标志", "What the row does.")],
    effect_column="mark",
    effect_codes={"A": "assert", "M": "change", "D": "withdraw", "C": "correct"},
)  # fmt: skip
WARNINGS = feed_of(
    "warnings", "snapshot", "xlsx", [NO, Column("code", "代码", "USCC.", scheme="uscc")]
)
NOTES = feed_of(
    "notes",
    "append",
    "jsonl",
    [Column("person", "号码", "Number.", scheme="resident_no"), Column("text", "内容", "Text.")],
    natural_key=(),
    identifier_scheme="resident_no",
)
FEEDS = {feed.name: feed for feed in (FINES, WARNINGS, NOTES)}

DELIVERED = {
    "fines": [
        [("1", CODES[0], "0.5", "A"), ("2", CODES[1], "0.5", "A")],
        [("1", CODES[0], "0.6", "M"), ("3", CODES[1], "0.1", "A")],
        [("2", CODES[1], "0.5", "D")],
        [("4", CODES[2], "9.9", "A")],
    ],
    "warnings": [
        [("7", CODES[0]), ("8", CODES[1])],
        [("7", CODES[0]), ("8", CODES[1])],
        [("7", CODES[0])],
        [("7", CODES[0]), ("9", CODES[2])],
    ],
    "notes": [
        [(PEOPLE[0], "late"), (PEOPLE[0], "late")],
        [(PEOPLE[1], "late")],
        [],
        [(PEOPLE[0], "late")],
    ],
}
# Who bears which code and name, as the registers would have said.
SAID = [("registry", f"r{n}", "uscc", code) for n, code in enumerate(CODES)]
SAID += [("residents", f"p{n}", "resident_no", number) for n, number in enumerate(PEOPLE)]
SAID += [("residents", f"p{n}", "name", name) for n, name in enumerate(["王伟", "王伟", "李娜"])]
SAID += [("registry", "r2", "status", "4"), ("registry", "r0", "status", "1")]
REGISTERS = {
    name: feed_of(name, "changes", "csv", [NO, FINES.columns[3]], registry=kind,
                  effect_column="mark", effect_codes={"A": "assert"})
    for name, kind in (("registry", "enterprise"), ("residents", "resident"))
}  # fmt: skip


def table(feed, rows):
    columns = list(zip(*rows, strict=True)) or [()] * len(feed.columns)
    return pa.table(
        {n: pa.array(list(c), pa.string()) for n, c in zip(feed.column_names, columns, strict=True)}
    )


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """The folder by hand; read it only."""
    landing = tmp_path_factory.mktemp("delivered") / "landing"
    for name, deliveries in DELIVERED.items():
        (landing / name).mkdir(parents=True)
        for day, rows in zip(DAYS, deliveries, strict=True):
            file = landing / name / f"{name}_{day:%Y%m%d}.{FEEDS[name].extension}"
            write(FEEDS[name], table(FEEDS[name], rows), file)
    return landing


@pytest.fixture
def folder(delivered, tmp_path):
    """A copy of it that a test may write into."""
    return Path(shutil.copytree(delivered, tmp_path / "landing"))


@contextmanager
def databases(**paths):
    """Databases beside the table of gates that are told something: none is."""
    with opened(**paths) as db:
        db.run("CREATE SCHEMA codes")
        db.run("CREATE TABLE codes.gate_policies (gate VARCHAR, policy VARCHAR)")
        yield db


def landed_from(landing, database):
    """A database of what a folder delivered, and of what the registers said."""
    with open_engine("duckdb", database) as engine:
        land(engine, landing, FEEDS)
        engine.execute("CREATE SCHEMA conform")
        rows = ", ".join(f"('record', {', '.join(repr(v) for v in row)})" for row in SAID)
        engine.execute(
            f"CREATE TABLE conform.statements AS SELECT *, DATE '{DAYS[1]}' AS from_day, "
            "CAST(NULL AS DATE) AS to_day "
            f"FROM (VALUES {rows}) AS s(id_scheme, feed, record_id, property, value)"
        )
        engine.execute(  # a partner's filing, and an owner's
            "CREATE TABLE conform.links AS SELECT * FROM (VALUES "
            f"('uscc', '{CODES[0]}', 'uscc', '{CODES[1]}'), "
            f"('resident_no', '{PEOPLE[0]}', 'uscc', '{CODES[2]}')"
            ") AS s(a_scheme, a_value, b_scheme, b_value)"
        )
    return database


@contextmanager
def planner(landing, database):
    """What works out the edits of a fault from a database of the folder."""
    with databases(base=database) as db:
        landed, others = Landed(db, "base", FEEDS), Registered(db, "base", REGISTERS)

        def run(name, **asked):
            return plan_case(landed, others, landing, [FaultSpec(name, **asked)])[0]

        yield run


@pytest.fixture(scope="module")
def base(delivered, tmp_path_factory):
    return landed_from(delivered, tmp_path_factory.mktemp("base") / "base.duckdb")


@pytest.fixture(scope="module")
def planned(delivered, base):
    """The edits of a fault, worked out from a database of the folder."""
    with planner(delivered, base) as run:
        yield run


def told(edits):
    """Row edits as short tuples: day number, what changed, whether a row came or went."""
    out = []
    for e in edits:
        if e.before is None:
            out.append((DAYS.index(e.delivery), "added", tuple(e.after.values())))
        elif e.after is None:
            out.append((DAYS.index(e.delivery), "lost", tuple(e.before.values())))
        else:
            new = {k: v for k, v in e.after.items() if v != e.before[k]}
            out.append((DAYS.index(e.delivery), "changed", new))
    return out


def test_a_free_edit_is_in_every_delivery_that_carries_the_record(planned):
    edit = planned("free_edit", feed="fines", record="1", values={"code": CODES[2]})
    assert told(edit.faulty) == [
        (0, "changed", {"code": CODES[2]}),
        (1, "changed", {"code": CODES[2]}),
    ]
    assert edit.corrected is None and edit.correction_day is None
    edit = planned("free_edit", feed="warnings", record="7", values={"code": CODES[2]})
    assert [e[0] for e in told(edit.faulty)] == [0, 1, 2, 3]


def test_a_firm_is_taken_for_one_that_a_filing_links_with_it_or_that_was_struck_off(planned):
    for record, other in (("7", CODES[1]), ("8", CODES[0])):
        edit = planned("code_of_linked_firm", feed="warnings", record=record)
        assert told(edit.faulty)[0] == (0, "changed", {"code": other})
        edit = planned("code_of_struck_off_firm", feed="warnings", record=record, delivery=DAYS[1])
        assert told(edit.faulty)[0] == (1, "changed", {"code": CODES[2]})
        with pytest.raises(FaultError, match=f"changes nothing in record {record}"):  # not yet
            planned("code_of_struck_off_firm", feed="warnings", record=record, delivery=DAYS[0])
    for kind_of, record in (("code_of_linked_firm", "9"), ("code_of_struck_off_firm", "9")):
        with pytest.raises(FaultError, match="changes nothing in record 9"):
            planned(kind_of, feed="warnings", record=record)


def test_a_delivery_that_does_not_tell_of_the_record_is_told_with_those_that_do(planned):
    some = {"feed": "fines", "record": "1", "values": {"code": CODES[2]}}
    said = f"it, but in that of {DAYS[0]}, {DAYS[1]}"
    with pytest.raises(
        FaultError, match=f"in its delivery of {DAYS[2]}: the record is not in {said}"
    ):
        planned("free_edit", **some, delivery=DAYS[2])
    with pytest.raises(FaultError, match=r"in its delivery of \S+\.$"):  # it is there, and says so
        planned("free_edit", **some | {"values": {"code": CODES[0]}}, delivery=DAYS[0])


def test_once_is_in_one_delivery(planned):
    edit = planned(
        "free_edit", feed="warnings", record="7", values={"code": CODES[2]}, scope="once",
        delivery=DAYS[1],
    )  # fmt: skip
    assert told(edit.faulty) == [(1, "changed", {"code": CODES[2]})]


def test_the_correction_rides_on_the_first_delivery_on_or_after_its_day(planned):
    for days, expected in ((1, 1), (7, 1), (8, 2), (21, 3)):
        edit = planned(
            "free_edit", feed="warnings", record="7", values={"code": CODES[2]}, correct_after=days
        )
        assert edit.correction_day == DAYS[expected]
        assert [e[0] for e in told(edit.corrected)] == list(range(expected))


def test_a_correction_that_would_never_be_delivered_is_refused(planned):
    with pytest.raises(FaultError, match="last delivery of warnings is on 2024-01-22"):
        planned("free_edit", feed="warnings", record="7", values={"code": ""}, correct_after=22)
    with pytest.raises(FaultError, match="1 to 3,653 days after the fault, not 0"):
        planned("free_edit", feed="warnings", record="7", values={"code": ""}, correct_after=0)


def test_a_drawn_fault_is_one_that_can_be_corrected(planned):
    """Three weeks on there is a delivery for what goes wrong in the first one alone."""
    for seed in range(10):
        edit = planned("mistyped_code", seed=seed, correct_after=21)
        assert (edit.struck.day, edit.correction_day) == (DAYS[0], DAYS[3])


def test_changes_are_corrected_by_a_row_of_their_own(planned):
    edit = planned(
        "free_edit", feed="fines", record="1", values={"code": CODES[2]}, correct_after=14
    )
    assert told(edit.corrected) == [
        (0, "changed", {"code": CODES[2]}),
        (1, "changed", {"code": CODES[2]}),
        (2, "added", ("1", CODES[0], "0.6", "C")),
    ]


def test_appends_are_corrected_by_a_further_row(planned):
    """Without a natural key, twice the same row is two records; one of them is struck."""
    edit = planned("mistyped_code", feed="notes", seed=3, correct_after=1)
    (struck,) = edit.faulty
    assert edit.corrected[0] == struck
    added = [e for e in told(edit.corrected) if e[1] == "added"]
    assert added == [(added[0][0], "added", tuple(struck.before.values()))]


def test_a_row_that_would_be_kept_aside_takes_no_good_row_with_it():
    good = dict(zip(FINES.column_names, ("1", CODES[0], "0.5", "A"), strict=True))
    unknown = good | {"mark": "X"}  # says the same of the same record, so it is the same version
    with databases() as db:
        gates = Gates(db)
        assert gates.let_through(FINES, {DAYS[0]: [unknown, good]}) == {DAYS[0]: [good]}
        assert gates.let_through(FINES, {DAYS[0]: [unknown], DAYS[1]: [good]}) == {
            DAYS[0]: [], DAYS[1]: [good]
        }  # fmt: skip


def test_many_cases_are_planned_as_each_alone_and_a_feeds_gate_asked_once(
    delivered, base, planned, monkeypatch
):
    faults = [("fines", 1), ("notes", 2), ("nowhere", 3), ("fines", 4)]
    asked = [{"feed": feed, "seed": seed, "correct_after": 1} for feed, seed in faults]
    alone = [planned("mistyped_code", **asked[n]) for n in (0, 1, 3)]
    gates, kept = [], Gates._kept
    monkeypatch.setattr(Gates, "_kept", lambda *args: gates.append(args[1].name) or kept(*args))
    with databases(base=base) as db:
        landed, others = Landed(db, "base", FEEDS), Registered(db, "base", REGISTERS)
        cases = [[FaultSpec("mistyped_code", **one)] for one in asked]
        *found, why_not, last = plan_cases(landed, others, delivered, cases)
        found = [edit for case in (*found, last) for edit in case]
    assert gates == ["fines", "notes"]
    assert isinstance(why_not, FaultError)
    assert [(e.faulty, e.corrected) for e in found] == [(e.faulty, e.corrected) for e in alone]


def test_what_a_remedy_asks_of_the_gates_is_known_beforehand(delivered, base, monkeypatch):
    gates, kept = [], Gates._kept
    monkeypatch.setattr(Gates, "_kept", lambda *args: gates.append(args[1].name) or kept(*args))
    with databases(base=base) as db:
        landed, others = Landed(db, "base", FEEDS), Registered(db, "base", REGISTERS)
        wrong = plan_case(landed, others, delivered, [FaultSpec("mistyped_code", feed="fines")])
        remedy = Remedy("notice", correct_on=wrong[0].struck.days[-1])
        landed.gates.ask(asked_of_remedy(wrong, remedy))
        assert gates == ["fines"]
        (edit,) = put_right(landed, delivered, wrong, remedy)
    assert gates == ["fines"]
    assert edit.correction_day == remedy.correct_on


def test_a_lost_withdrawal_is_drawn_among_what_was_withdrawn(planned):
    seen = set()
    for seed in range(12):
        edit = planned("lost_withdrawal", seed=seed)
        seen.add((edit.struck.feed.name, edit.struck.day))
    assert seen == {("fines", DAYS[2]), ("warnings", DAYS[2])}
    edit = planned("lost_withdrawal", feed="warnings", correct_after=7)
    assert told(edit.faulty) == [(2, "added", ("8", CODES[1])), (3, "added", ("8", CODES[1]))]
    assert told(edit.corrected) == [(2, "added", ("8", CODES[1]))]


def test_the_code_of_another_is_a_registered_one(planned):
    for seed in range(8):
        edit = planned("valid_code_of_another", feed="fines", seed=seed)
        assert edit.faulty[0].after["code"] in set(CODES) - {edit.faulty[0].before["code"]}


def test_a_namesake_is_another_of_that_name(planned):
    edit = planned("same_name_mixup", feed="notes", seed=1)
    assert {edit.faulty[0].before["person"], edit.faulty[0].after["person"]} == set(PEOPLE[:2])


def test_draws_are_the_same_every_time_and_reach_every_record(planned):
    one = [planned("mistyped_code", seed=n) for n in range(30)]
    assert [e.faulty for e in one[:5]] == [
        planned("mistyped_code", seed=n).faulty for n in range(5)
    ]
    assert {e.struck.feed.name for e in one} == {"fines", "warnings", "notes"}


def test_a_stale_snapshot_is_corrected_by_the_next_delivery(planned, folder):
    edit = planned("stale_delivery", feed="warnings", delivery=DAYS[3])
    (file,) = edit.faulty
    earlier = {(folder / f"warnings/warnings_{d:%Y%m%d}.xlsx").read_bytes() for d in DAYS[:3]}
    assert isinstance(file, FileEdit) and file.content in earlier


def test_what_a_stale_delivery_of_changes_undid_comes_as_corrections(planned):
    """On day 2 the first delivery comes again, or the second, instead of the withdrawal of 2."""
    first = {("2", CODES[1], "0.5", "D"), ("1", CODES[0], "0.6", "C")}
    second = {("2", CODES[1], "0.5", "D")}
    seen = set()
    for seed in range(8):
        edit = planned("stale_delivery", feed="fines", delivery=DAYS[2], correct_after=7, seed=seed)
        rows = [e for e in edit.corrected if isinstance(e, RowEdit)]
        assert {e.delivery for e in rows} == {DAYS[3]}
        seen.add(frozenset(tuple(e.after.values()) for e in rows))
    assert seen == {frozenset(first), frozenset(second)}


def test_what_is_owed_of_a_whole_register_is_found_in_one_pass(planned, monkeypatch):
    """Of two rows sent instead of a withdrawal, and six delivered, each is asked for its key once."""
    asked = []

    def key_once(feed, row):
        asked.append(row["no"])
        return key_of(feed, row)

    monkeypatch.setattr(edits, "key_of", key_once)
    edit = planned("full_for_increment", feed="fines", delivery=DAYS[2], correct_after=7)
    assert sorted(asked) == ["1", "1", "1", "2", "2", "3", "3", "4"]
    assert told(edit.corrected[1:]) == [(3, "added", ("2", CODES[1], "0.5", "D"))]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"kind": "free_edit", "feed": "fines"}, "needs a feed, a record and at least one"),
        ({"kind": "wrong_unit", "feed": "warnings"}, "has no place in feed warnings"),
        ({"kind": "wrong_unit", "feed": "nosuch"}, "no feed 'nosuch' here; there are fines"),
        ({"kind": "wrong_unit", "record": "1"}, "named together with its feed"),
        ({"kind": "mistyped_code", "feed": "fines", "record": "77"}, "delivered no record '77'"),
        ({"kind": "mistyped_code", "feed": "fines", "delivery": date(2024, 1, 2)}, "nothing on"),
        ({"kind": "mistyped_code", "scope": "twice"}, "source or once"),
        ({"kind": "stale_delivery", "feed": "fines", "record": "1"}, "whole delivery"),
        ({"kind": "stale_delivery", "feed": "fines", "delivery": DAYS[0]}, "no delivery"),
        ({"kind": "wrong_unit", "values": {"code": "x"}}, "chooses its own values"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(planned, asked, sentence):
    with pytest.raises(FaultError, match=sentence):
        planned(asked.pop("kind"), **asked)


# --- files ----------------------------------------------------------------------------------------


def contents(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def rows_of(folder, feed, day):
    file = folder / feed.name / f"{feed.name}_{DAYS[day]:%Y%m%d}.{feed.extension}"
    found, bad = read(feed, file)
    assert not bad
    return [tuple(row.values()) for row in found.select(list(feed.column_names)).to_pylist()]


def test_what_is_drawn_spares_files_that_cannot_be_written_anew(folder, tmp_path):
    """Asked for by record the fault stands there all the same, and refuses when it is made."""
    damaged = f"fines/fines_{DAYS[1]:%Y%m%d}.csv"
    with (folder / damaged).open("ab") as file:
        file.write(b"broken\n")
    with planner(folder, landed_from(folder, tmp_path / "base.duckdb")) as planned:
        for name in ("mistyped_code", "column_renamed", "missing_delivery"):
            for seed in range(4):
                edit = planned(name, feed="fines", seed=seed, correct_after=(None, 7)[seed % 2])
                rewritten = [e.file for e in edit.rows()]
                assert damaged not in rewritten
        edit = planned("free_edit", feed="fines", record="1", values={"code": CODES[2]})
    with pytest.raises(EditError, match="1 record.s. that cannot be read .line 5"):
        apply(edit.faulty, folder, folder, FEEDS, folder.parent / "log")


def test_a_delivery_under_another_days_name(planned, folder, tmp_path):
    """The file of day 1 bears the name of day 2, whose own rows are owed on day 3."""
    edit = planned("misdated_delivery", feed="fines", delivery=DAYS[1], correct_after=14)
    first, second = (f"fines/fines_{d:%Y%m%d}.csv" for d in DAYS[1:3])
    before = contents(folder)
    apply(edit.corrected, folder, tmp_path / "edited", FEEDS, tmp_path / "log")
    after = contents(tmp_path / "edited")
    assert first not in after and after[second] == before[first]
    assert ("2", CODES[1], "0.5", "D") in rows_of(tmp_path / "edited", FINES, 3)
    assert contents(folder) == before


def test_only_touched_files_are_written_anew(planned, folder, tmp_path):
    edit = planned(
        "free_edit", feed="fines", record="1", values={"code": CODES[2]}, correct_after=14
    )
    before = contents(folder)
    log = apply(edit.corrected, folder, tmp_path / "edited", FEEDS, tmp_path / "log")
    assert contents(folder) == before  # the original is never written into, linked or not
    after = contents(tmp_path / "edited")
    assert {name for name in before if before[name] != after[name]} == {
        f"fines/fines_{day:%Y%m%d}.csv" for day in DAYS[:3]
    }
    assert rows_of(tmp_path / "edited", FINES, 0) == [
        ("1", CODES[2], "0.5", "A"),
        ("2", CODES[1], "0.5", "A"),
    ]
    assert rows_of(tmp_path / "edited", FINES, 2) == [
        ("2", CODES[1], "0.5", "D"),
        ("1", CODES[0], "0.6", "C"),
    ]
    log.undo()
    assert contents(tmp_path / "edited") == before


KINDS = ["mistyped_code", "row_lost", "lost_withdrawal", "stale_delivery", "misdated_delivery"]
CASES = [(k, f) for k in KINDS for f in FEEDS if (k, f) != ("lost_withdrawal", "notes")]


@pytest.mark.parametrize(("name", "feed"), CASES)
def test_every_fault_is_undone_to_the_byte(planned, folder, tmp_path, name, feed):
    edit = planned(name, feed=feed)
    before = contents(folder)
    log = apply(edit.faulty, folder, folder, FEEDS, tmp_path / "log")
    assert contents(folder) != before
    log.undo()
    assert contents(folder) == before


def test_a_lost_row_is_gone_and_the_others_stay(planned, folder, tmp_path):
    edit = planned("row_lost", feed="fines", record="2", scope="once")
    apply(edit.faulty, folder, tmp_path / "edited", FEEDS, tmp_path / "log")
    assert rows_of(tmp_path / "edited", FINES, 0) == [("1", CODES[0], "0.5", "A")]


def test_a_file_that_changed_meanwhile_is_not_edited(planned, folder, tmp_path):
    edit = planned("free_edit", feed="fines", record="1", values={"code": CODES[2]})
    file = folder / f"fines/fines_{DAYS[0]:%Y%m%d}.csv"
    write(FINES, table(FINES, [("2", CODES[1], "0.5", "A")]), file)
    with pytest.raises(EditError, match="does not hold the row the database was built from"):
        apply(edit.faulty, folder, tmp_path / "edited", FEEDS, tmp_path / "log")


@pytest.mark.parametrize("what", ["is not the file", "is gone", "came after"])
def test_files_that_are_not_those_landed_are_named(folder, base, what):
    """A file {changed, taken away, added} after landing given: expected is a sentence that names it."""
    day = f"{DAYS[0]:%Y%m%d}"
    file = folder / f"fines/fines_{day}.csv"
    with databases(base=base) as db:
        landed = Landed(db, "base", FEEDS)
        landed.see_as_landed(folder)
        assert landed.content(folder, FINES, DAYS[0]) == file.read_bytes()
        if what == "came after":
            file = folder / "fines/fines_20300101.csv"
        if what == "is gone":
            file.unlink()
        else:
            write(FINES, table(FINES, [("9", CODES[1], "0.5", "A")]), file)
        with pytest.raises(HomeError, match=f"{file.name} {what}"):
            landed.see_as_landed(folder)
        if what != "came after":
            with pytest.raises(HomeError, match=f"{file.name} {what}"):
                landed.content(folder, FINES, DAYS[0])
