"""What a run may tell a gate, and what follows."""

from __future__ import annotations

import pytest

from quality.policies import PolicyError, choices, of_gates, policies_table


def test_a_policy_names_a_gate_and_one_of_its_choices():
    said = {"gate.landing.check_digit": "quarantine", "corrections": "pushed"}
    assert of_gates(said) == {"landing.check_digit": "quarantine"}
    assert policies_table(said).to_pylist() == [
        {"gate": "landing.check_digit", "policy": "quarantine"}
    ]
    assert policies_table({}).num_rows == 0


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("gate.landing.nosuch", "off", "there is no gate 'landing.nosuch'"),
        ("gate.landing.present", "hold", "takes off, warn, quarantine"),
        ("gate.landing.previous_ratio", "quarantine", "takes off, warn, hold"),
        ("gate.lists.lawful_term", "quarantine", "takes off, warn"),
        ("gate.landing.one_version", "off", "there is no gate 'landing.one_version'"),
        ("gate.lists.evidence_exists", "off", "there is no gate 'lists.evidence_exists'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, value, sentence):
    with pytest.raises(PolicyError, match=sentence):
        of_gates({name: value})


def test_only_a_gate_that_names_records_early_may_keep_them_aside():
    keep = {gate for gate, told in choices().items() if "quarantine" in told}
    assert {gate.partition(".")[0] for gate in keep} == {"landing", "conform", "resolve"}
    assert "resolve.name_agrees" in keep
    # One names no record, one reads the matches, which come after, one judges registers, which need none.
    assert not keep & {"resolve.drift", "resolve.subject_registered", "conform.numbers_agree"}
