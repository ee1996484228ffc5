"""Every expectation of every stage is seen to fail on a row that breaks it, and on no other."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import sqlglot

from pipelines.codes import CODES, read_code_list
from quality.expectations import Expectation, violations_sql
from quality.gates import judge
from quality.suites import CHECKED_STAGES, stage_expectations
from schemas.contract import ROOT
from tests.naive.laws import read_yaml

JAN, FEB, MAR, LATE = "2024-01-01", "2024-02-01", "2024-03-01", "2030-01-01"
# Gates whose rows are written out elsewhere, with those that pass beside those that do not.
EXAMPLES = read_yaml(ROOT / "tests" / "pipelines" / "models" / "gates.yml")
SPELL = {"from_day": FEB, "to_day": MAR}
BACKWARDS = {"from_day": MAR, "to_day": FEB}
SAID = {"record_id": "r", "version": "v", "feed": "court", "effect": "assert"}
ROLE = {"record_id": "r", "version": "v", "role": "subject"}
MATCH = {
    **ROLE,
    "feed": "court",
    "reference_id": "q",
    "subject_id": "s",
    "method": "code",
    "score": 1000,
}
ENTRY = {"entry_id": "e", "entry_version": "ev", "list": "tax_violations", "subject_id": "s"}
ENTRY |= {"ground": "tax_evasion", "severity": "serious"}
COPY = {"holder": "bank", "list": "tax_violations", "entry_id": "e", "entry_version": "ev"}
COPY |= {"subject_id": "s", "path": "tax_bureau>bank", "distance": 1}
MEASURE = {"measure_id": "m", "measure": "loan", "agency": "bank", "subject_id": "s"}
MEASURE |= {"because_entry_version": "ev"}
OWNED = COPY | {"holder": "tax_bureau", "path": "tax_bureau", "distance": 0}
PATHS = [
    {"list": "tax_violations", "path": "tax_bureau"},
    {
        "list": "tax_violations",
        "path": "tax_bureau>bank",
        "parent_path": "tax_bureau",
        "distance": 1,
        "lag_days": 2,
    },
]
SHOWN = {"holder": "bank", "list": "tax_violations", "entry_version": "ev", "subject_id": "s"}
POINT = {"keeper": "bank", "subject_id": "s", "because": "entry:ev"}
EVENT = {"subject_id": "s", "record_id": "r", "version": "v"}
SEEN_BY = [  # who may see what: the public what is public, bodies what is shared between them too
    ("codes.audiences", {"audience": audience, "sharing": sharing})
    for audience, sharing in (
        ("public", "public"), ("intergovernmental", "public"),
        ("intergovernmental", "intergovernmental"),
    )
]  # fmt: skip
BETWEEN_BODIES = ("codes.feeds", {"feed": "residents", "sharing": "intergovernmental"})
FACT = {"subject_id": "s", "property": "name", "record_id": "r", "version": "v"}

# (table, expectation) -> rows to put, as (table, values); each makes the expectation fail.
BREAKS: dict[tuple[str, str], list[tuple[str, dict]]] = {
    ("landing.deliveries", "rows_landed"): [
        ("landing.deliveries", {"feed": "permits", "delivery": JAN, "rows": 3})
    ],
    ("landing.deliveries", "unreadable_recorded"): [
        ("landing.deliveries", {"feed": "other", "delivery": JAN, "unreadable": 1})
    ],
    ("landing.deliveries", "counted_landed"): [
        ("landing.deliveries", {"feed": "other", "delivery": JAN, "rows": 1, "counted": 2})
    ],
    ("landing.deliveries", "delivery_arrived"): [
        ("codes.calendar", {"feed": "other", "due": JAN, "next_due": FEB}),
        ("codes.calendar", {"feed": "other", "due": FEB}),
        ("landing.deliveries", {"feed": "other", "delivery": JAN, "published": JAN}),
    ],
    ("landing.deliveries", "deliveries_judged_once"): [
        ("landing.deliveries", {"feed": "other", "delivery": JAN, "rows": 0})
    ],
    ("quality.row_counts", "landed_once"): [
        ("quality.row_counts", {"landed": 3, "conformed": 1, "quarantined": 1, "held": 0})
    ],
    ("quality.unreadable", "nothing_unreadable"): [("quality.unreadable", {"reason": "torn"})],
    ("quality.deliveries", "no_delivery_held"): [("quality.deliveries", {"outcome": "hold"})],
    ("conform.events", "valid_period"): [("conform.events", {"valid_from": MAR, "valid_to": FEB})],
    ("conform.statements", "valid_period"): [
        ("conform.statements", {"valid_from": MAR, "valid_to": FEB})
    ],
    ("conform.links", "valid_period"): [("conform.links", {"valid_from": MAR, "valid_to": FEB})],
    ("conform.events", "no_foresight"): [("conform.events", {"event_day": MAR, "from_day": FEB})],
    ("conform.events", "event_day_given"): [("conform.events", SAID)],
    ("conform.events", "amount_not_negative"): [("conform.events", {"amount_yuan": "-0.01"})],
    ("conform.events", "somebody_named"): [("conform.events", SAID)],
    ("conform.links", "both_sides_named"): [("conform.links", {"a_value": "x"})],
    ("conform.events", "ground_known"): [("conform.events", {"ground": "bad_luck"})],
    ("conform.permits", "interval"): [("conform.permits", BACKWARDS)],
    ("conform.permits", "nothing_kept_aside"): [
        ("conform.permits", {"record_id": "r", "version": "v", "delivery": JAN}),
        ("quality.deliveries", {"feed": "permits", "delivery": JAN, "outcome": "hold"}),
    ],
    ("conform.permits", "whole"): [
        ("landing.permits", {"record_id": "r", "version": "v", "delivery": JAN})
    ],
    ("conform.permits", "recounted"): [
        ("landing.permits", {"record_id": "r", "version": "v", "delivery": JAN, "published": JAN}),
        (
            "quality.deliveries",
            {"feed": "permits", "delivery": JAN, "published": JAN, "outcome": "pass"},
        ),
    ],
    ("conform.permits", "one_version_at_a_time"): [
        ("conform.permits", {"record_id": "r", "version": "v", "from_day": JAN}),
        ("conform.permits", {"record_id": "r", "version": "w", "from_day": FEB}),
    ],
    ("resolve.matches", "subject_registered"): [("resolve.matches", MATCH)],
    ("resolve.matches", "one_subject_a_day"): [
        ("resolve.matches", MATCH | {"from_day": JAN}),
        ("resolve.matches", MATCH | {"from_day": FEB, "subject_id": "t"}),
    ],
    ("resolve.matches", "method_known"): [("resolve.matches", MATCH | {"method": "guess"})],
    ("resolve.matches", "score_in_thousandths"): [("resolve.matches", MATCH | {"score": 1001})],
    ("resolve.matches", "code_passes_its_check"): [
        ("resolve.matches", MATCH | {"method": "code_flagged"})
    ],
    ("resolve.unmatched", "reason_known"): [("resolve.unmatched", {"reason": "because"})],
    ("resolve.mentions", "every_mention_decided"): [
        ("resolve.mentions", ROLE | {"from_day": JAN, "to_day": MAR}),
        ("resolve.matches", MATCH | {"from_day": FEB, "to_day": MAR}),
    ],
    ("resolve.identifiers", "identifier_of_one_subject"): [
        ("resolve.identifiers", {"subject_id": s, "scheme": "uscc", "value": "x", **SPELL})
        for s in ("s", "t")
    ],
    ("merge.facts", "one_winner"): [
        ("merge.facts", FACT | {"value": value, "won": True, "from_day": day})
        for value, day in (("a", JAN), ("b", FEB))
    ],
    ("merge.facts", "losers_have_a_winner"): [
        ("merge.facts", FACT | {"value": "a", "won": True, **SPELL}),
        ("merge.facts", FACT | {"value": "b", "won": False, "from_day": JAN, "to_day": MAR}),
    ],
    ("merge.facts", "interval"): [("merge.facts", BACKWARDS)],
    ("merge.events", "interval"): [("merge.events", BACKWARDS)],
    ("merge.links", "interval"): [("merge.links", BACKWARDS)],
    ("merge.events", "nothing_twice"): [("merge.events", EVENT)] * 2,
    ("merge.links", "nothing_twice"): [("merge.links", {"a_id": "s", "b_id": "t"})] * 2,
    ("merge.events", "subject_id_matched"): [
        ("merge.events", EVENT),
        ("resolve.matches", MATCH | {"subject_id": "t"}),
    ],
    ("merge.links", "a_id_matched"): [("merge.links", {"record_id": "r", "a_id": "s"})],
    ("merge.links", "b_id_matched"): [("merge.links", {"record_id": "r", "b_id": "s"})],
    ("merge.events", "one_subject_a_day"): [
        ("merge.events", EVENT | {"from_day": JAN}),
        ("merge.events", EVENT | {"from_day": FEB, "subject_id": "t"}),
    ],
    ("merge.subjects", "subject_once"): [("merge.subjects", {"subject_id": "s"})] * 2,
    ("lists.entries", "every_entry_has_evidence"): [("lists.entries", ENTRY)],
    ("lists.evidence", "evidence_of_an_entry"): [("lists.evidence", {"entry_version": "ev"})],
    ("lists.evidence", "evidence_exists"): [
        ("lists.evidence", {"entry_version": "ev", "parent_kind": "event", "parent_id": "r:v"})
    ],
    ("lists.entries", "not_before_its_evidence"): [
        ("lists.entries", ENTRY | {"from_day": JAN}),
        ("lists.evidence", {"entry_version": "ev", "parent_kind": "event", "parent_id": "r:v"}),
        ("resolve.matches", MATCH | {"from_day": FEB}),
    ],
    ("exchange.entries", "not_before_its_evidence"): [
        ("exchange.entries", ENTRY | {"from_day": JAN}),
        ("exchange.evidence", {"entry_version": "ev", "parent_kind": "entry", "parent_id": "of"}),
        ("exchange.entries", ENTRY | {"entry_version": "of", "from_day": FEB}),
    ],
    ("exchange.entries", "every_entry_has_evidence"): [("exchange.entries", ENTRY)],
    ("exchange.evidence", "parent_entry_exists"): [
        ("exchange.evidence", {"entry_version": "ev", "parent_kind": "entry", "parent_id": "gone"})
    ],
    ("exchange.copies", "entry_exists"): [("exchange.copies", COPY)],
    ("exchange.copies", "path_exists"): [("exchange.copies", COPY)],
    ("exchange.paths", "holder_known"): [("exchange.paths", PATHS[0] | {"holder": "nobody"})],
    ("exchange.paths", "may_be_shown_there"): [
        *SEEN_BY,
        ("codes.holders", {"holder": "credit_china", "audience": "public"}),
        ("codes.lists", {"list": "tax_violations", "sharing": "intergovernmental"}),
        ("exchange.paths", PATHS[0] | {"holder": "credit_china"}),
    ],
    ("lists.entries", "no_wider_than_its_evidence"): [
        *SEEN_BY,
        BETWEEN_BODIES,
        ("codes.lists", {"list": "tax_violations", "sharing": "public"}),
        ("lists.entries", ENTRY),
        ("lists.evidence", {"entry_version": "ev", "parent_kind": "event", "parent_id": "r:v"}),
        ("resolve.matches", MATCH | {"feed": "residents"}),
    ],
    ("exchange.adopted", "adopted_from_what_is_shown"): [
        ("codes.lists", {"list": "tax_violations", "owner": "bank"}),
        ("exchange.adopted", ENTRY | {"entry_version": "own", "from_day": MAR}),
        ("exchange.evidence", {"entry_version": "own", "parent_kind": "entry", "parent_id": "ev"}),
        ("exchange.shown", SHOWN | {"from_day": FEB, "to_day": MAR}),
    ],
    ("exchange.adopted", "adopted_for_a_term"): [("exchange.adopted", ENTRY | {"from_day": JAN})],
    ("consequences.measures", "because_of_an_entry"): [("consequences.measures", MEASURE)],
    ("consequences.measures", "agency_holds_a_copy"): [
        ("consequences.measures", MEASURE | {"from_day": FEB}),
        ("exchange.copies", COPY | {"from_day": JAN, "to_day": FEB}),
        ("exchange.copies", COPY | {"from_day": MAR}),
    ],
    ("consequences.measures", "measure_known"): [("consequences.measures", MEASURE)],
    ("scores.grades", "one_grade_a_day"): [
        ("scores.grades", {"keeper": "k", "subject_id": "s", "from_day": day}) for day in (JAN, FEB)
    ],
    ("scores.points", "every_change_has_a_cause"): [("scores.points", {"change": -20})],
    ("scores.points", "keeper_holds_a_copy"): [
        ("codes.keepers", {"keeper": POINT["keeper"]}),
        ("exchange.shown", SHOWN | {"from_day": FEB}),
        ("scores.points", POINT | {"day": "2024-01-31"}),
    ],
}
for table in ("lists.entries", "exchange.adopted"):
    BREAKS |= {
        (table, "list_known"): [(table, ENTRY | {"list": "naughty"})],
        (table, "severity_known"): [(table, ENTRY | {"severity": "dire"})],
        (table, "ground_known"): [(table, ENTRY | {"ground": "bad_luck"})],
        (table, "subject_registered"): [(table, ENTRY)],
        (table, "one_version_a_day"): [(table, ENTRY | {"from_day": d}) for d in (JAN, FEB)],
    }


LISTS = [
    {name: row[name] for name in ("list", "owner", "longest_term_days")}
    for row in read_code_list(CODES / "lists.csv").to_pylist()
]


def listed_until(name: str, severity: str, days: int) -> list[tuple[str, dict]]:
    """An entry that lasts so many days after the event it rests on."""
    decided = date(2023, 1, 1)
    spell = {"from_day": JAN, "to_day": decided + timedelta(days=days)}
    return [
        *(("codes.lists", row) for row in LISTS),
        ("lists.entries", ENTRY | {"list": name, "severity": severity} | spell),
        ("lists.evidence", {"entry_version": "ev", "parent_kind": "event", "parent_id": "r:v"}),
        ("merge.events", EVENT | {"event_day": decided}),
    ]


# The longest lawful terms: (list, severity) -> days.
LAWFUL = {
    ("court_dishonest", "serious"): 730,
    ("tax_violations", "serious"): 1095,
    ("tax_a_class", "positive"): 365,
    ("administrative_penalties", "serious"): 1095,
    ("serious_violations", "serious"): 2920,
    ("administrative_penalties", "minor"): 90,
}
BREAKS["lists.entries", "lawful_term"] = listed_until("tax_a_class", "positive", 366)


def test_every_table_of_intervals_is_expected_to_hold_intervals(make_feed):
    from pipelines.graph import all_models
    from pipelines.model import output_columns

    asked = {e.table for e in every(make_feed) if e.name == "interval"}
    for model in all_models("core", "full"):
        # The parts of the exchange are asked for together, in exchange.copies and .adopted.
        part = model.stage == "exchange" and re.search(r"_(\d|graded)$", model.table)
        if part or model.stage not in CHECKED_STAGES or model.stage == "conform":
            continue
        if model.name == "exchange.mishaps":  # one that is put right on its own day lasts no day
            continue
        if {"from_day", "to_day"} <= set(output_columns(model.sql)):
            assert model.name in asked, model.name


DERIVED = ("required_", "key_once", "interval")


def every(make_feed) -> list[Expectation]:
    """Every expectation of every stage for one feed of a snapshot."""
    return [e for stage in CHECKED_STAGES for e in stage_expectations(stage, [make_feed()])]


def prepare(bench, make_feed, land) -> None:
    """Landing judged, and `conform.permits` beside it, all empty."""
    feed = make_feed()
    land(bench, feed, {})
    judge(bench, [])
    bench.create_table(
        "conform.permits",
        "SELECT *, published AS from_day, published AS to_day FROM landing.permits",
    )
    bench.put("codes.run", join_level="full", last_day=LATE)


def test_every_written_expectation_has_a_case(make_feed):
    missing = [
        (e.table, e.name)
        for e in every(make_feed)
        if not e.name.startswith(DERIVED)
        and (e.table, e.name) not in BREAKS
        and e.id not in EXAMPLES
    ]
    assert missing == []


@pytest.mark.parametrize(("table", "name"), BREAKS, ids=".".join)
def test_an_expectation_is_seen_to_fail(bench, make_feed, land, table, name):
    prepare(bench, make_feed, land)
    (rule,) = [e for e in every(make_feed) if (e.table, e.name) == (table, name)]
    assert bench.fetch(violations_sql(rule)) == [], "nothing breaks it on empty tables"
    for target, values in BREAKS[table, name]:
        bench.put(target, **values)
    assert len(bench.fetch(violations_sql(rule))) >= 1


@pytest.mark.parametrize(("name", "severity"), LAWFUL)
def test_a_term_may_be_used_to_its_last_day(bench, make_feed, land, name, severity):
    prepare(bench, make_feed, land)
    for target, values in listed_until(name, severity, LAWFUL[name, severity]):
        bench.put(target, **values)
    (term,) = [e for e in every(make_feed) if e.name == "lawful_term"]
    assert bench.fetch(violations_sql(term)) == []
    bench.execute("UPDATE lists.entries SET to_day = to_day + 1")
    assert len(bench.fetch(violations_sql(term))) == 1
    bench.execute("UPDATE lists.entries SET to_day = NULL")
    assert len(bench.fetch(violations_sql(term))) == 1, "an entry without an end outlasts any term"


def test_derived_expectations_are_seen_to_fail(bench, make_feed, land):
    prepare(bench, make_feed, land)
    derived = [e for e in every(make_feed) if e.name.startswith(DERIVED)]
    assert len(derived) > 40
    for e in derived:
        bench.execute(f"DELETE FROM {e.table}")
        if e.name == "interval":
            bench.put(e.table, **BACKWARDS)
        else:
            for _ in range(2):
                bench.put(e.table, to_day=MAR)
        assert bench.fetch(violations_sql(e)), f"{e.table}.{e.name}"


def test_what_is_right_breaks_nothing(bench, make_feed, land):
    """One record, followed through every stage."""
    feed = make_feed()
    land(
        bench, feed, {JAN: [{"no": "r", "holder": "h", "version": "v"}, {"no": "2", "holder": "h"}]}
    )
    judge(bench, [feed])
    bench.create_table(
        "conform.permits",
        "SELECT *, published AS from_day, CAST(NULL AS DATE) AS to_day FROM landing.permits",
    )
    still = {"from_day": JAN}
    for table, values in (
        ("codes.run", {"join_level": "full", "last_day": LATE}),
        ("codes.grounds", {"code": "tax_evasion"}),
        ("codes.measures", {"measure": "loan"}),
        ("codes.severities", {"code": "serious"}),
        ("codes.keepers", {"keeper": POINT["keeper"]}),
        *(("codes.lists", row) for row in LISTS),
        (
            "conform.events",
            SAID
            | {"id_scheme": "org_code", "id_value": "x", "event_kind": "tax_violation"}
            | {"ground": "tax_evasion", "event_day": JAN, "amount_yuan": 0, **still},
        ),
        ("conform.links", SAID | {"link_kind": "director", "a_value": "x", "b_name": "y", **still}),
        ("conform.statements", SAID | {"property": "name", "value": "y", **still}),
        ("resolve.identifiers", {"subject_id": "s", "scheme": "uscc", "value": "x", **still}),
        ("resolve.mentions", ROLE | {"feed": "court", **still}),
        ("resolve.mentions", ROLE | {"feed": "court", "role": "a", **still}),
        ("resolve.mentions", ROLE | {"feed": "court", "role": "b", **still}),
        ("resolve.matches", MATCH | {"from_day": JAN, "to_day": FEB}),
        ("resolve.unmatched", ROLE | {"reason": "ambiguous", "from_day": FEB}),
        ("resolve.matches", MATCH | {"role": "a", **still}),
        ("resolve.matches", MATCH | {"role": "b", **still}),
        ("merge.facts", FACT | {"value": "a", "won": True, **still}),
        ("merge.facts", FACT | {"value": "b", "won": False, **still}),
        ("merge.events", EVENT | {"event_day": JAN, "from_day": JAN, "to_day": FEB}),
        ("merge.links", EVENT | {"a_id": "s", "b_id": "s", **still}),
        ("merge.subjects", {"subject_id": "s"}),
        ("lists.entries", ENTRY | {"from_day": JAN, "to_day": "2026-12-31"}),
        ("lists.evidence", {"entry_version": "ev", "parent_kind": "event", "parent_id": "r:v"}),
        ("exchange.entries", ENTRY | {"from_day": JAN, "to_day": "2026-12-31"}),
        ("exchange.evidence", {"entry_version": "ev", "parent_kind": "event", "parent_id": "r:v"}),
        ("exchange.paths", PATHS[0]),
        ("exchange.paths", PATHS[1]),
        ("exchange.copies", OWNED | {"from_day": JAN, "to_day": "2026-12-31"}),
        ("exchange.copies", COPY | {"from_day": "2024-01-03"}),
        ("consequences.measures", MEASURE | {"from_day": "2024-01-03"}),
        ("exchange.shown", SHOWN | {"from_day": JAN}),
        ("scores.points", POINT | {"day": JAN}),
        ("scores.points", POINT | {"day": "2024-01-31"}),
        ("scores.grades", {"keeper": "k", "subject_id": "s", "points": 0, "grade": "A", **still}),
    ):
        columns = bench.columns(table)
        bench.put(table, **{k: v for k, v in values.items() if k in columns})
    broken = {
        (e.table, e.name): rows
        for e in every(make_feed)
        if (rows := bench.fetch(violations_sql(e)))
    }
    assert broken == {}


def test_own_keys_of_an_island_need_no_registry(bench, make_feed, land):
    prepare(bench, make_feed, land)
    bench.execute("UPDATE codes.run SET join_level = 'none'")
    bench.put("lists.entries", **ENTRY)
    bench.put("resolve.matches", **(MATCH | {"method": "own_key"}))
    found = [e for e in every(make_feed) if e.name == "subject_registered"]
    assert [bench.fetch(violations_sql(e)) for e in found] == [[], [], []]


def test_a_withdrawal_need_not_be_believed(bench, make_feed, land):
    given = {"mode": "changes", "effect_column": "holder"}
    feed = make_feed(**given, effect_codes={"1": "assert", "3": "withdraw"})
    rows = [("r", "3"), ("q", "1"), ("both", "1"), ("both", "3")]
    land(bench, feed, {JAN: [{"no": no, "holder": does} for no, does in rows]})
    judge(bench, [feed])
    bench.create_table(
        "conform.permits", "SELECT *, published AS from_day FROM landing.permits WHERE no = 'r'"
    )
    (whole,) = [e for e in stage_expectations("conform", [feed]) if e.name == "whole"]
    assert [row[0] for row in bench.fetch(violations_sql(whole))] == ["q"]


def test_the_tables_a_query_reads_are_known(make_feed):
    for e in every(make_feed):
        read = sqlglot.parse_one(violations_sql(e), read="duckdb").find_all(sqlglot.exp.Table)
        assert e.reads == {e.table, *(f"{t.db}.{t.name}" for t in read if t.db)}


def test_every_query_can_be_said_to_spark(make_feed):
    for e in every(make_feed):
        assert sqlglot.transpile(violations_sql(e), read="duckdb", write="spark")
