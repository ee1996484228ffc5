"""Each list's rule on the days that matter: its first, its last, and what ends it early."""

from hashlib import md5

import pytest

from tests.ids import as_id
from tests.pipelines.models.conftest import rows_of


def event(lab, kind, record="r", version="v", subject="s", event_day="2024-01-10",
          severity="general", ground="g", valid_to=None, from_day="2024-02-01", to_day=None):  # fmt: skip
    lab.given(
        "merge.events",
        [{"subject_id": subject, "record_id": record, "version": version, "event_kind": kind,
          "ground": ground, "severity": severity, "event_day": event_day, "valid_to": valid_to,
          "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


def term(lab, list_name):
    return rows_of(lab.run(f"lists.{list_name}"), "from_day", "to_day")


@pytest.mark.parametrize(
    ("list_name", "kind", "severity", "ends"),
    [
        ("court_dishonest", "judgment_default", "serious", "2026-01-09"),  # two years
        ("tax_violations", "tax_violation", "serious", "2027-01-09"),  # three years
        ("tax_a_class", "tax_a_class", "positive", "2025-01-09"),  # a year
        ("administrative_penalties", "penalty", "minor", "2024-04-09"),  # 90 days
        ("administrative_penalties", "penalty", "general", "2027-01-09"),  # three years
        ("special_attention", "abnormal", "general", None),  # while it lasts
    ],
)
def test_a_term_runs_from_the_decision_and_shows_from_belief(lab, list_name, kind, severity, ends):
    event(lab, kind, severity=severity)
    assert term(lab, list_name) == [("2024-02-01", ends)]


@pytest.mark.parametrize(
    ("list_name", "kind"),
    [
        ("court_dishonest", "judgment_default"),
        ("tax_violations", "tax_violation"),
        ("administrative_penalties", "penalty"),
        ("special_attention", "abnormal"),
    ],
)
def test_what_is_withdrawn_leaves_at_once(lab, list_name, kind):
    event(lab, kind, to_day="2024-03-01")
    assert term(lab, list_name) == [("2024-02-01", "2024-03-01")]


def test_a_term_over_before_it_was_believed_never_shows(lab):
    event(lab, "judgment_default", event_day="2021-01-01")
    assert term(lab, "court_dishonest") == []


def test_an_enterprise_that_left_the_abnormal_list_is_off_on_that_day(lab):
    event(lab, "abnormal", valid_to="2024-05-05")
    assert term(lab, "special_attention") == [("2024-02-01", "2024-05-05")]


def test_three_years_abnormal_is_a_serious_violation_until_it_leaves(lab):
    event(lab, "abnormal", event_day="2021-06-01", valid_to="2024-09-09")
    assert rows_of(lab.run("lists.serious_violations"), "ground", "from_day", "to_day") == [
        ("three_years_abnormal", "2024-05-31", "2024-09-09")
    ]


def test_one_day_short_of_three_years_is_none(lab):
    event(lab, "abnormal", event_day="2021-06-01", valid_to="2024-05-31")
    assert term(lab, "serious_violations") == []


def test_a_grave_penalty_is_a_serious_violation_and_a_general_one_is_not(lab):
    event(lab, "penalty", record="grave", severity="serious")
    event(lab, "penalty", record="small", severity="general")
    assert rows_of(lab.run("lists.serious_violations"), "entry_key", "ground", "to_day") == [
        ("grave", "grave_penalty", "2027-01-09")
    ]


def test_an_entry_is_one_version_however_many_versions_of_the_record_lie_beneath(lab):
    event(lab, "judgment_default", version="v1", to_day="2024-05-01")
    event(lab, "judgment_default", version="v2", from_day="2024-05-01")
    found = lab.run("lists.court_dishonest", "lists.entries")
    assert rows_of(found, "list", "subject_id", "from_day", "to_day") == [
        ("court_dishonest", "s", "2024-02-01", "2026-01-09")
    ]
    record, subject = as_id("r"), as_id("s")
    entry_id = md5(f"court_dishonest|{record}".encode()).hexdigest()
    version = md5(f"{entry_id}|{subject}|g|general|2024-02-01".encode()).hexdigest()
    assert [(e["entry_id"], e["entry_version"]) for e in found] == [(entry_id, version)]
    assert rows_of(lab.run("lists.evidence"), "entry_version", "parent_id") == [
        (version, "r:v1"),
        (version, "r:v2"),
    ]


def test_a_change_of_severity_is_a_new_version_of_the_same_entry(lab):
    event(lab, "judgment_default", version="v1", to_day="2024-05-01")
    event(lab, "judgment_default", version="v2", severity="serious", from_day="2024-05-01")
    found = lab.run("lists.court_dishonest", "lists.entries")
    assert len({e["entry_id"] for e in found}) == 1
    assert rows_of(found, "severity", "from_day", "to_day") == [
        ("general", "2024-02-01", "2024-05-01"),
        ("serious", "2024-05-01", "2026-01-09"),
    ]


@pytest.mark.parametrize(
    ("list_name", "kind"),
    [
        ("court_dishonest", "judgment_default"),
        ("administrative_penalties", "penalty"),
        ("tax_violations", "tax_violation"),
        ("tax_a_class", "tax_a_class"),
        ("special_attention", "abnormal"),
        ("serious_violations", "abnormal"),
        ("serious_violations", "penalty"),
    ],
)
def test_an_act_without_a_day_has_no_term_and_lists_nobody(lab, list_name, kind):
    event(lab, kind, severity="serious", event_day=None)
    assert lab.run(f"lists.{list_name}") == []


def test_a_penalty_of_which_nobody_says_how_grave_it_is_is_not_shown(lab):
    event(lab, "penalty", severity=None)
    assert lab.run("lists.administrative_penalties") == []
