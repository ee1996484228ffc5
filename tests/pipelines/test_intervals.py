"""Rows alike but for their days become one where they touch."""

from __future__ import annotations

import pytest

from pipelines.engine import open_engine
from pipelines.graph import all_models
from pipelines.intervals import union_of_intervals


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(
            [("a", "2024-01-01", "2024-01-05"), ("a", "2024-01-03", "2024-01-09")],
            [("a", "2024-01-01", "2024-01-09")],
            id="they overlap",
        ),
        pytest.param(
            [("a", "2024-01-01", "2024-01-05"), ("a", "2024-01-05", "2024-01-09")],
            [("a", "2024-01-01", "2024-01-09")],
            id="one ends on the day the other begins",
        ),
        pytest.param(
            [("a", "2024-01-01", "2024-01-05"), ("a", "2024-01-06", "2024-01-09")],
            [("a", "2024-01-01", "2024-01-05"), ("a", "2024-01-06", "2024-01-09")],
            id="a day lies between",
        ),
        pytest.param(
            [("a", "2024-01-01", "2024-01-20"), ("a", "2024-01-03", "2024-01-05"),
             ("a", "2024-01-18", "2024-01-25")],
            [("a", "2024-01-01", "2024-01-25")],
            id="one within another, and a third after it",
        ),
        pytest.param(
            [("a", "2024-01-01", None), ("a", "2024-02-01", "2024-03-01")],
            [("a", "2024-01-01", None)],
            id="one lasts",
        ),
        pytest.param(
            [("a", "2024-01-01", "2024-01-05"), ("b", "2024-01-03", "2024-01-09"),
             (None, "2024-01-02", "2024-01-04"), (None, "2024-01-04", "2024-01-06")],
            [("a", "2024-01-01", "2024-01-05"), ("b", "2024-01-03", "2024-01-09"),
             (None, "2024-01-02", "2024-01-06")],
            id="each value by itself, one that is missing among them",
        ),
    ],
)  # fmt: skip
def test_union_of_intervals(given, expected):
    with open_engine("duckdb") as engine:
        engine.execute("CREATE TABLE given (value VARCHAR, from_day DATE, to_day DATE)")
        for row in given:
            engine.execute("INSERT INTO given VALUES (?, ?, ?)", list(row))
        columns = ("value", "from_day", "to_day")
        union = union_of_intervals("SELECT value, from_day, to_day FROM given", columns)
        found = engine.query(f"SELECT * FROM ({union}) ORDER BY value NULLS LAST, from_day")
        assert [
            (row["value"], *(row[day] and row[day].isoformat() for day in columns[1:]))
            for row in found.to_pylist()
        ] == expected


def test_what_is_alone_by_some_columns_need_not_be_told_apart_by_all():
    """Two rows share their id: one value's two periods touch, another value's stays apart."""
    given = [
        (1, "a", "2024-01-01", "2024-01-05"),
        (2, "a", "2024-01-01", "2024-01-05"),
        (2, "a", "2024-01-05", "2024-01-09"),
        (2, None, "2024-01-02", "2024-01-07"),
    ]
    rows = ", ".join(
        f"({n}, {'NULL' if v is None else repr(v)}, DATE '{first}', DATE '{ends}')"
        for n, v, first, ends in given
    )
    select = f"SELECT * FROM (VALUES {rows}) AS given(id, value, from_day, to_day)"
    union = union_of_intervals(select, ("id", "value", "from_day", "to_day"), ("id",))
    with open_engine("duckdb") as engine:
        found = engine.fetch(f"SELECT * FROM ({union}) ORDER BY ALL")
    assert [(n, v, first.day, ends.day) for n, v, first, ends in found] == [
        (1, "a", 1, 5), (2, "a", 1, 9), (2, None, 2, 7)
    ]  # fmt: skip


def test_no_row_lacks_a_column_by_which_it_is_told_to_be_alone(one_tiny):
    """`-- intervals: union by a, b`: a missing value is alike to no other, not even to itself."""
    told = {
        model.name: by.removeprefix("union by ").split(", ")
        for model in all_models("core")
        if (by := dict(model.header[1]).get("intervals", "union")) != "union"
    }
    assert len(told) > 10
    for table, columns in told.items():
        lacking = " OR ".join(f"{column} IS NULL" for column in columns)
        assert one_tiny.rows(f"SELECT count(*) FROM {table} WHERE {lacking}") == [(0,)], table
