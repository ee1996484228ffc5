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


# --- lists that hand on what their owner keeps ------------------------------------------------------


def kept(lab, list_name):
    return rows_of(lab.run(f"lists.{list_name}"), "ground", "value", "from_day", "to_day")


def act(lab, kind, as_told=None, event_day="2024-01-10", from_day="2024-02-01", to_day=None):
    lab.given(
        "merge.acts",
        [{"act_id": "a", "record_id": "r", "version": "v", "subject_id": "s", "event_kind": kind,
          "ground": "g", "as_told": as_told, "event_day": event_day, "from_day": from_day,
          "to_day": to_day}],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("list_name", "kind", "ends"),
    [
        ("utility_arrears", "utility_arrears", "2025-01-09"),  # a year
        ("honours", "honour", "2029-01-08"),  # five years
        ("volunteering", "volunteering", "2027-01-09"),  # three years
        ("platform_orders", "platform_payment", "2025-01-09"),  # a year
        ("platform_arrears", "platform_late", "2026-01-09"),  # two years
        ("wallet_payments", "wallet_payment", "2025-01-09"),  # a year
        ("wallet_arrears", "wallet_late", "2026-01-09"),  # two years
    ],
)
def test_an_act_is_kept_for_a_term_as_it_was_told(lab, list_name, kind, ends):
    act(lab, kind, as_told="魏安 · 12.50")
    (row,) = lab.run(f"lists.{list_name}")
    assert row["value"] == "魏安 · 12.50"
    assert term(lab, list_name) == [("2024-02-01", ends)]
    assert row["entry_key"] == "a"


def test_an_act_told_after_its_term_is_never_listed(lab):
    act(lab, "utility_arrears", event_day="2023-01-15")
    assert lab.run("lists.utility_arrears") == []


@pytest.mark.parametrize(
    ("list_name", "kind", "ends"),
    [
        ("licences", "licence", "2024-06-01"),  # until it expires
        ("loans", "loan", "2024-06-01"),  # until it is due
        ("loan_arrears", "loan_overdue", "2029-01-08"),  # five years, whatever was agreed
    ],
)
def test_a_record_is_shown_as_it_was_told(lab, list_name, kind, ends):
    lab.given(
        "merge.events",
        [{"subject_id": "s", "record_id": "r", "version": "v", "event_kind": kind, "ground": "g",
          "as_told": "魏安 · No. 7", "event_day": "2024-01-10",
          "valid_to": "2024-06-01", "from_day": "2024-02-01"}],
    )  # fmt: skip
    assert kept(lab, list_name) == [("g", "魏安 · No. 7", "2024-02-01", ends)]


def says(lab, feed, from_day="2024-02-01", to_day=None, version="v", **properties):
    """What a register's own record says."""
    spell = {"record_id": "r", "version": version, "from_day": from_day, "to_day": to_day}
    lab.given(
        "merge.statements",
        [
            spell | {"feed": feed, "property": p, "value": v, "subject_id": "s"}
            for p, v in properties.items()
        ],
    )


@pytest.mark.parametrize(
    ("list_name", "feed", "value"),
    [
        ("enterprise_register", "market_registry", "name · uscc · org_code · address · status"),
        ("public_bodies_register", "public_bodies", "name · uscc · org_code · address · status"),
        ("resident_register", "residents", "name · resident_no · address · born"),
    ],
)
def test_a_register_tells_what_its_record_says_as_one(lab, list_name, feed, value):
    properties = ("status", "name", "phone", "born", "org_code", "address", "resident_no", "uscc")
    says(lab, feed, **{name: name for name in properties})
    says(lab, "court", version="w", name="of another feed")
    assert kept(lab, list_name) == [("registered", value, "2024-02-01", None)]


def test_a_share_is_told_of_both_sides(lab):
    link = {"record_id": "r", "version": "v", "link_kind": "shareholder", "a_id": "owner"}
    link |= {
        "b_id": "owned",
        "from_day": "2024-02-01",
        "valid_to": "2024-05-01",
        "a_as_told": "魏安 · 8401",
        "b_as_told": "帆影公司",
    }
    lab.given("merge.links", [link | {"feed": "market_shareholders"}])
    lab.given("merge.links", [link | {"feed": "residents", "record_id": "family"}])
    found = lab.run("lists.shares_and_posts")
    assert rows_of(found, "subject_id", "from_day", "to_day") == [
        ("owned", "2024-02-01", "2024-05-01"),
        ("owner", "2024-02-01", "2024-05-01"),
    ]
    told = {row["subject_id"]: row["value"] for row in found}
    assert told == {"owner": "帆影公司", "owned": "魏安 · 8401"}


@pytest.mark.parametrize(
    ("list_name", "feed", "kind"),
    [
        ("resident_register", "residents", "parent_child"),
        ("public_bodies_register", "public_bodies", "legal_representative"),
    ],
)
def test_a_register_tells_whose_child_one_is_and_who_leads_a_body(lab, list_name, feed, kind):
    link = {"record_id": "r", "version": "v", "feed": feed, "b_id": "told of"}
    link |= {"from_day": "2024-02-01", "valid_from": "2024-03-01"}
    for one in ("one", "two"):
        told = {"a_id": one, "a_as_told": f"{one} as told"}
        lab.given("merge.links", [link | told | {"link_kind": kind}])
    lab.given("merge.links", [link | {"link_kind": "employment", "a_id": "employer"}])
    found = lab.run(f"lists.{list_name}")
    assert rows_of(found, "subject_id", "ground", "value", "from_day") == [
        ("told of", kind, "one as told", "2024-03-01"),
        ("told of", kind, "two as told", "2024-03-01"),
    ]
    assert len({row["entry_key"] for row in found}) == 2


def test_another_value_is_another_version_of_one_entry(lab):
    register = "market_registry"
    says(lab, register, version="v1", name="甲", from_day="2024-02-01", to_day="2024-05-01")
    says(lab, register, version="v2", name="乙", from_day="2024-05-01")
    found = lab.run("lists.enterprise_register", "lists.entries")
    assert rows_of(found, "value", "from_day", "to_day") == [
        ("乙", "2024-05-01", None),
        ("甲", "2024-02-01", "2024-05-01"),
    ]
    assert len({e["entry_id"] for e in found}) == 1
    assert len({e["entry_version"] for e in found}) == 2


# --- good faith, travel, the environment, public bodies --------------------------------------------------


def honoured(lab, ground="honest_trader", **days):
    lab.given(
        "merge.acts",
        [{"act_id": "a", "record_id": "r", "version": "v", "subject_id": "s", "event_kind": "honour",
          "ground": ground, "severity": "positive", "event_day": "2024-01-10", "from_day": "2024-02-01"}
         | days],
    )  # fmt: skip


def test_a_model_of_good_faith_stands_three_years(lab):
    honoured(lab)
    honoured(lab, ground="heroic_act", act_id="b")
    assert term(lab, "good_faith_traders") == [("2024-02-01", "2027-01-09")]


def test_a_penalty_loses_good_faith_while_it_is_believed_and_a_minor_one_does_not(lab):
    honoured(lab)
    event(
        lab,
        "penalty",
        record="p",
        event_day="2024-05-01",
        from_day="2024-05-10",
        to_day="2024-06-10",
    )
    event(
        lab,
        "penalty",
        record="q",
        event_day="2024-05-05",
        from_day="2024-06-01",
        to_day="2024-07-01",
    )
    event(lab, "penalty", record="m", event_day="2024-08-01", severity="minor")
    event(lab, "penalty", record="before", event_day="2023-08-01")
    event(lab, "penalty", record="other", event_day="2024-08-01", subject="t")
    assert term(lab, "good_faith_traders") == [
        ("2024-02-01", "2024-05-10"),
        ("2024-07-01", "2027-01-09"),
    ]


def test_a_penalty_believed_from_the_first_day_on_lets_nobody_in(lab):
    honoured(lab)
    event(lab, "penalty", event_day="2024-01-20", severity="serious")
    assert lab.run("lists.good_faith_traders") == []


def test_a_penalty_taken_back_before_the_day_it_gives_costs_no_good_faith(lab):
    honoured(lab)
    event(lab, "penalty", event_day="2024-08-01", from_day="2024-05-10", to_day="2024-06-10")
    assert {row["to_day"].isoformat() for row in lab.run("lists.good_faith_traders")} == {
        "2027-01-09"
    }


@pytest.mark.parametrize(
    ("ground", "listed"),
    [("able_but_refuses", 1), ("evasion", 1), ("spending_order", 1), ("property_report", 0)],
)
def test_who_could_pay_and_does_not_may_not_travel(lab, ground, listed):
    event(lab, "judgment_default", ground=ground, valid_to="2024-09-01")
    assert term(lab, "travel_restrictions") == [("2024-02-01", "2024-09-01")] * listed


def test_the_ecology_bureau_lists_polluters_for_three_years(lab):
    event(lab, "penalty", ground="emissions", severity="minor")
    event(lab, "penalty", ground="noise", record="n")
    assert term(lab, "environmental_violations") == [("2024-02-01", "2027-01-09")]


def test_a_body_in_default_is_one_that_the_court_takes_for_a_body(lab):
    for record, what in (("body", "government_body"), ("firm", "enterprise")):
        event(lab, "judgment_default", record=record, version=record)
        lab.given(
            "conform.events",
            [{"record_id": record, "version": record, "subject_kind": what,
              "from_day": "2024-01-15", "to_day": "2024-10-01"}],
        )  # fmt: skip
    found = lab.run("lists.bodies_in_default")
    assert rows_of(found, "entry_key", "from_day", "to_day") == [
        ("body", "2024-02-01", "2024-10-01")
    ]
