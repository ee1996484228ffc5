"""Checks count, give examples, write their table, and stop a build only for a broken promise."""

from __future__ import annotations

import json

import pytest

from quality import BrokenPromise, check_keys, check_promises, checks, judge
from quality.report import report
from quality.run import keep_promises

JAN = "2024-01-01"


@pytest.fixture
def landed(bench, make_feed, land):
    """Two deliveries: the second is held, and one row of the first is kept aside."""
    feed = make_feed()
    rows = [{"no": str(n), "holder": "h"} for n in range(9)] + [{"no": None, "record": "x"}]
    land(bench, feed, {JAN: rows, "2024-01-08": [{"no": "1", "holder": "h"}]})
    judge(bench, [feed])
    bench.create_table(
        "conform.permits",
        "SELECT l.*, published AS from_day, CAST(NULL AS DATE) AS to_day "
        f"FROM landing.permits AS l WHERE delivery = '{JAN}' AND no IS NOT NULL",
    )
    bench.put("codes.run", join_level="full", last_day="2024-12-31")
    return feed


def by_name(results):
    return {(r.table, r.expectation): r for r in results}


def test_broken_expectations_are_counted_with_examples(bench, landed):
    for ground in ("bad_luck", "spite", "spite", "whim", "zeal"):
        bench.put("conform.events", feed="court", ground=ground, id_value="x")
    found = by_name(checks(bench, [landed], stages=["conform"]))
    known = found["conform.events", "ground_known"]
    assert (known.violations, known.outcome, known.passed) == (5, "warn", False)
    assert [e.split("ground=")[1] for e in known.examples] == ["bad_luck", "spite", "spite"]
    assert found["conform.events", "amount_not_negative"].outcome == "pass"
    assert found["conform.events", "required_record_id"].violations == 5


def test_rows_of_landing_are_counted_from_the_verdicts(bench, landed):
    found = by_name(checks(bench, [landed], stages=["landing"]))
    key = found["landing.permits", "key_no"]
    assert (key.violations, key.outcome) == (1, "quarantine")
    assert key.examples == ("delivery=2024-01-01, line=12",)
    assert found["landing.permits", "one_version"].passed
    assert found["quality.deliveries", "no_delivery_held"].violations == 1


def test_a_stage_not_yet_built_has_broken_nothing(bench, landed):
    bench.execute("DROP TABLE lists.evidence")
    names = {r.expectation for r in checks(bench, {"permits": landed}, stages=["lists"])}
    assert "ground_known" in names and "every_entry_has_evidence" not in names


def test_dirty_and_held_data_break_no_promise(bench, landed):
    assert all(r.passed for r in check_promises(bench, [landed]))


def test_a_lost_row_breaks_a_promise(bench, landed):
    bench.execute("DELETE FROM landing.permits WHERE no = '3'")
    with pytest.raises(BrokenPromise, match="landing.deliveries: 1 rows break 'rows_landed'"):
        check_promises(bench, [landed])


def test_a_row_that_passed_and_is_not_believed_breaks_a_promise(bench, landed):
    bench.execute("DELETE FROM conform.permits WHERE no = '3'")
    with pytest.raises(BrokenPromise, match="conform.permits: 1 rows break 'whole'"):
        checks(bench, [landed])


def test_an_entry_without_evidence_breaks_a_promise(bench, landed):
    bench.put("lists.entries", entry_version="ev", list="tax_violations")
    with pytest.raises(BrokenPromise, match="Nobody is listed without a record that says so"):
        check_promises(bench, [landed])


def test_a_broken_promise_is_one_line(bench, landed):
    bench.put("lists.entries", entry_version="ev")
    with pytest.raises(ValueError) as error:
        keep_promises(checks(bench, [landed], stages=["lists"]))
    assert "\n" not in str(error.value)


def test_nothing_is_written(bench, landed):
    before = set(bench.tables())
    checks(bench, [landed])
    assert set(bench.tables()) == before


def test_the_report_says_where_rows_went_and_why(bench, landed):
    told = report(bench, checks(bench, [landed]))
    assert [
        (f.feed, f.landed, f.conformed, f.quarantined, f.held, f.unreadable, f.warnings)
        for f in told.feeds
    ] == [("permits", 11, 9, 1, 1, 0, 0)]
    found = told.findings()
    assert found[0].startswith(
        "permits of 2024-01-08 held: The delivery has 1 rows where the one before had 9"
    )
    assert "landing.permits: 1 rows break 'no is present' (quarantine)" in found
    assert told.closing() == (
        "Nothing was lost. Rows kept aside: 1; deliveries held: 1; each has its reason, "
        "and every entry leads back to a record."
    )
    node = json.loads(json.dumps(told.as_dict()))
    assert node["totals"]["landed"] == 11
    assert node["feeds"][0]["held_deliveries"] == ["2024-01-08"]
    assert node["deliveries"][0]["outcome"] == "hold"


def test_progress_names_the_stages(bench, landed):
    seen: list[str] = []
    checks(bench, [landed], progress=seen.append)
    assert seen[0] == "landing" and seen[-1] == "scores"


def test_a_declared_key_that_names_several_rows_is_named(bench):
    bench.table("merge.subjects", {"subject_id": "VARCHAR", "kind": "VARCHAR"})
    for kind in ("a", "b"):
        bench.put("merge.subjects", subject_id="s", kind=kind)
    found = check_keys(bench, {"merge.subjects": ("subject_id",), "merge.gone": ("x",)})
    assert [(r.table, r.expectation, r.violations) for r in found] == [
        ("merge.subjects", "declared_key_once", 1)
    ]
    assert found[0].stage == "merge" and found[0].examples == ("subject_id=s, times=2",)
    assert check_keys(bench, {"merge.subjects": ("subject_id", "kind")})[0].passed


def test_every_model_declares_a_key():
    from pipelines.graph import all_models

    assert [m.name for m in all_models("core", "full") if not m.key] == []
