"""The laboratory from Python gives what the commands give, as frames."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.api import OpenHome, compare, open_home
from pipelines.home import HomeError
from pipelines.replay import FaultSpec
from pipelines.replay.plan.scenario import ScenarioError
from pipelines.trace import NotFound

NOODLES = "柳陌小满面馆有限公司"
SLIP = {"feed": "court", "record": "c2cbcc5f", "sets": ["cardNum=PDY006219"]}


@pytest.fixture(scope="module")
def lab(story, tmp_path_factory) -> OpenHome:
    return open_home(story.home(tmp_path_factory.mktemp("home")).path)


@pytest.fixture(scope="module")
def slip(lab):
    """The replay of the story's wrong cell."""
    return lab.replay("free_edit", correct_after=30, **SLIP)


def test_sql_gives_a_frame(lab):
    found = lab.sql("SELECT count(*) AS n FROM exchange.copies WHERE holder = ?", "court")
    assert found.to_dict("list") == {"n": [3]}
    assert {"landing.court", "exchange.copies"} <= set(lab.tables())


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda lab: lab.sql("selec 1"), "syntax error"),
        (lambda lab: lab.sql("SELECT ?"), "."),
        (lambda lab: lab.sql("COPY (SELECT 1) TO 'islands-never.csv'"), "COPY would"),
        (lambda lab: lab.sql("SELECT 1; SELECT 2"), "2 statements"),
        (lambda lab: lab.sql("FROM read_text('/etc/passwd')"), "no file and no network"),
        (lambda lab: lab.sql("SELECT ?", lambda: 1), "of a kind that the database does not know"),
        (lambda lab: lab.subject(NOODLES, "2024-13-01"), "as_of must be a day"),
        (
            lambda lab: lab.replay("wrong_unit", sed=3),
            "has no option 'sed'. Perhaps seed is meant.",
        ),
    ],
    ids=[
        "no SQL",
        "a value missing",
        "it writes",
        "two",
        "a file",
        "a value",
        "no day",
        "no option",
    ],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(ask, says, lab):
    with pytest.raises(ValueError, match=re.escape(says)) as raised:
        ask(lab)
    assert "\n" not in str(raised.value) and str(raised.value).endswith(".")
    assert not Path("islands-never.csv").exists()


def test_a_subject_on_a_day(lab):
    held = lab.subject(NOODLES, "2024-06-01")
    assert set(held) == {"facts", "events", "links", "shown_by", "measures", "scores"}
    assert held["shown_by"].empty and set(held["facts"]["property"]) >= {"name"}
    with pytest.raises(NotFound):
        lab.subject("nobody")


def test_a_subject_and_a_record_in_the_world_of_a_replay(lab, slip):
    held = lab.subject(NOODLES, "2024-04-01", replay=slip)
    assert "court_dishonest" in set(held["shown_by"]["list"])
    assert set(held["otherwise"]["world"]) == {"there"}
    told = lab.trace("c2cbcc5f", replay="labs/scenarios/noodle_house.yml")
    assert [one["speaks_of"][0]["name"] for one in (told["there"], told["clean"])] == [
        NOODLES,
        "柳陌鼎远装饰工程有限公司",
    ]
    with pytest.raises(ValueError, match=r"state is one of faulty, corrected"):
        lab.trace("c2cbcc5f", replay=slip, state="right")
    with pytest.raises(ScenarioError, match=r"The replay was made in another world"):
        theirs = replace(slip.scenario, world={"size": "tiny", "seed": 1})
        lab.trace("c2cbcc5f", replay=replace(slip, scenario=theirs))


def test_a_fault_by_kind_by_hand_and_written_out(lab, slip):
    written = lab.replay(
        FaultSpec(
            "free_edit",
            feed="court",
            record="c2cbcc5f",
            values={"cardNum": "PDY006219"},
            correct_after=30,
        )  # fmt: skip
    )
    assert slip.frames()["cells"].equals(written.frames()["cells"])
    assert len(slip.frames()["cells"]) == 16
    assert set(lab.figures(slip)) == {"intervals", "network", "wrong_per_day"}
    assert lab.trace("c2cbcc5f")["kind"] == "record"


def test_faults_written_out_take_no_options(lab):
    with pytest.raises(ValueError, match="leave out seed"):
        lab.replay(FaultSpec("wrong_unit"), seed=2)


def test_a_database_is_like_itself(story):
    assert compare(story.database, story.database).json()["lists"] == []


def test_nothing_built_is_said(tmp_path):
    with pytest.raises(HomeError):
        open_home(tmp_path)
