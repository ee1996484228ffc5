"""The first gate, list and fault: what the page has people write can be used, and gives what it shows."""

from __future__ import annotations

import importlib.util
import re

import pytest

from docs.generate import WALKED, walked
from docs.lab import make_copy
from docs.pages import examples
from pipelines.engine import open_engine
from pipelines.engine.lint import lint
from quality.policies import keeps_aside
from quality.written import of_file
from schemas.code_lists import read_csv
from schemas.contract import ROOT, feeds
from sources.faults import _read
from sources.faults.draw import Draw

PAGE = WALKED.read_text(encoding="utf-8")
FILES = {example.file: example.body for example in examples(PAGE) if example.file}


@pytest.mark.long  # two builds, and a process for each command
def test_all_of_it_gives_what_the_page_shows(tmp_path):
    copy = make_copy(tmp_path / "copy")
    assert walked(PAGE, copy) == PAGE, "run `make docs`"
    for package in ("schemas", "sources", "pipelines", "quality"):  # all is taken back
        for path in (copy.folder / package).rglob("*.*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert path.read_bytes() == (ROOT / path.relative_to(copy.folder)).read_bytes()


def test_the_gate_finds_what_the_page_says(story, tmp_path):
    path = tmp_path / "fine_plausible.sql"
    path.write_text(FILES["fine_plausible.sql"], encoding="utf-8")
    gate = of_file(path)
    assert gate.gate == "conform.fine_plausible" and keeps_aside(gate)
    query = FILES["fine_plausible.sql"]
    flagged = [row[2] for row in story.rows(query)]
    assert sorted(map(int, flagged)) == [200, 800]
    assert not story.rows(query.replace("< 1000 ", "< 100 "))


def test_the_list_has_on_it_whom_the_page_says(story, tmp_path):
    (name,) = (file for file in FILES if file.startswith("pipelines/lists/"))
    path = tmp_path / "pipelines" / "lists" / "court_unwilling.sql"
    path.parent.mkdir(parents=True)
    path.write_text(FILES[name], encoding="utf-8")
    assert lint(path) == []
    with open_engine("duckdb", story.database, read_only=True) as engine:
        ((begin, end),) = engine.fetch(f"SELECT from_day, to_day FROM ({FILES[name]})")
    assert f"court        柳陌鼎远装饰工程有限公司  {begin}  {end}" in PAGE
    (row,) = re.findall(r'echo "(court_unwilling,.*)" >>', PAGE)
    assert len(row.split(",")) == len(read_csv(ROOT / "schemas" / "codes" / "lists.csv")[0])


def test_the_kind_of_fault_does_what_it_says(tmp_path):
    path = tmp_path / "year_before.py"
    path.write_text(FILES["sources/faults/year_before.py"], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("year_before", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kind = _read(module, "year_before", "spoil")
    court = feeds("story")["court"]
    assert kind.fits(court) and kind.level == "cell" and kind.group == "values"
    row = dict.fromkeys((column.name for column in court.columns), None) | {"regDate": "20240304"}
    assert module.spoil(row, Draw(3, ("court",), court))["regDate"] == "20230304"
    assert module.a_year_before(("2024", "02", "29")) is None
