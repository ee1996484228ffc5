"""`islands systems`: what stands for each system, with figures of the database that are not nothing."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from pipelines import systems as module
from pipelines.engine import open_engine
from pipelines.systems import FILE, systems
from schemas.said_once import read_yaml

SCHEMA = Path(__file__).parents[2] / "schemas" / "json" / "systems.schema.json"

# What descriptions of social credit name. Each is to be in the title of a row, whether something stands for
# it or not.
NAMES = """
master database; three components; three phases; data points; variables; datasets per agency
catalogue of 400; datasets by kind of subject; sharing classes; unclassed
NDRC; PBC; missions; islands that share; local governments; market actors; commercial platforms that share
five platforms; NCISP; Credit China; Enterprise Credit Information Publicity System
Credit Reference Center; exchange downwards; business data sites

court list; blacklists of agencies; one public blacklist; gravity; two to five years; special attention
administrative penalty; road and transport; red lists; titles; volunteer hours; good-faith traders
good-faith cards; restricted from travel; ecology ministry; police; hospitals; bodies that break trust
firms as the most of the listed; penalties as intergovernmental data; the bank's own list

joint punishment; joint reward; memoranda; restrictions; rewards of several agencies; inspection rates
audits; harder approvals; green channel; lower taxes; planes; trains; hotels; loans and mortgages; property
jobs and posts; schools; insurance; internet speed; lending rates; welfare; risk prediction
linkage to the legal representative; leading another; listed employee; linkage to business partners
partner's score; linkage to children; baojia; lijia; reporting neighbours

dispute on a public page; 2,000 characters; appeal within ten days; appeals against a score only through
listed unaware; credit repair; Shanghai regulation: objections
Shanghai regulation: public and market; Shanghai regulation: security; Typical Cases; Stories of Integrity
photographs; names and masked numbers; publicity on a wall; honour boards; billboards; town halls; cinemas
buses; an app; basic data, reasons, joint measures

inputs from tax; inputs from loans; inputs from utilities; inputs from rent; inputs from traffic
inputs from courts and offices; inputs from courts alone; inputs from online platforms; inputs from shopping
bills paid through a platform; academic; criminal records; online activity; reliability of posts
relations as an input; friends' scores; interactions; hours of play; diapers
input and handling; breakdowns; intruders; 56-fold; followers; tip-offs; no official documents
hidden members; cannot read; forwarded unchecked; repayment

local pilots; Rongcheng; catalogue of acts; official document for every change; adults; not yielding
drunk driving; cheaper heating; an A needed for posts; double check; credit loans of a bank
credit loans for small firms; reports and enquiries; deficit of points; grades that act; several verdicts
Suining; Jinan; Shenzhen; Suzhou; Qingzhen; Weihai; Suqian; Hangzhou; Wenzhou; Xiamen
a city with rules of its own; knows of a pilot; breach of contract; fund-raising; stolen utilities

on two platforms; five platforms; Pengyuan; Wangxiang; Intelli; Zhuzhu; Sesame Credit; Kaola; Qianhai; Tencent
licences of platforms; those who join; benefits from 600; visa firms; dating site
pick the court's list up; enterprises scored

religion; ethnicity; politics; faces; family planning
"""


@pytest.fixture
def told(one_tiny):
    with open_engine("duckdb", one_tiny.database, read_only=True) as engine:
        return systems(engine)


def test_what_stands_for_a_system_is_there(told):
    assert [row["system"] for row in told if not row["holds"]] == []
    assert sum(row["figure"] is not None for row in told) > 100
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_what_stands_for_nothing_says_why(told):
    for row in told:
        assert (row["here"] and row["counts"]) if row["left_out"] is None else not row["here"]


def test_every_name_of_the_field_is_in_the_title_of_a_row():
    """A row that is taken away, or renamed beyond knowing, is missed here."""
    rows = read_yaml(FILE.read_text(encoding="utf-8"))["systems"]
    titles = [row["system"] for row in rows]
    assert len(set(titles)) == len(titles)
    names = [name.strip() for line in NAMES.split("\n") for name in line.split(";") if name.strip()]
    assert [name for name in names if not any(name in title for title in titles)] == []


def test_every_word_of_the_file_belongs_to_a_column():
    """A text with a comma and no quotes would be cut there, and its rest be a column of its own."""
    known = {"system", "here", "counts", "figure", "left_out"}
    for row in read_yaml(FILE.read_text(encoding="utf-8"))["systems"]:
        assert set(row) <= known and None not in row.values(), row


def test_a_figure_that_is_nothing_does_not_hold(one_tiny, monkeypatch, tmp_path):
    of_nobody = "SELECT count(*) FROM lists.entries WHERE list = 'nobody'"
    given = {"system": "a list", "here": "list nobody", "counts": "entries", "figure": of_nobody}
    file = tmp_path / "systems.yml"
    monkeypatch.setattr(module, "FILE", file)
    with open_engine("duckdb", one_tiny.database, read_only=True) as engine:
        file.write_text(json.dumps({"systems": [given]}), encoding="utf-8")
        assert [row["holds"] for row in systems(engine)] == [False]
        file.write_text(json.dumps({"systems": [{"system": "another"}]}), encoding="utf-8")
        with pytest.raises(ValueError, match="another needs a figure, or why it is left out"):
            systems(engine)


def test_a_share_of_none_is_no_figure():
    """An engine divides by nothing with an error, which would be one of the program."""
    rows = read_yaml(FILE.read_text(encoding="utf-8"))["systems"]
    figures = [row["figure"] for row in rows if "figure" in row]
    shares = [figure for figure in figures if "//" in figure]
    assert shares and all(f.count("//") == f.count("// nullif(") for f in shares)
