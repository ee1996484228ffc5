"""Checks written as expectations of Great Expectations: which rows break them, and what cannot be read."""

import duckdb
import pytest

from quality.policies import keeps_aside
from quality.written import CheckError, of_file
from quality.written_in_python import BROKEN
from tests.docs.test_gates_page import PAGE

ROWS = [
    ("a", 5, "uscc"),
    ("b", 50, "tax_no"),
    ("c", None, "uscc"),
    ("d", 50, None),
    ("e", 7, "x y"),
]

HEAD = '"""Why."""\nimport great_expectations.expectations as gxe\ntable = "lists.t"\noutcome = "warn"\n'


@pytest.fixture(scope="module")
def con():
    """Three columns: what names a row, a number, a text."""
    with duckdb.connect() as con:
        con.execute(
            "CREATE SCHEMA lists; CREATE TABLE lists.t(id VARCHAR, n INTEGER, kind VARCHAR)"
        )
        con.executemany("INSERT INTO lists.t VALUES (?, ?, ?)", ROWS)
        yield con


def check_of(tmp_path, call, head=HEAD):
    path = tmp_path / "one.py"
    path.write_text(f"{head}expectation = gxe.{call}\n", encoding="utf-8")
    return of_file(path)


CASES = [
    ("ExpectColumnValuesToNotBeNull(column='kind')", "d"),
    ("ExpectColumnValuesToBeNull(column='n')", "abde"),
    ("ExpectColumnValuesToBeInSet(column='kind', value_set=['uscc', 'tax_no'])", "e"),
    ("ExpectColumnValuesToNotBeInSet(column='kind', value_set=['uscc'])", "ac"),
    ("ExpectColumnValuesToBeBetween(column='n', min_value=7)", "a"),
    ("ExpectColumnValuesToBeBetween(column='n', min_value=7, strict_min=True, max_value=50)", "ae"),
    ("ExpectColumnValuesToBeBetween(column='n', max_value=50, strict_max=True)", "bd"),
    ("ExpectColumnValueLengthsToBeBetween(column='kind', min_value=4)", "e"),
    ("ExpectColumnValueLengthsToEqual(column='kind', value=4)", "be"),
    ("ExpectColumnValuesToMatchRegex(column='kind', regex='^[a-z_]+$')", "e"),
    ("ExpectColumnValuesToNotMatchRegex(column='kind', regex='_')", "b"),
    ("ExpectColumnValuesToBeUnique(column='n')", "bd"),
    ("ExpectCompoundColumnsToBeUnique(column_list=['n', 'kind'])", ""),
    ("ExpectColumnPairValuesAToBeGreaterThanB(column_A='id', column_B='kind')", "abce"),
    ("ExpectColumnValuesToBeBetween(column='n', min_value=60, row_condition=\"kind = 'uscc'\")", "a"),
    (
        "ExpectColumnValuesToBeBetween(column='n', min_value=60, "
        "row_condition='col(\"kind\").notNull()', condition_parser='great_expectations')",
        "abe",
    ),
    ("UnexpectedRowsExpectation(unexpected_rows_query='SELECT id FROM {batch} WHERE n > 7')", "bd"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "broken"), CASES)
def test_rows_that_break_it(call, broken, con, tmp_path):
    check = check_of(tmp_path, call)
    found = con.execute(check.arguments["query"]).fetchall()
    assert sorted(row[0] for row in found) == list(broken)


def test_every_expectation_that_is_known_is_tried():
    assert BROKEN.keys() <= {call.partition("(")[0] for call, _ in CASES}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("ExpectColumnValuesToBeInset(column='n')", "Perhaps ExpectColumnValuesToBeInSet or"),
        ("ExpectColumnMeanToBeBetween(column='n')", "none of those that name the rows"),
        ("ExpectColumnValuesToBeInSet(column='n')", "needs value_set"),
        ("ExpectColumnValuesToBeNull(column='n', mostly=0.9)", "leave mostly out"),
        ("ExpectColumnValuesToBeNull(colunm='n')", "needs column"),
        ("ExpectColumnValuesToBeNull(column='n', other=1)", "takes no other"),
        ("ExpectColumnValuesToBeBetween(column='n')", "bounds nothing"),
        ("ExpectColumnValuesToBeNull('n')", "takes its arguments by name"),
        ("ExpectColumnValuesToBeNull(column=name)", "line 5: column is worked out"),
        ("UnexpectedRowsExpectation()", "needs unexpected_rows_query"),
        ("ExpectColumnValuesToBeNull(column='n'", "this is no Python"),
    ],
)
def test_what_cannot_be_read_is_said(call, says, tmp_path):
    with pytest.raises(CheckError, match=r"one.py, line \d: \w") as refused:
        check_of(tmp_path, call)
    assert says in str(refused.value)


def test_a_file_that_lacks_its_reason(tmp_path):
    with pytest.raises(CheckError, match="begin with a docstring that gives the reason"):
        check_of(tmp_path, "ExpectColumnValuesToBeNull(column='n')", head="table = 'lists.t'\n")


def test_both_forms_of_the_page_find_the_same_rows(tmp_path):
    """The gate of docs/gates.md, in SQL and in Python."""
    found = []
    with duckdb.connect() as con:
        con.execute(
            "CREATE SCHEMA conform; CREATE TABLE conform.events AS SELECT i AS record_id, i AS version, "
            "'judgment_default' AS event_kind, DATE '2024-01-01' + CAST(i AS INTEGER) AS from_day, "
            "CAST(10 ** i AS DECIMAL(18, 2)) AS amount_yuan FROM range(10) AS r(i)"
        )
        for form in ("sql", "py"):
            path = tmp_path / f"debt_plausible.{form}"
            path.write_text(PAGE.partition(f"```{form}\n")[2].partition("```")[0], "utf-8")
            gate = of_file(path)
            assert gate.gate == "conform.debt_plausible" and keeps_aside(gate)
            query = f"SELECT record_id, version, day FROM ({gate.arguments['query']}) ORDER BY 1"
            found.append(con.execute(query).fetchall())
    assert found[0] == found[1] and len(found[0]) == 4
