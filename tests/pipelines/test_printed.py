"""What `islands subject`, `trace` and `check` print: every line fits into 80 columns."""

from __future__ import annotations

from datetime import date

import pytest
from rich.cells import cell_len
from rich.console import Console

from pipelines import printed as module
from pipelines.engine import open_engine
from pipelines.printed import MOST, SHORT, WIDTH, print_report, print_subject, print_trace
from pipelines.subject import about
from pipelines.terminal import print_table, wide_console
from pipelines.trace import trace
from quality.report import FeedCounts, Report
from quality.run import CheckResult

WHOLE = "0123456789abcdef" * 2
OTHER = "fedcba9876543210" * 2


@pytest.fixture(scope="module")
def engine(story):
    with open_engine("duckdb", story.database, read_only=True) as opened:
        yield opened


@pytest.fixture
def printed(capsys):
    """What was printed, as lines without the blanks at their ends."""

    def lines() -> list[str]:
        found = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
        assert max(map(cell_len, found)) <= WIDTH
        return found

    return lines


def record(**more: object) -> dict:
    """A record that reached nothing."""
    nothing = ("lines", "speaks_of", "unmatched", "entries", "points", "links")
    empty = {name: [] for name in (*nothing, "measures_along_links")}
    return {"kind": "record", "record_id": WHOLE, "feed": "court", **empty, **more}


def test_long_tables_and_ids_are_cut(printed) -> None:
    files = [
        {"file": f"f{n}", "line": n, "delivery": "d", "version": OTHER} for n in range(MOST + 3)
    ]
    print_trace(record(lines=files))
    lines = printed()
    assert f"Record {WHOLE[:SHORT]} of court" in lines
    assert f"f{MOST - 1} line {MOST - 1}" in "\n".join(lines) and f"f{MOST} line" not in str(lines)
    assert "… and 3 more (--json has them)" in lines
    assert WHOLE not in str(lines) and OTHER not in str(lines)


def test_a_subject_is_named_once_with_its_kind(printed) -> None:
    said = {"subject_id": WHOLE, "role": "subject", "from_day": "2024-01-01", "to_day": None}
    said |= {"method": "code", "score": 1000}
    named = said | {"name": "[柳陌]", "subject_kind": "social_organisation"}
    print_trace(record(speaks_of=[named, named, said | {"subject_id": OTHER}]))
    lines = printed()
    assert lines[1:3] == [
        f"A is [柳陌] (social organisation), subject {WHOLE[:SHORT]}",
        f"B is no name, subject {OTHER[:SHORT]}",
    ]
    assert [line.split() for line in lines[-3:]] == [
        ["A", "subject", "code", "2024-01-01", "still"],
        ["A", "subject", "code", "2024-01-01", "still"],
        ["B", "subject", "code", "2024-01-01", "still"],
    ]


def test_a_way_through_links_is_told_with_letters(printed) -> None:
    measure = {
        "measure_id": WHOLE, "measure": "no_such_measure", "agency": "bank", "subject_id": WHOLE,
        "link_path": f"shareholder:b>a {OTHER}", "link_names": "shareholder:b>a 柳陌",
        "from_day": "2024-01-01", "to_day": "2024-02-01",
    }  # fmt: skip
    listed = {"subject_id": OTHER, "name": "柳陌", "subject_kind": "enterprise"}
    entry = {
        "entry_version": OTHER, "list": "court_dishonest", "ground": None, "copies": [],
        "points": [], "from_day": "2024-01-01", "to_day": None, "measures": [measure],
    }  # fmt: skip
    print_trace(record(entries=[entry | listed]))
    assert any(
        "shareholder of " in line and line.startswith("no such measure") for line in printed()
    )


def test_the_story_forward_and_back(engine, printed) -> None:
    ((version, record_id),) = engine.fetch(
        "SELECT e.entry_version, m.record_id FROM lists.entries AS e "
        "INNER JOIN lists.evidence AS v ON v.entry_version = e.entry_version "
        "INNER JOIN resolve.matches AS m ON starts_with(v.parent_id, id_text(m.record_id)) "
        "INNER JOIN landing.court AS c ON c.record_id = m.record_id "
        "WHERE c.id = '0000000001' AND e.list = 'court_dishonest' AND m.role = 'subject'"
    )
    print_trace(trace(engine, version))
    back = printed()
    assert "                   court/court_20240313.json line 1" in back
    print_trace(trace(engine, record_id))
    forward = printed()
    assert any(line.startswith("court > ncisp > republisher  A ") for line in forward)


def test_the_story_s_firm(engine, printed) -> None:
    print_subject(about(engine, "柳陌鼎远装饰工程有限公司", date(2024, 4, 1)))
    lines = printed()
    assert lines[1].startswith("A is 柳陌鼎远装饰工程有限公司 (enterprise), subject ")
    assert any(line.split()[:3] == ["legal", "representative", "C"] for line in lines)
    assert any(line.startswith("status           1 Normal  ") for line in lines)
    assert any(line.startswith("trade            E50 Construction") for line in lines)
    assert any(line.startswith("division         840103 Liumo District") for line in lines)
    assert any(line.startswith("More inspections (city_bureau)") for line in lines)
    # Ids stay whole: they are what one traces.
    shown = [line.split() for line in lines if "administrative_penalties" in line]
    assert shown and all(len(words[-1]) == SHORT for words in shown)


def test_a_last_row_is_shown_instead_of_counted(monkeypatch, capsys) -> None:
    for count, shown in ((MOST + 1, MOST + 1), (MOST + 2, MOST)):
        rows = [{"stage": f"s{n}", "checks": 1, "passed": 1} for n in range(count)]
        module._print_rows(Console(width=WIDTH), rows, module._CHECKS)
        told = capsys.readouterr().out
        assert sum(f"s{n} " in told for n in range(count)) == shown
        assert ("more" in told) == (shown < count)


def test_the_report_of_checks(printed) -> None:
    feed = FeedCounts("permits", 1100, 9, 1, 1, 0, 0, ())
    good = CheckResult("landing", "rows_landed", "landing.permits", None, 0, "pass", "", "", ())
    bad = CheckResult(
        "landing", "no_null", "landing.permits", "no", 2, "warn", "no is present", "", ()
    )
    print_report(Report((feed,), (), (good, bad)))
    lines = [line.split() for line in printed()]
    assert ["permits", "1,100", "9", "1", "1", "0", "0"] in lines
    assert ["landing", "2", "1"] in lines
    assert ["landing.permits:", "2", "rows", "break", "'no", "is", "present'", "(warn)"] in lines


@pytest.mark.parametrize(("places", "told"), [(80, "a: b   court: court_dishonest"), (120, "│ x ")])
def test_no_word_of_a_table_is_broken(places, told, monkeypatch, capsys) -> None:
    """A table of long words given; expected is a paragraph a row where it does not fit."""
    monkeypatch.setattr(wide_console, "__defaults__", (places,))
    print_table("Names", [{"id": "x", "a": "b", "court": "court_dishonest", "long": "w" * 60}])
    out = capsys.readouterr().out.replace("\u00a0", " ")
    assert told in out and "court_dishonest" in out and "w" * 60 in out
