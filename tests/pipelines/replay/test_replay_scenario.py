"""A replay as a small file: what is written is what is read, and what is odd is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipelines.replay.plan.faults import FaultSpec
from pipelines.replay.plan.options import asked
from pipelines.replay.plan.remedies import see_remedy
from pipelines.replay.plan.scenario import Scenario, ScenarioError, load, save
from sources.faults import FaultError

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
    remedy="dispute",
    text="That is not our code.",
    title="Two slips",
    story="A clerk, twice.",
    world={"size": "story", "seed": 1},
)


def test_what_is_saved_is_what_is_loaded(tmp_path):
    save(WHOLE, tmp_path / "slips.yaml")
    assert load(tmp_path / "slips.yaml") == WHOLE
    text = (tmp_path / "slips.yaml").read_text(encoding="utf-8")
    assert "王伟" in text and "!!python" not in text


@pytest.mark.parametrize("remedy", [None, "notice", "dispute"])
def test_a_text_without_a_dispute_is_not_left_out_in_silence(remedy):
    case = replace(WHOLE, remedy=remedy).under()
    assert case.text == WHOLE.text
    if remedy != "dispute":
        with pytest.raises(FaultError, match="Only a dispute has a text; .* or leave it out"):
            see_remedy(case.remedy, text=case.text)


def test_the_text_goes_with_the_dispute_that_another_remedy_takes_the_place_of():
    assert WHOLE.under(correct_after=3).text is None
    assert WHOLE.under(remedy="notice").text is None
    assert WHOLE.under(remedy="notice", text="mine").text == "mine"
    assert replace(WHOLE, remedy=None).under(remedy="dispute").text == WHOLE.text


def test_the_example_in_the_documentation_is_readable(tmp_path):
    from pipelines.replay.plan import scenario

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
        ("faults: [{kind: wrong_unit, when: now}]", "fault 1: 'when' is not known; there are kind"),
        ("colour: red\nfaults: [{kind: late}]", "the scenario: 'colour' is not known"),
        ("titel: x\nfaults: [{kind: late}]", "'titel' is not known; .* Perhaps title is meant"),
        ("3: x\nfaults: [{kind: late}]", "the scenario: '3' is not known"),
        ("faults: [{kind: late, delivery: soon}]", "`delivery` takes a day such as .*, not 'soon'"),
        ("faults: [{kind: late, delivery: 2024-02-30}]", "`delivery` takes a day such as"),
        ("faults: [{kind: late, delivery: [1]}]", "`delivery` takes a day such as"),
        ("faults: [{kind: late, correct_after: soon}]", "`correct_after` takes a whole number"),
        ("faults: [{kind: late, correct_after: 1.5}]", "`correct_after` takes a whole number"),
        ("faults: [{kind: late, seed: [1]}]", "fault 1: `seed` takes a whole number"),
        ("faults: [{kind: [late]}]", "fault 1: `kind` takes a text"),
        ("faults: [{kind: late, feed: {a: b}}]", "fault 1: `feed` takes a text"),
        ("faults: [{set: age}]", "fault 1: `set` takes names with their values"),
        ("faults: [{set: {age: [1]}}]", "fault 1: `age` in `set` takes one value"),
        ("policy: fast\nfaults: [{kind: late}]", "the scenario: `policy` takes names with their"),
        ("join: all\nfaults: [{kind: late}]", "the scenario: `join` takes one of none, own-keys"),
        (
            "remedy: pray\nfaults: [{kind: late}]",
            "the scenario: `remedy` takes one of source, notice",
        ),
        ("text: [x]\nfaults: [{kind: late}]", "the scenario: `text` takes a text"),
        ("world: 7\nfaults: [{kind: late}]", "the scenario: `world` takes names with their"),
        ("world: {days: many}\nfaults: [{kind: late}]", "world: `days` takes a whole number"),
        ("world: {sise: tiny}\nfaults: [{kind: late}]", "'sise' is not known; .* size is meant"),
        ("title: &a [x, x]\nstory: [*a, *a]\nfaults: [{kind: late}]", "`title` takes a text"),
        ("faults: [", "not readable as YAML at line 1, column"),
        ("faults: !!python/name:os.system", "not readable as YAML at line 1, column"),
        ("[" * 5000, "not readable as YAML"),
        ("faults: [{set: {age: 1, age: 2}}]", "line 1, column 25: 'age' is said twice"),
        (
            "join: none\njoin: full\nfaults: [{kind: late}]",
            "line 2, column 1: 'join' is said twice",
        ),
        *(
            (f"faults: [{{kind: !!{made} x}}]", "line 1, column 17: could not determine")
            for made in ("timestamp", "bool", "int", "float")
        ),
    ],
)
def test_what_is_odd_is_said_with_its_place(tmp_path, text, sentence):
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=sentence):
        load(tmp_path / "s.yaml")


def test_plain_values_are_text_as_they_stand(tmp_path):
    """YAML would make 83 of 0123, true of on, and a number of what is a code."""
    text = "faults: [{feed: court, record: 0000000001, set: {age: 0123, duty: on, iname: null}}]"
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    (fault,) = load(tmp_path / "s.yaml").faults
    assert fault.record == "0000000001"
    assert fault.values == {"age": "0123", "duty": "on", "iname": None}


def test_a_folder_and_bytes_that_are_no_text_are_said(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "s.yaml").write_bytes(b"title: \xff")
    with pytest.raises(ScenarioError, match="not readable as YAML"):
        load(tmp_path / "s.yaml")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(ScenarioError, match="There is no scenario"):
        load(tmp_path / "none.yaml")


def test_what_an_option_sets_twice_is_refused():
    with pytest.raises(FaultError, match="--set age is given twice"):
        asked(sets=["age=1", " age=2"], feed="court", record="7")
