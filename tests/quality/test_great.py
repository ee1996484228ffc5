"""Great Expectations sees what the gates see, and its pages ask nothing of the network."""

from __future__ import annotations

import re
import socket

import pytest

from quality import checks, judge
from quality.great import validate
from quality.great_docs import offline
from schemas.contract import Column
from tests.quality.conftest import TABLES, Workbench

COLUMNS = (
    Column("no", "编号", "Number", required=True),
    Column("operation", "操作", "Reserved in some dialects", required=True),
    Column("caseCode", "案号", "Camel case", pattern=r"^（[0-9]{4}）.+号$"),
    Column("code", "信用代码", "Code", scheme="uscc"),
    Column("fine", "罚款", "Fine", parse="money"),
    Column("day", "日期", "Day", parse="day"),
    Column("kind", "类别", "Kind", valid_values="subject_kinds"),
)
GOOD = {
    "no": "1",
    "operation": "add",
    "caseCode": "（2024）执1号",
    "code": "91870101PDY00001XE",
    "fine": "1.00",
    "day": "20240101",
    "kind": "resident",
}
ROWS = [
    GOOD,
    GOOD | {"no": "2", "operation": " 　"},
    GOOD | {"no": "3", "operation": None, "caseCode": "2024执1号"},
    GOOD | {"no": "4", "code": "91870101PDY00001X0", "fine": "1,00"},
    GOOD | {"no": "5", "day": "20240230"},
    GOOD | {"no": "6", "kind": "dragon"},
    GOOD | {"no": "7", "version": "a"},
    GOOD | {"no": "7", "version": "b"},
    GOOD | {"no": None, "record": "nobody"},
    GOOD | {"no": "8"},
    GOOD | {"no": "8"},
    GOOD | {"no": "9", "day": "20240102"},
]


# Stages whose tables are validated: some in every run, all with the long tests.
SOME = ("landing", "quality", "conform", "resolve", "codes")
ALL = tuple({name.split(".")[0] for name in TABLES})


@pytest.fixture(params=[SOME, pytest.param(ALL, marks=pytest.mark.long)], ids=["some", "all"])
def stages(request) -> tuple[str, ...]:
    return request.param


@pytest.fixture
def validated(stages, tmp_path, make_feed, land, monkeypatch):
    """A small database, what our own checks say of it, and what Great Expectations says."""
    path = tmp_path / "small.duckdb"
    feed = make_feed(columns=COLUMNS)
    with Workbench(path) as bench:
        for name in held(stages):
            bench.table(name, TABLES[name])
        bench.put("codes.run", join_level="full", last_day="2024-12-31")
        land(bench, feed, {"2024-01-01": ROWS, "2024-01-08": ROWS[:1]})
        judge(bench, [feed])
        bench.create_table(
            "conform.permits",
            "SELECT *, published AS from_day, CAST(NULL AS DATE) AS to_day FROM landing.permits "
            "WHERE no IN ('1', '8') AND line <> 13 AND delivery = '2024-01-01'",
        )
        bench.put(
            "conform.events", ground="bad_luck", event_day="2024-02-01", from_day="2024-01-01"
        )
        bench.put("resolve.matches", record_id="r", method="guess", score=1001)
        ours = checks(bench, [feed])

    def no_network(*args, **kwargs):
        raise AssertionError("something asked for the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    seen: list[str] = []
    theirs = validate(path, [feed], tmp_path / "docs", progress=seen.append)
    return ours, theirs, tmp_path / "docs", seen


def held(stages: tuple[str, ...]) -> list[str]:
    return [name for name in TABLES if name.split(".")[0] in stages]


def test_great_expectations_agrees_and_documents(stages, validated, capsys):
    ours, theirs, docs, seen = validated

    assert [v for v in theirs if v.error] == []
    counted = {(v.table, v.expectation): v.unexpected for v in theirs}
    assert counted == {(c.table, c.expectation): c.violations for c in ours}
    assert all(v.success == (v.unexpected == 0) for v in theirs)
    broken = {name for (table, name), n in counted.items() if table == "landing.permits" and n}
    assert broken == {
        "key_no",
        "required_operation",
        "pattern_casecode",
        "check_code",
        "parse_fine",
        "parse_day",
        "bounds_day",
        "valid_kind",
        "one_version",
        "one_row",
    }
    assert "landing.permits" in seen and seen[-1] == "data docs"
    assert capsys.readouterr().out == ""

    index = (docs / "index.html").read_text(encoding="utf-8")
    for link in re.findall(r'<a href="([^"]+)"', index):
        assert (docs / link).is_file(), f"the index leads to {link}"
    pages = list(docs.rglob("*.html"))
    assert (docs / "index.html") in pages and len(pages) > len(held(stages)) / 2
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "SYNTHETIC DATA" in text
        loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:https?:)?//[^>]*>", text)
        assert loaded == [], f"{page.name} loads from elsewhere"
        assert not re.search(r"url\(['\"]?(?:https?:)?//|@import", text)


def test_a_missing_database_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="build one first"):
        validate(tmp_path / "none.duckdb", [])


def test_pages_lose_what_they_would_load_and_keep_what_one_may_click():
    page = (
        '<head><script src="https://cdn.example/a.js"></script>'
        '<link rel="stylesheet" href="//cdn.example/b.css"><script>var local = 1</script>'
        "<style>a { background: url('https://s3.example/a.gif') }</style></head>"
        '<body class="x"><img src="https://s3.example/logo.png">'
        '<a href="https://docs.example">?</a>'
    )
    found = offline(page)
    assert "cdn.example" not in found and "s3.example" not in found
    assert "<script" not in found and "https://docs.example" in found
    assert found.index("<body") < found.index("SYNTHETIC DATA")
