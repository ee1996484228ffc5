"""Rows kept aside: looked at, corrected, released and discarded, and what the next build makes of it."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import date
from itertools import permutations
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.build import build
from pipelines.engine import open_engine
from pipelines.home import Home
from pipelines.in_force import opened
from pipelines.landing.decisions import (
    LOG,
    Decided,
    DecisionError,
    Step,
    add_to_log,
    corrected,
    courses,
    decided_by,
    decided_in,
    in_edited_files,
    read_log,
)
from pipelines.made_by import out_of_date
from pipelines.quarantine.rows import (
    Aside,
    NotKeptAside,
    listed,
    registered_names,
    shown,
    shown_by_itself,
)
from pipelines.quarantine.steps import _see, decide
from pipelines.replay import FaultSpec, prove
from pipelines.replay.compare.universes import Universes
from pipelines.replay.plan.case import rows_of_states
from pipelines.replay.plan.edits import RowEdit, apply, decided_after
from pipelines.run import build_home
from quality.expectations import expect
from schemas.contract import feeds
from schemas.record_id import version
from tests.promises.databases import unlike

COURT = feeds()["court"]


def step(what="correct", digest="", row=None, line=2, **more) -> Step:
    return Step(
        "2026-01-01T00:00:00+00:00",
        "Li",
        "seen",
        what,
        "court",
        "2024-03-13",
        line,
        digest,
        1,
        row,
        **more,
    )


def court(**values) -> dict[str, str | None]:
    return dict.fromkeys(COURT.column_names) | {"id": "1", "iname": "a"} | values


RAW = court(age="x")
FIRST, SECOND = court(age="1"), court(age="2")
SAID = {"raw": RAW, "1": FIRST, "2": SECOND}
MARKS = {name: version(COURT, row) for name, row in SAID.items()}


def says(after: str) -> str:
    return json.dumps({"age": ["x", after]})


@pytest.mark.parametrize(
    ("steps", "comes_to"),
    [
        ([], []),
        (
            [step(values={"age": "1"}, digest=MARKS["raw"], row=RAW)],
            [("raw", "1", "correct", says("1"))],
        ),
        # Corrected again before the next build, and after it: by either digest it is the same row.
        (
            [
                step(values={"age": "1"}, digest=MARKS["raw"], row=RAW),
                step(values={"age": "2"}, digest=MARKS["raw"], row=RAW),
            ],
            [("raw", "2", "correct", says("2"))],
        ),
        (
            [
                step(values={"age": "1"}, digest=MARKS["raw"], row=RAW),
                step("release", MARKS["1"], FIRST),
                step(values={"age": "2"}, digest=MARKS["1"], row=FIRST),
            ],
            [("raw", "2", "release", says("2"))],
        ),
        # Put back as it was: nothing is decided of it any more.
        (
            [
                step(values={"age": "1"}, digest=MARKS["raw"], row=RAW),
                step(values={"age": "x"}, digest=MARKS["1"], row=FIRST),
            ],
            [],
        ),
        (
            [step("release", MARKS["raw"], RAW), step("discard", MARKS["raw"], RAW)],
            [("raw", "raw", "discard", None)],
        ),
    ],
)
def test_what_a_log_comes_to(steps, comes_to, tmp_path) -> None:
    add_to_log(tmp_path / LOG, steps)
    assert read_log(tmp_path / LOG) == steps
    assert decided_by(steps) == [
        Decided("court", "2024-03-13", MARKS[raw], MARKS[lands], decision, told)
        for raw, lands, decision, told in comes_to
    ]


def test_a_log_is_added_to_and_never_written_anew(tmp_path) -> None:
    for what in ("release", "discard"):
        add_to_log(tmp_path / LOG, [step(what, MARKS["raw"], RAW)])
    assert [one.what for one in read_log(tmp_path / LOG)] == ["release", "discard"]
    with (tmp_path / LOG).open("a", encoding="utf-8") as file:
        file.write('{"what": "sell"}\n')
    with pytest.raises(DecisionError, match="line 3 is no step of a quarantine"):
        read_log(tmp_path / LOG)


@pytest.mark.parametrize("after", [[], [step("release", MARKS["raw"], RAW)]])
def test_a_last_line_that_was_never_finished_may_be_taken_out(after, tmp_path) -> None:
    (tmp_path / LOG).write_text('{"what": "rele\n', encoding="utf-8")
    add_to_log(tmp_path / LOG, after)
    with pytest.raises(DecisionError) as told:
        read_log(tmp_path / LOG)
    assert ("take the line out if it was never finished" in str(told.value)) == (not after)


def test_a_mark_of_utf_8_before_a_log_is_passed_over(tmp_path) -> None:
    add_to_log(tmp_path / LOG, [step("release", MARKS["raw"], RAW)])
    (tmp_path / LOG).write_bytes(b"\xef\xbb\xbf" + (tmp_path / LOG).read_bytes())
    assert [one.what for one in read_log(tmp_path / LOG)] == ["release"]


def test_a_log_holds_characters_that_end_a_line_elsewhere(tmp_path) -> None:
    steps = [
        replace(step("release", MARKS["raw"], court(iname=c)), why=c) for c in "\x85\u2028\u2029"
    ]
    add_to_log(tmp_path / LOG, steps)
    assert read_log(tmp_path / LOG) == steps


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("line", "2"), ("line", True), ("delivery", 20240313), ("digest", None), ("nth", 0),
        ("row", "x"), ("row", {"age": 5}), ("row", None), ("values", ["age"]), ("alike", None),
        ("alike", [[1]]), ("feed", ["court"]), ("who", None),
    ],
)  # fmt: skip
def test_a_line_with_a_part_of_another_kind_is_no_step(part, value, tmp_path) -> None:
    """{what: release} given: expected is one sentence that names the line and the part."""
    said = asdict(step("release", MARKS["raw"], RAW)) | {part: value}
    (tmp_path / LOG).write_text(json.dumps(said) + "\n", encoding="utf-8")
    with pytest.raises(DecisionError, match=rf"line 1 is no step of a quarantine \(its {part} "):
        read_log(tmp_path / LOG)


@pytest.mark.parametrize("line", ["中".encode("gbk"), b"[" * 100_000, b""])
def test_a_line_that_is_no_text_or_no_json_is_named(line, tmp_path) -> None:
    add_to_log(tmp_path / LOG, [step("release", MARKS["raw"], RAW)])
    with (tmp_path / LOG).open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(DecisionError, match="line 2 is no step of a quarantine"):
        read_log(tmp_path / LOG)


def test_a_step_is_a_line_of_its_own_where_an_editor_left_the_last_without_its_end(
    tmp_path,
) -> None:
    steps = [step(what, MARKS["raw"], RAW) for what in ("release", "discard")]
    add_to_log(tmp_path / LOG, steps[:1])
    (tmp_path / LOG).write_bytes((tmp_path / LOG).read_bytes().rstrip())
    add_to_log(tmp_path / LOG, steps[1:])
    assert read_log(tmp_path / LOG) == steps


@pytest.mark.parametrize(
    ("row", "values", "column"),
    [({}, {}, "age"), (RAW | {"agee": "1"}, {}, "agee"), (RAW, {"agee": "1"}, "agee")],
)
def test_a_step_that_speaks_of_other_columns_than_the_contract_is_refused(
    row, values, column
) -> None:
    with pytest.raises(DecisionError, match=f"court:2024-03-13:2 with(out)? a column '{column}'"):
        decided_by([step(values=values, digest=MARKS["raw"], row=row)])


def test_a_log_that_names_a_feed_without_a_contract_is_refused_in_a_sentence() -> None:
    gone = step(values={"age": "1"}, digest=MARKS["raw"], row=RAW)
    with pytest.raises(
        DecisionError, match="court:2024-03-13:2, but there is no contract of a feed"
    ):
        decided_by([gone], known={})


def test_a_line_whose_row_was_changed_by_hand_is_named(tmp_path) -> None:
    """Two steps, the row of the second changed from `1` to `2` in an editor."""
    steps = [step("release", MARKS["raw"], RAW), step("discard", MARKS["1"], FIRST, line=7)]
    add_to_log(tmp_path / LOG, steps)
    assert len(decided_in(tmp_path)) == 2
    lines = (tmp_path / LOG).read_text(encoding="utf-8").replace('"age": "1"', '"age": "2"')
    (tmp_path / LOG).write_text(lines, encoding="utf-8")
    with pytest.raises(
        DecisionError, match=r"line 2: the row .* court:2024-03-13:7 is not the one"
    ):
        decided_in(tmp_path)


def at(line: int, before: str, after: str, *alike: int) -> Step:
    """A correction of the row on a line, from one of `SAID` to another."""
    row = SAID[before]
    return step(values=SAID[after], digest=MARKS[before], row=row, line=line, alike=[*alike])


def test_each_row_keeps_its_course_where_one_is_corrected_to_say_what_another_says() -> None:
    """`1` stands on lines 1 and 4, `2` on line 2; `raw` is what neither says at first."""

    def comes_to(*steps: Step) -> set[tuple]:
        names = {mark: name for name, mark in MARKS.items()}
        return {(names[d.delivered], names[d.version], d.decision) for d in decided_by(steps)}

    kept_out = step("discard", MARKS["1"], FIRST, line=1)
    to_other = at(2, "2", "1", 2)
    # The row that says so in its file keeps what was decided of it, and so does the other.
    assert comes_to(kept_out, to_other, at(1, "1", "raw", 1, 4)) == {
        ("1", "raw", "discard"), ("2", "1", "correct"),
    }  # fmt: skip
    # That it is corrected only later makes no difference, nor that both then say the same.
    assert comes_to(to_other, at(1, "1", "raw", 1, 2, 4)) == {
        ("1", "raw", "correct"), ("2", "1", "correct"),
    }  # fmt: skip
    # Rows delivered alike are one, whichever of them is named after they were corrected.
    assert comes_to(at(1, "1", "2", 1, 4), at(4, "2", "raw", 1, 2, 4)) == {("1", "raw", "correct")}


@pytest.mark.parametrize("names", permutations(("raw", "1", "2")))
def test_corrections_are_of_rows_as_delivered(names) -> None:
    """The first row comes to say what the second said, and the second what the third says."""
    table = pa.Table.from_pylist(
        [SAID[name] for name in names], pa.schema([(c, pa.string()) for c in COURT.column_names])
    )
    first, second, third = names
    steps = [at(1, first, second, 1), at(2, second, third, 2)]
    read = corrected(COURT, table, decided_by(steps), "2024-03-13")["age"].to_pylist()
    assert read == [SAID[name]["age"] for name in (second, third, third)]


def test_only_the_row_that_was_corrected_is_read_otherwise() -> None:
    days = ["2024-03-13", "2024-03-13", "2024-03-14"]
    rows = [RAW, RAW | {"id": "2"}, RAW]
    table = pa.Table.from_pylist(
        [{"delivery": day} | row for day, row in zip(days, rows, strict=True)],
        pa.schema([(c, pa.string()) for c in ("delivery", *COURT.column_names)]),
    )
    decided = decided_by([step(values={"age": None}, digest=MARKS["raw"], row=RAW)])
    assert corrected(COURT, table, decided)["age"].to_pylist() == [None, "x", "x"]
    assert corrected(COURT, table, [])["age"].to_pylist() == ["x", "x", "x"]
    assert corrected(feeds()["residents"], table, decided) is table


def test_in_files_replaced_by_others(tmp_path) -> None:
    """A release follows the file; a row that was written as corrected is not corrected again."""
    file = tmp_path / "file"
    file.write_bytes(b"other")
    whole = Decided("court", "2024-03-13", "a" * 64, "a" * 64, "release")
    (row,) = decided_by([step(values={"age": "1"}, digest=MARKS["raw"], row=RAW)])
    place = ("court", "2024-03-13")
    assert in_edited_files([whole, row], {}, ()) == [whole, row]
    followed, left = in_edited_files([whole, row], {place: file}, ())
    assert followed.version == followed.delivered != whole.version and left == row
    assert in_edited_files([row], {place: file}, {place}) == [row._replace(says=None)]


@pytest.mark.parametrize(
    ("kind", "arguments", "value", "right"),
    [
        ("in_set", {"values": ("CLOSED", "OPEN")}, "CLOSD", "CLOSED"),
        ("in_set", {"values": ("CLOSED", "OPEN")}, "-", None),
        ("check_digit", {"scheme": "org_code"}, "PDY006121", "PDY006120"),
        ("check_digit", {"scheme": "org_code"}, "PDY-06121", None),
        (
            "check_digit",
            {"scheme": "resident_no"},
            "110105194912310021",
            None,
        ),  # another's, perhaps
        ("present", {}, None, None),
    ],
)
def test_what_a_value_shows_of_itself(kind, arguments, value, right) -> None:
    e = expect("landing.court", "rule", kind, "warn", "", "age", **arguments)
    assert shown_by_itself(COURT, e, value) == right


# --- in a home ---------------------------------------------------------------------------------------


def test_a_name_is_that_of_whose_code_stands_beside_it_not_of_who_acts_for_him() -> None:
    """The number of a legal representative stands beside his own name and that of his firm."""
    firm, person = "91870101PDY00001XE", "870101198504120111"
    with open_engine("duckdb") as engine:
        engine.execute("CREATE SCHEMA resolve")
        engine.execute(
            "CREATE TABLE resolve.identifiers AS SELECT * FROM (VALUES "
            f"('f', 'uscc', '{firm}'), ('p', 'resident_no', '{person}')) AS t (subject_id, scheme, value)"
        )
        engine.execute(
            "CREATE TABLE resolve.names AS SELECT * FROM (VALUES ('f', '甲公司', DATE '2024-01-01'), "
            "('p', '王伟', DATE '2024-01-01')) AS t (subject_id, name, from_day)"
        )
        fines, people = feeds()["city_penalties"], feeds()["residents"]
        row = {"code_1": firm, "cf_fr_zjhm": person}
        assert registered_names(engine, fines, row) == {"cf_xdr_mc": "甲公司", "cf_frdb": "王伟"}
        assert registered_names(engine, fines, {"cf_xdr_zjhm": person}) == {"cf_xdr_mc": "王伟"}
        assert registered_names(engine, fines, {"cf_fr_zjhm": person}) == {"cf_frdb": "王伟"}
        assert registered_names(engine, people, {"fqsfhm": person}) == {}  # the father's


CASE, SEX, BORN = "court:2024-03-13:1", "residents:2024-01-01:4", "residents:2024-01-01:7"
RIGHT = {CASE: {"performance": "全部未履行"}, SEX: {"xb": "1"}, BORN: {"csrq": "19850312"}}
WRONG = {CASE: {"performance": "全未履行"}, SEX: {"xb": "7"}, BORN: {"csrq": "39850312"}}
BY = ("Li", "asked the office")


@pytest.fixture(scope="module")
def spoilt(story, tmp_path_factory) -> Path:
    """A home of the story in which a status, a sex and a day of birth are delivered wrong."""
    home, edits = Home(tmp_path_factory.mktemp("quarantine")), []
    for place, values in WRONG.items():
        feed, day, line = place.split(":")
        file = f"{feed}/{feed}_{day.replace('-', '')}.{feeds()[feed].extension}"
        columns = ", ".join(feeds()[feed].column_names)
        (row,) = story.rows(
            f"SELECT {columns} FROM landing.{feed} WHERE delivery = '{day}' AND line = {line}"
        )
        before = dict(zip(feeds()[feed].column_names, row, strict=True))
        after = before | values
        edits.append(RowEdit(feed, date.fromisoformat(day), file, int(line), before, after))
    apply(edits, story.landing, home.landing, feeds(), home.path / "log")
    build_home(home)
    return home.path


@pytest.fixture
def home(spoilt, tmp_path) -> Home:
    """The same, to work in."""
    shutil.copytree(spoilt, tmp_path / "home", ignore=shutil.ignore_patterns("landing", "log"))
    (tmp_path / "home" / "landing").symlink_to(spoilt / "landing")
    return Home(tmp_path / "home")


def kept(home: Home, *only: str | None) -> dict:
    with opened(home) as engine:
        return listed(engine, courses(read_log(home.path / LOG)), *only)


def states(home: Home) -> dict[str, str]:
    return {row["row"]: row["state"] for row in kept(home)["rows"]}


def rows(home: Home, sql: str) -> list[tuple]:
    with opened(home) as engine:
        return engine.fetch(sql)


def test_what_is_kept_aside_is_told_by_feed_rule_and_row(home) -> None:
    found = kept(home)
    none = {"corrected": 0, "released": 0, "discarded": 0}
    assert found["counts"] == [
        {"feed": feed, "rule": rule, "rows": 1, "open": 1} | none
        for feed, rule in (
            ("court", "valid_performance"), ("residents", "bounds_csrq"), ("residents", "valid_xb"),
        )
    ]  # fmt: skip
    told = {
        (row["row"], v["column"], v["value"], v["right"])
        for row in found["rows"]
        for v in row["verdicts"]
        if v["outcome"] == "quarantine"
    }
    assert told == {
        (CASE, "performance", "全未履行", "全部未履行"),
        (SEX, "xb", "7", None),
        (BORN, "csrq", "39850312", None),
    }
    assert [row["row"] for row in kept(home, "court")["rows"]] == [CASE]
    assert [row["row"] for row in kept(home, None, "valid_xb")["rows"]] == [SEX]


def test_a_row_is_shown_whole(home) -> None:
    decide(home, "correct", *BY, row=CASE, values={"iname": "同名公司"}, when="2026-01-01")
    with opened(home) as engine:
        decided = courses(read_log(home.path / LOG))
        found = shown(engine, CASE, decided)
        assert shown(engine, found["record_id"][:8], decided) == found
    cells = {cell["column"]: cell for cell in found["columns"]}
    assert list(cells) == list(COURT.column_names)
    assert cells["performance"]["right"] == "全部未履行"
    assert "performance is one of 全部未履行, 部分未履行" in cells["performance"]["expected"]
    assert (cells["iname"]["value"], cells["iname"]["read_as"]) == (
        "柳陌鼎远装饰工程有限公司",
        "同名公司",
    )
    assert found["log"] == [
        {"when": "2026-01-01", "who": "Li", "why": "asked the office", "what": "correct",
         "values": {"iname": "同名公司"}}
    ]  # fmt: skip


def test_corrected_and_released_it_is_as_if_it_had_never_been_wrong(home, story) -> None:
    (still,) = decide(home, "correct", *BY, row=CASE, values={"performance": "没有"})
    assert [one["rule"] for one in still["still"]] == ["valid_performance"]
    before = (home.landing / "court" / "court_20240313.json").read_bytes()
    for place, values in RIGHT.items():
        (done,) = decide(home, "correct", *BY, row=place, values=values)
        assert done["still"] == []
    decide(home, "release", *BY, row=CASE)
    assert states(home) == {CASE: "released", SEX: "corrected", BORN: "corrected"}
    with opened(home) as engine:
        assert "other decisions" in (out_of_date(engine, home.database(), home.path) or "")
    add_to_log(home.path / LOG, [step("release", MARKS["raw"], RAW)])
    assert "court: 1 decision of the quarantine" in " ".join(build_home(home)["gates"])
    with opened(home) as engine:
        assert out_of_date(engine, home.database(), home.path) is None
    assert kept(home)["rows"] == []
    assert (home.landing / "court" / "court_20240313.json").read_bytes() == before
    beside = ("codes.decisions", "codes.made_by", "landing.deliveries")
    assert unlike(
        story.database,
        home.database(),
        lambda database, table, columns: (
            None if table in beside else f'SELECT {", ".join(columns)} FROM {database}.{table}'
        ),
    ) == {}  # fmt: skip


def test_a_replay_sees_the_base_as_built(home, tmp_path) -> None:
    """The row that was released says something else; the one that was corrected is wrong again."""
    decide(home, "release", *BY, feed="residents", rule="valid_xb")
    decide(home, "discard", *BY, row=BORN)
    decide(home, "correct", *BY, row=CASE, values=RIGHT[CASE])
    build_home(home)
    assert states(home) == {SEX: "released", BORN: "discarded"}
    found = "SELECT line, expectation, outcome FROM quality.verdicts ORDER BY line, expectation"
    assert rows(home, found) == [
        (4, "valid_xb", "released"), (7, "bounds_csrq", "quarantine"), (7, "discarded", "quarantine"),
    ]  # fmt: skip
    assert rows(home, "SELECT line FROM conform.residents WHERE xb = '7'") == [(4,)]
    specs = (
        FaultSpec(feed="residents", record="HJ84010300000008", values={"xm": "贺邦"}, scope="once"),
        FaultSpec(feed="court", record="0000000001", values=WRONG[CASE]),
    )
    with Universes(home, everything=True) as universes:
        made, _ = rows_of_states(universes.case(specs))
        universes.work_out({0: made})
        edited, log = tmp_path / "edited", tmp_path / "log"
        apply(made, home.landing, edited, feeds(), log, universes.decided)
        decided = decided_after(universes.decided, made, edited)
        build(edited, tmp_path / "rebuilt.duckdb", decided=decided, checks=False)
        assert {"conform.residents", "quality.verdicts", "lists.entries"} <= universes.small.moved
        assert prove.unlike(universes.small, 0, tmp_path / "rebuilt.duckdb") == {}


@pytest.mark.parametrize(
    ("step", "given", "sentence"),
    [
        ("release", {"row": "court:2024-03-13:9"}, "Nothing landed as 'court:2024-03-13:9'"),
        (
            "release",
            {"row": f"court:2024-03-13:{'9' * 5000}"},
            "Nothing landed as 'court:2024-03-13:99",
        ),
        ("release", {"row": "court:2024-03-13:²"}, "Nothing landed as 'court:2024-03-13:²'"),
        ("release", {"row": "cort:2024-03-13:1"}, "no feed 'cort'. Perhaps court is meant."),
        ("release", {"row": "abcdef12"}, "No row kept aside has a record_id"),
        ("release", {"row": "residents:2024-01-01:2"}, "is not kept aside"),
        ("release", {"row": BORN}, "csrq says '39850312', but csrq lies between 1901-01-01"),
        ("release", {"feed": "tax_a_class"}, "No open row is kept aside in tax_a_class; "),
        ("release", {"row": "court:2024-03-13"}, "The delivery court:2024-03-13 is not held"),
        ("release", {}, "Give one ROW, or --feed or --rule"),
        ("release", {"row": SEX, "who": " "}, "--who says nothing"),
        ("correct", {"row": SEX}, "Give --set COL=VALUE"),
        (
            "release",
            {"row": SEX, "values": {"xb": "1"}},
            "A release takes no values; correct the row",
        ),
        ("correct", {"row": SEX, "values": {"sex": "1"}}, "residents has no column 'sex'"),
        ("correct", {"row": SEX, "values": {"xb": "7"}}, "says that already"),
        (
            "correct",
            {"row": SEX, "values": {"xb": "x" * 99}},
            "A file of residents cannot say xb=xxx",
        ),
        (
            "correct",
            {"row": SEX, "values": {"gmsfhm": "11010519491231002X"}},
            "'11010519491231002X' could be a real identifier",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(step, given, sentence, spoilt) -> None:
    who = given.get("who", "Li")
    asked = {name: value for name, value in given.items() if name != "who"}
    with pytest.raises((DecisionError, NotKeptAside), match=re.escape(sentence)):
        decide(Home(spoilt), step, who, "seen", **asked)
    assert not (spoilt / LOG).exists()


def test_of_two_rows_that_differ_in_what_they_do_neither_is_decided_of_alone() -> None:
    """Line 3 gives a code that nobody knows; line 4 says another thing, on line 2 the same is asserted."""
    wrong = court(operation="remove")
    found = [court(operation="add"), wrong, wrong | {"age": "2"}]
    places = [{"delivery": "2024-03-13", "line": line} for line in (2, 3, 4)]
    table = pa.Table.from_pylist([a | b for a, b in zip(places, found, strict=True)])
    with open_engine("duckdb") as engine:
        engine.insert_arrow("landing.court", table)
        for line, row in ((3, wrong), (4, found[2])):
            verdicts = [{"rule": "valid_operation", "column": "operation", "outcome": "quarantine"}]
            one = Aside(COURT, "2024-03-13", line, "", "", row, version(COURT, row), 1, verdicts)
            told = "2024-03-13:3 and line 2 say the same but for operation"
            with pytest.raises(DecisionError, match=told) if line == 3 else nullcontext():
                _see(engine, one, "discard", {})


def test_what_stays_out_all_the_same_is_told_and_so_is_what_no_longer_does(home) -> None:
    """A row released that is then corrected out of bounds, and a row discarded that is corrected."""
    decide(home, "release", *BY, row=SEX)
    (free,) = decide(home, "correct", *BY, row=SEX, values={"xb": "8"})
    (bound,) = decide(home, "correct", *BY, row=SEX, values={"csrq": "39850312"})
    decide(home, "discard", *BY, row=CASE)
    (out,) = decide(home, "correct", *BY, row=CASE, values=RIGHT[CASE])
    told = [[v["rule"] for v in one["still"]] for one in (free, bound, out)]
    assert told == [[], ["bounds_csrq"], ["discarded"]]
    build_home(home)
    stays = "SELECT feed, line, expectation FROM quality.verdicts WHERE outcome = 'quarantine'"
    assert rows(home, f"{stays} ORDER BY ALL") == [
        ("court", 1, "discarded"), ("residents", 4, "bounds_csrq"), ("residents", 7, "bounds_csrq"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        {"natural_key": ("xm",)},
        {"columns": feeds()["residents"].columns[:-1]},
    ],
)
def test_a_contract_changed_since_the_build_is_told(other, spoilt, monkeypatch) -> None:
    changed = feeds() | {"residents": replace(feeds()["residents"], **other)}
    monkeypatch.setattr("pipelines.quarantine.rows.feeds", lambda: changed)
    told = "another contract of residents .* `islands build`"
    with opened(Home(spoilt)) as engine, pytest.raises(NotKeptAside, match=told):
        listed(engine, {})


def test_a_rule_that_there_is_not_is_told_and_not_taken_for_one_that_all_meet(spoilt) -> None:
    with opened(Home(spoilt)) as engine:
        with pytest.raises(
            NotKeptAside, match="'valid_xbb' is no expectation of residents.* valid_xb"
        ):
            listed(engine, {}, "residents", "valid_xbb")
        assert listed(engine, {}, "residents", "valid_xb")["counts"]
