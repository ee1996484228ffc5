"""Checks that are written down: as SQL with a header, or as a line of the table of checks."""

from __future__ import annotations

import re

import pytest
import sqlglot

from quality.expectations import violations_sql
from quality.suites import CHECKED_STAGES
from quality.written import QUALITY, CheckError, _of_line, of_file, written

LINE = {"table": "lists.entries", "check": "known", "outcome": "warn", "reason": "Because."}


def test_a_file_says_reason_table_and_outcome(tmp_path) -> None:
    path = tmp_path / "nobody_twice.sql"
    path.write_text("-- Nobody is\n-- here twice.\n-- table: a.b\n-- outcome: warn\nSELECT 1\n")
    check = of_file(path)
    assert (check.name, check.table, check.kind) == ("nobody_twice", "a.b", "no_rows")
    assert (check.outcome, check.reason) == ("warn", "Nobody is here twice.")
    assert violations_sql(check) == "SELECT 1"
    assert (check.owner, check.severity) == ("platform", "minor")


def test_a_file_may_say_who_is_told_and_how_grave_it_is(tmp_path) -> None:
    path = tmp_path / "nobody_twice.sql"
    head = "-- Nobody twice.\n-- table: lists.entries\n-- outcome: warn\n"
    path.write_text(f"{head}-- owner: court\n-- severity: major\nSELECT 1\n")
    check = of_file(path)
    assert (check.id, check.gate) == ("lists.nobody_twice", "lists.nobody_twice")
    assert (check.owner, check.severity, check.policy) == ("court", "major", "warn")
    path.write_text(f"{head}-- severity: dreadful\nSELECT 1\n")
    with pytest.raises(CheckError, match="'dreadful' is not minor, major or critical"):
        of_file(path)


def test_the_lines_of_a_header_stand_in_any_order(tmp_path) -> None:
    path = tmp_path / "nobody_twice.sql"
    lines = ["severity: major", "outcome: warn", "owner: court", "table: lists.entries"]
    for order in (lines, lines[::-1]):
        named = "".join(f"-- {line}\n" for line in order)
        for head in (
            f"-- Nobody: twice.\n{named}",
            f"{named[:-1]}\n-- Nobody: twice.\n-- drift: 5\n",
        ):
            path.write_text(f"{head}-- A comment of the query.\nSELECT 7\n")
            check = of_file(path)
            assert (check.table, check.outcome) == ("lists.entries", "warn")
            assert (check.owner, check.severity, check.reason) == (
                "court",
                "major",
                "Nobody: twice.",
            )
            assert "-- A comment of the query.\nSELECT 7" in violations_sql(check)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-- sevrity: major", "line 4: there is no `-- sevrity:`. Perhaps severity is meant."),
        ("-- owner:", "line 4: `-- owner:` says nothing"),
        ("-- table: a.c", "line 4: `-- table:` is said twice"),
        ("-- drift: many", "`-- drift:` takes a whole number of rows, not 'many'"),
    ],
)
def test_a_line_of_a_header_that_cannot_be_is_told(tmp_path, line, said) -> None:
    path = tmp_path / "nobody_twice.sql"
    path.write_text(f"-- Nobody twice.\n-- table: a.b\n-- outcome: warn\n{line}\nSELECT 1\n")
    with pytest.raises(CheckError, match=re.escape(said)):
        of_file(path)


def test_a_file_without_a_header_is_told(tmp_path) -> None:
    path = tmp_path / "nobody_twice.sql"
    path.write_text("-- Nobody twice.\nSELECT 1\n")
    with pytest.raises(CheckError, match="nobody_twice.sql: begin with a comment"):
        of_file(path)


def test_a_file_is_utf_8_with_or_without_a_mark(tmp_path) -> None:
    path = tmp_path / "nobody_twice.sql"
    text = "-- 没有人 twice.\n-- table: a.b\n-- outcome: warn\nSELECT 1\n"
    path.write_text(text, encoding="utf-8-sig")
    assert of_file(path).reason == "没有人 twice."
    path.write_text(text, encoding="gbk")
    with pytest.raises(CheckError, match=r"nobody_twice.sql: byte \d+ is not UTF-8"):
        of_file(path)


@pytest.mark.parametrize(
    ("form", "of", "arguments"),
    [
        ("holds", "a > 0", {"condition": "a > 0"}),
        ("in_set", "a: b c", {"values": ("b", "c")}),
        ("unique", "a, b", {"key": ("a", "b")}),
        (
            "refers_to",
            "a = s.t.b, c = s.t.d",
            {"key": ("a", "c"), "table": "s.t", "columns": ("b", "d")},
        ),
    ],
)
def test_a_line_of_each_form(form, of, arguments) -> None:
    (check,) = _of_line({**LINE, "form": form, "of": of})
    assert (check.kind, check.arguments) == (form, arguments)


@pytest.mark.parametrize(
    ("form", "of", "said"),
    [
        ("feels", "good", "there is no form 'feels'"),
        ("refers_to", "a = s.t.b, c = s.u.d", "one other"),
    ],
)
def test_a_line_of_no_form_is_told(form, of, said) -> None:
    with pytest.raises(ValueError, match=said):
        _of_line({**LINE, "form": form, "of": of})


def test_every_file_is_a_check_of_a_stage_and_reads_its_table() -> None:
    files = {path.parent.name: set() for path in QUALITY.glob("*/*.sql")}
    for path in QUALITY.glob("*/*.sql"):
        files[path.parent.name].add(path.stem)
    assert set(files) <= set(CHECKED_STAGES)
    for stage, names in files.items():
        checks = {check.name: check for check in written(stage) if check.kind == "no_rows"}
        assert all(check.id == f"{stage}.{name}" for name, check in checks.items())
        assert set(checks) == names
        for check in checks.values():
            tree = sqlglot.parse_one(check.arguments["query"], read="duckdb")
            read = {f"{t.db}.{t.name}" for t in tree.find_all(sqlglot.exp.Table) if t.db}
            assert check.table in read
            assert check.reads == read | {check.table}
