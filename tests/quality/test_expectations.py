"""Every kind of expectation, on rows of which some keep it and some do not."""

from __future__ import annotations

import pytest
import sqlglot

from quality.expectations import (
    DELIVERY_KINDS,
    ROW_KINDS,
    Expectation,
    breaks_sql,
    sentence,
    sentence_of_gate,
    violations_sql,
)

# kind, arguments, values that keep it, values that break it
ROW_CASES = [
    ("present", {}, ["x", "　x", "0"], [None, "", " ", "　", " \t　\n"]),
    ("present", {"blank": "allowed"}, ["", "x"], [None]),
    (
        "in_set",
        {"values": ("01", "o'clock")},
        ["01", "01 ", "０1 ", "o'clock", None],
        ["1", "01x", ""],
    ),
    (
        "matches",
        {"pattern": r"^[0-9]{2}\.[a-z]$"},
        ["12.a", "12.a\u00a0", None],
        ["12xa", "12.ab", "1", ""],
    ),
    ("matches", {"pattern": "男|女"}, ["男", "女", None], ["男女", "x男", ""]),
    (
        "reads_as",
        {"as": "day"},
        ["20240229", "2024-02-29", "2024/02/29", "2024年02月29日", None],
        ["20230229", "2024-13-01", "today", "", "2024-2-9"],
    ),
    ("reads_as", {"as": "money"}, ["12", "12.50", "-1.2", None], ["12.345", "1,000", "", "a"]),
    ("reads_as", {"as": "wan"}, ["1.123456", "3", None], ["1.1234567", "x", ""]),
    ("reads_as", {"as": "integer"}, ["0", "-12", None], ["1.0", "", "x"]),
    ("reads_as", {"as": "day", "open": ("99991231", "-")}, ["99991231", "-", None], ["", "--"]),
    (
        "reads_as",
        {"as": "dotted_day"},
        ["29.02.2024", None],
        ["29.02.2023", "1.1.2024", "20240101"],
    ),
    (
        "in_bounds",
        {"as": "money", "at_least": "0", "at_most": "10"},
        ["0", "10.00", "no number", None],
        ["-0.01", "10.01"],
    ),
    (
        "in_bounds",
        {"as": "day", "not_before": "1949-10-01", "ahead": 0, "open": ("99991231",)},
        ["2024-06-01", "19491001", "99991231", "no day", None],
        ["2024-06-02", "1949/09/30", "8999-12-31"],
    ),
    (
        "check_digit",
        {"scheme": "uscc"},
        ["91870101PDY00001XE", "91350100M000100Y43", None],
        ["91870101PDY00001X0", "91870101PDY00001X", "", "91870101PDY00002XE"],
    ),
    (
        "check_digit",
        {"scheme": "org_code"},
        ["PDY00001X", "D2143569-X", "8701011985****0111", None],
        ["PDY000011", "PDY00001", ""],
    ),
    (
        "check_digit",
        {"scheme": "registration_no"},
        ["870101100000014", None],
        ["870101100000015", "87010110000001"],
    ),
    (
        "check_digit",
        {"scheme": "resident_no"},
        ["870101198504120111", "87010119850412012X", "8701011985****0111", None],
        ["870101198504120112", "87010119850412012x"],
    ),
    ("check_digit", {"scheme": "tax_no"}, ["870101PDY00001X", None], ["870101PDY000011", "1"]),
    (
        "check_digit",
        {"scheme": "masked_resident_no"},
        ["8701011985****0111", None],
        ["8701011985***0111", "870101198504120111"],
    ),
    ("holds", {"condition": "length(x) < 3"}, ["a", "ab", None], ["abc"]),
]


def expectation(kind: str, arguments: dict, **given: object) -> Expectation:
    values = {
        "name": "rule",
        "table": "landing.t",
        "outcome": "warn",
        "reason": "Why.",
        "column": "x",
    }
    return Expectation(kind=kind, arguments=arguments, **(values | given))


@pytest.mark.parametrize(("kind", "arguments", "good", "bad"), ROW_CASES)
def test_a_row_kind_finds_what_breaks_it_and_nothing_else(bench, kind, arguments, good, bad):
    bench.table("landing.t", {"x": "VARCHAR", "published": "DATE DEFAULT DATE '2024-06-01'"})
    for value in [*good, *bad]:
        bench.put("landing.t", x=value)
    rule = expectation(kind, arguments)
    found = [row[0] for row in bench.fetch(violations_sql(rule))]
    assert sorted(map(str, found)) == sorted(map(str, bad))


@pytest.mark.parametrize(("kind", "arguments", "good", "bad"), ROW_CASES)
def test_a_row_kind_is_never_undecided(bench, kind, arguments, good, bad):
    bench.table("landing.t", {"x": "VARCHAR", "published": "DATE DEFAULT DATE '2024-06-01'"})
    for value in [*good, *bad]:
        bench.put("landing.t", x=value)
    breaks = breaks_sql(expectation(kind, arguments))
    assert bench.fetch(f"SELECT count(*) FROM landing.t WHERE ({breaks}) IS NULL") == [(0,)]


def test_every_row_kind_has_a_case():
    assert {case[0] for case in ROW_CASES} == set(ROW_KINDS)


def test_unique_names_the_key_and_how_often_it_comes(bench):
    rule = expectation("unique", {"key": ("k", "l")}, column=None)
    bench.table("landing.t", {"k": "VARCHAR", "l": "VARCHAR"})
    for k, other in [("a", "1"), ("a", "2"), ("b", "1"), ("b", "1")]:
        bench.put("landing.t", k=k, l=other)
    assert bench.fetch(violations_sql(rule)) == [("b", "1", 2)]


def test_intervals_that_touch_do_not_overlap(bench):
    rule = expectation("no_overlap", {"key": ("k",)}, column=None)
    bench.table("landing.t", {"k": "VARCHAR", "from_day": "DATE", "to_day": "DATE"})
    for k, start, end in [
        ("touch", "2024-01-01", "2024-02-01"),
        ("touch", "2024-02-01", None),
        ("meet", "2024-01-01", "2024-02-02"),
        ("meet", "2024-02-01", "2024-03-01"),
        ("still", "2024-01-01", None),
        ("still", "2025-01-01", None),
    ]:
        bench.put("landing.t", k=k, from_day=start, to_day=end)
    assert sorted(row[0] for row in bench.fetch(violations_sql(rule))) == ["meet", "still"]


def test_a_reference_is_found_or_not_and_null_refers_to_nothing(bench):
    rule = expectation(
        "refers_to", {"key": ("x",), "table": "codes.grounds", "columns": ("code",)}, column=None
    )
    bench.table("landing.t", {"x": "VARCHAR"})
    bench.put("codes.grounds", code="known")
    for value in ("known", "unknown", None):
        bench.put("landing.t", x=value)
    assert bench.fetch(violations_sql(rule)) == [("unknown",)]


def test_a_written_query_gives_the_rows_itself(bench):
    rule = expectation("no_rows", {"query": "SELECT 1 AS one FROM codes.grounds"}, column=None)
    assert bench.fetch(violations_sql(rule)) == []
    bench.put("codes.grounds", code="x")
    assert bench.fetch(violations_sql(rule)) == [(1,)]
    assert rule.reads == {"landing.t", "codes.grounds"}


def test_an_unknown_kind_or_outcome_is_refused():
    with pytest.raises(ValueError, match="no kind of expectation is 'beautiful'"):
        expectation("beautiful", {})
    with pytest.raises(ValueError, match="outcome 'shrug' not in"):
        expectation("present", {}, outcome="shrug")


def test_delivery_kinds_name_no_rows():
    with pytest.raises(ValueError, match="judges a delivery, not rows"):
        violations_sql(expectation("first_rows", {"min_rows": 1}))


@pytest.mark.parametrize(("kind", "arguments", "good", "bad"), ROW_CASES)
def test_sentences_and_spark(kind, arguments, good, bad):
    rule = expectation(kind, arguments)
    assert sentence(rule)
    spark = sqlglot.transpile(violations_sql(rule), read="duckdb", write="spark")[0]
    assert "regexp_matches" not in spark.lower()


@pytest.mark.parametrize(
    ("kind", "arguments", "of_column", "of_gate"),
    [
        ("present", {}, "x is present", "What must be given is given."),
        ("in_set", {"values": ("A", "B")}, "x is one of A, B",
         "A value of a closed list is one of that list."),
        ("matches", {"pattern": "^[0-9]$"}, "x matches ^[0-9]$",
         "A value has the form that its column asks for."),
        ("reads_as", {"as": "wan"}, "x reads as a sum in ten thousands of yuan",
         "What must be a day, a sum or a whole number can be read as one."),
        ("in_bounds", {"as": "wan", "at_least": "0", "at_most": "100.990000"},
         "x lies between 0 and 100.99 yuan",
         "A day, a sum or a number lies within the bounds of its column."),
        ("check_digit", {"scheme": "org_code"}, "x passes the check of the scheme org_code",
         "An identifier passes the check of its scheme."),
    ],
)  # fmt: skip
def test_a_rule_reads_well_of_a_column_and_of_all_columns(kind, arguments, of_column, of_gate):
    rule = expectation(kind, arguments, name="rule_x")
    assert (sentence(rule), sentence_of_gate(rule)) == (of_column, of_gate)


@pytest.mark.parametrize("kind", [*ROW_KINDS, *DELIVERY_KINDS])
def test_a_kind_that_is_derived_for_many_has_a_sentence_of_all(kind):
    said = sentence_of_gate(expectation(kind, {}, name="rule_x"))
    assert said != expectation(kind, {}).reason and said[0].isupper() and said.endswith(".")
