"""What is printed for machines has the shape that is written down in schemas/json."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pipelines import subject, trace
from pipelines.engine import open_engine
from pipelines.replay import command, compare
from schemas.contract import ROOT
from tests.how_many import how_many

COURT = {"feed": "court", "record": "0000000001"}


def shape(name: str) -> Draft202012Validator:
    """The written shape of what a command prints for machines."""
    text = (ROOT / "schemas" / "json" / f"{name}.schema.json").read_text(encoding="utf-8")
    Draft202012Validator.check_schema(json.loads(text))
    return Draft202012Validator(json.loads(text))


def plain(node: object) -> object:
    """As it is read back."""
    return json.loads(json.dumps(node, ensure_ascii=False))


@pytest.fixture(scope="module")
def home(story, tmp_path_factory) -> Path:
    """A home whose database is the story world's."""
    return story.home(tmp_path_factory.mktemp("home")).path


CASES = {
    "for good": {**COURT, "sets": ["cardNum=PDY006219"]},
    "corrected": {**COURT, "sets": ["cardNum=PDY006219"], "correct_after": 30},
    "kept aside": {**COURT, "sets": ["operation="], "correct_after": 10},
    "changes nothing": {**COURT, "sets": ["duty=无"], "correct_after": 10},
    "drawn": {"fault": "wrong_unit", "seed": 1, "correct_after": 10},
    "disputed": {**COURT, "sets": ["cardNum=PDY006219"], "remedy": "dispute", "text": "Not ours."},
    "row lost": {"fault": "lost_on_the_way", "seed": 1, "correct_after": 10},
    "delivery": {"fault": "stale_delivery", "feed": "court", "seed": 1},
}


# Between them, and what becomes of a dispute in `test_remedies_in_the_story.py`, these have all that can be
# told; of each there is one with the long tests.
IN_EVERY_RUN = ("kept aside", "delivery")


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, marks=() if c in IN_EVERY_RUN else pytest.mark.long) for c in CASES],
)
def test_a_replay(case, home):
    told = plain(command(home, **CASES[case]).json())
    shape("replay").validate(told)
    assert set(re.findall(r"[^a-z0-9_]", "".join(names(told)))) == set()


def names(node: object) -> Iterator[str]:
    """Keys, but for the columns of a feed, which bear the names their island gives them."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield key
            if key not in ("before", "after", "changed"):
                yield from names(child)
    elif isinstance(node, list):
        for child in node:
            yield from names(child)


def test_a_comparison(story, built):
    less = built("story", 1, dirt=0.0, join="own-keys")
    told = plain(compare(story.database, less.database).json())
    shape("replay").validate(told)
    assert told["lists"] and told["fault"] is None and told["doubtful"] == []


def test_a_trace_and_a_subject(one_tiny, story):
    traced, held, seen = shape("trace"), shape("subject"), shape("published")
    few = how_many(5, at_least=2)
    for world in (story, one_tiny):
        with open_engine("duckdb", world.database, read_only=True) as engine:
            for sql in (
                "SELECT DISTINCT record_id FROM conform.events ORDER BY 1",
                "SELECT DISTINCT record_id FROM conform.links ORDER BY 1",
                "SELECT DISTINCT record_id FROM resolve.unmatched ORDER BY 1",
                "SELECT DISTINCT entry_version FROM exchange.entries ORDER BY 1",
                "SELECT DISTINCT entry_id FROM exchange.entries ORDER BY 1",
                "SELECT DISTINCT measure_id FROM consequences.measures ORDER BY 1",
                "SELECT DISTINCT path || '|' || entry_version FROM exchange.copies ORDER BY 1",
                "SELECT DISTINCT concat_ws('|', keeper, subject_id, CAST(day AS VARCHAR)) "
                "FROM scores.points ORDER BY 1",
            ):
                for (given,) in engine.fetch(f"{sql} LIMIT {few}"):
                    traced.validate(plain(trace.trace(engine, given)))
            for (given,) in engine.fetch(
                f"SELECT DISTINCT subject_id FROM resolve.names ORDER BY 1 LIMIT {4 * few}"
            ):
                held.validate(plain(subject.about(engine, given)))
                seen.validate(plain(subject.published(engine, given, "public")))
