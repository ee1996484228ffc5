"""A replay as a small file: what is written is what is read, and what is odd is said."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.replay.faults import FaultSpec
from pipelines.replay.scenario import Scenario, ScenarioError, load, save

ONE = FaultSpec(
    kind="wrong_unit",
    feed="city_penalties",
    record="青榆交运罚〔2024〕9号",
    delivery=date(2024, 4, 17),
    scope="source",
    correct_after=30,
    seed=7,
)
TWO = FaultSpec(
    feed="court", record="0000000001", values={"iname": "王伟", "duty": None}, scope="once"
)
WHOLE = Scenario(
    faults=(ONE, TWO),
    join="own-keys",
    policy={"court-bank.every": "14"},
    title="Two slips",
    story="A clerk, twice.",
    world={"size": "story", "seed": 1},
)


def test_what_is_saved_is_what_is_loaded(tmp_path):
    save(WHOLE, tmp_path / "slips.yaml")
    assert load(tmp_path / "slips.yaml") == WHOLE
    text = (tmp_path / "slips.yaml").read_text(encoding="utf-8")
    assert "王伟" in text and "!!python" not in text


def test_the_example_in_the_documentation_is_readable(tmp_path):
    from pipelines.replay import scenario

    example = scenario.__doc__.split("```yaml")[1].split("```")[0].replace("8a01…", "8a01ff")
    (tmp_path / "s.yaml").write_text(example, encoding="utf-8")
    found = load(tmp_path / "s.yaml")
    assert [spec.kind for spec in found.faults] == ["wrong_unit", "free_edit"]
    assert found.faults[0].delivery == date(2024, 2, 5)
    assert found.faults[1].values == {"iname": "王伟"}
    assert found.policy == {"court-bank.every": "14"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[]", "a mapping with a list `faults`"),
        ("faults: []", "a mapping with a list `faults`"),
        ("faults: [3]", "fault 1: a fault is a mapping"),
        ("faults: [{kind: wrong_unit, when: now}]", "fault 1: when is not known; there are kind"),
        ("colour: red\nfaults: [{kind: late}]", "the scenario: colour is not known"),
        ("faults: [{kind: late, delivery: soon}]", "fault 1: Invalid isoformat"),
        ("faults: [{kind: late, correct_after: soon}]", "fault 1: invalid literal"),
        ("faults: [", "not readable as YAML"),
    ],
)
def test_what_is_odd_is_said_with_its_place(tmp_path, text, sentence):
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=sentence):
        load(tmp_path / "s.yaml")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(ScenarioError, match="There is no scenario"):
        load(tmp_path / "none.yaml")
