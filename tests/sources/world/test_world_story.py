"""The story: small, and as its README tells it."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from schemas.identifiers import mask_resident_no
from sources import world
from sources.world import days, names, written

README = (written.STORY / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def story(tables_of) -> dict[str, list[dict]]:
    return {name: table.to_pylist() for name, table in tables_of("story", 1).items()}


def test_size_is_as_declared(story):
    kinds = [row["kind"] for row in story["subjects"]]
    assert world.SIZES["story"][:2] == (kinds.count("enterprise"), kinds.count("resident"))
    assert len(kinds) == 12 and len(story["conduct"]) == 8


def test_seed_does_not_matter(tables_of):
    assert tables_of("story", 1) == world.generate("story", 99, days=30)


def test_readme_names_everyone_as_the_tables_do(story):
    called = [row for row in story["attributes"] if row["property"] == "name"]
    for row in called:
        assert row["value"] in README
        line = next(
            line for line in README.splitlines() if line.startswith(f"| {row['subject_no']} ")
        )
        assert row["value"] in line


def test_readme_gives_the_days_of_each_act(story):
    def spelt(when: date) -> str:
        return f"{when.day} {when:%B %Y}"

    truly = README.split("## What truly happened")[1].split("##")[0]
    for act in story["conduct"]:
        line = next(x for x in truly.splitlines() if x.startswith(f"| {act['conduct_no']} "))
        assert spelt(act["decided"]) in line and spelt(act["held_from"]) in line
        if act["conduct_kind"] != "licence":
            assert f"{act['amount_fen'] // 100:,} yuan" in line
        if act["held_to"]:
            assert f"gone on {act['held_to'].day} June" in line


def test_everything_is_published_seven_working_days_after_a_monday(story):
    for act in story["conduct"]:
        assert act["decided"].weekday() == 0
        assert days.number(act["held_from"]) == days.workdays_after(days.number(act["decided"]), 7)


def test_the_wrong_code_is_valid_and_the_noodle_houses(story):
    firms = {row["subject_no"]: row for row in story["subjects"] if row["kind"] == "enterprise"}
    assert firms[1]["org_code"] == "PDY006219" and firms[2]["org_code"] == "PDY006120"
    assert "PDY006219" in README and "PDY006120" in README
    # she leads it, her daughter is of school age, a partner and a shareholder stand beside her
    links = {(row["link_kind"], row["a_no"], row["b_no"]) for row in story["links"]}
    assert {
        ("legal_representative", 5, 1),
        ("parent_child", 5, 6),
        ("business_partner", 1, 3),
        ("shareholder", 10, 1),
        ("director", 10, 1),
    } <= links
    assert not [act for act in story["conduct"] if act["subject_no"] in (1, 5, 6, 9, 10, 12)
                and act["conduct_kind"] != "licence"]  # fmt: skip


def test_two_men_of_one_name_differ_in_one_digit_when_masked(story):
    zhous = [
        row["subject_no"]
        for row in story["attributes"]
        if row["property"] == "name" and row["value"] == "周明"
    ]
    people = {row["subject_no"]: row for row in story["subjects"]}
    one, other = (people[number] for number in zhous)
    assert one["division"] == other["division"] and one["born"].year == other["born"].year
    masked = [mask_resident_no(person["resident_no"]) for person in (one, other)]
    assert sum(a != b for a, b in zip(*masked, strict=True)) == 1
    assert all(number in README for number in masked)


def test_listed_days_follow_from_the_acts(story):
    """The table of README "counted by hand", counted again from the acts."""
    whom = {1: "Dingyuan", 2: "Zhou Ming", 3: "He Zhenbang", 4: "Dingyuan", 5: "Spring Furrow"}
    whom |= {6: "Returning Boat", 7: "Zhou Ming"}
    rows = re.findall(
        r"^\| (court|penalties) \| ([A-Z][A-Za-z ]+?)(?: \(no\. \d+\))? "
        r"\| ([^|]+?) \| \**([^|*,]+)",
        README.split("counted by hand")[1].split("## One wrong cell")[0],
        flags=re.MULTILINE,
    )
    expected = set()
    for act in story["conduct"]:
        if act["conduct_kind"] == "licence":
            continue
        court = act["conduct_kind"] == "judgment_default"
        term = 730 if court else 90 if act["amount_fen"] < 100_000 else 1095
        begins = max(act["held_from"], world.DAY0)
        ends = min(
            day for day in (act["held_to"], days.day(days.number(act["decided"]) + term)) if day
        )
        spelt = [f"{day.day} {day:%B %Y}" for day in (begins, ends)]
        expected.add(("court" if court else "penalties", whom[act["conduct_no"]], *spelt))
    assert {tuple(part.strip() for part in row) for row in rows} == expected
    assert len(rows) == len(expected) == 7


def test_the_name_changes_on_the_day_of_grain_full(story):
    called = [
        (row["value"], row["valid_from"])
        for row in story["attributes"]
        if row["subject_no"] == 1 and row["property"] == "name"
    ]
    assert called[1] == ("柳陌小满面馆有限公司", date(2024, 5, 20))
    assert len(called) == 2 and date(2024, 5, 20).weekday() == world.DAY0.weekday()


def test_phones_cannot_ring(story):
    phones = [row["value"] for row in story["attributes"] if row["property"] == "phone"]
    assert phones and all(re.fullmatch(r"128\d{8}", phone) for phone in phones)


def test_a_bad_cell_is_refused(tmp_path: Path):
    shutil.copytree(written.STORY, tmp_path, dirs_exist_ok=True)
    links = tmp_path / "links.csv"
    links.write_text(links.read_text(encoding="utf-8").replace("2014-06-02", "2014-06-31"), "utf-8")
    with pytest.raises(pa.ArrowInvalid, match="2014-06-31"):
        written.read(tmp_path)
    links.write_text("link_no,link_kind\n1,director\n", "utf-8")
    with pytest.raises((ValueError, pa.ArrowInvalid), match="links.csv"):
        written.read(tmp_path)


def test_trades_are_known(story):
    known = {trade.code for trade in names.trades()}
    assert {row["trade"] for row in story["subjects"] if row["trade"]} <= known
