"""Which rows are in which delivery: by hand, then against a clerk who walks day by day."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.contract import Column
from sources.deliver import seen_rows, use_versions
from sources.deliver_calendar import CalendarError, seen_sql, versions_sql
from tests.how_many import how_many
from tests.sources.files.tiny_contracts import tiny_feed

FIRST = date(2024, 1, 3)
CODES = {"A": "assert", "C": "change", "W": "withdraw"}
COLUMNS = ("no", "what")


def feed_of(mode: str, **changes):
    if mode == "changes":
        changes = {"effect_column": "effect", "effect_codes": CODES, **changes}
        columns = ("effect", *changes.pop("columns", COLUMNS))
    else:
        columns = changes.pop("columns", COLUMNS)
    return tiny_feed("csv", columns, mode=mode, **{"natural_key": ("no",), **changes})


def days_of(feed, count: int) -> list[date]:
    return [FIRST + timedelta(days=n * feed.cadence_days) for n in range(count)]


def seen(feed, count: int, *versions) -> list[list[tuple]]:
    """Rows of each delivery, given versions `(…columns, held_from, held_to)`, days from FIRST."""
    names = [name for name in feed.column_names if name != feed.effect_column]
    columns = list(zip(*versions, strict=True)) or [()] * (len(names) + 2)

    def days(numbers) -> pa.Array:
        values = [None if n is None else FIRST + timedelta(days=n) for n in numbers]
        return pa.array(values, pa.date32())

    table = pa.table(
        [
            *(pa.array(list(values), pa.string()) for values in columns[:-2]),
            *(days(values) for values in columns[-2:]),
        ],
        names=[*names, "held_from", "held_to"],
    )
    with duckdb.connect() as con:
        use_versions(con, table)
        found = [
            row for batch in seen_rows(con, feed, days_of(feed, count)) for row in batch.to_pylist()
        ]
    deliveries: list[list[tuple]] = [[] for _ in range(count)]
    for row in found:
        enters, leaves = row.pop("enters"), row.pop("leaves")
        for number in range(enters, leaves):
            deliveries[number].append(tuple(row.values()))
    return deliveries


def test_a_snapshot_holds_all_that_is_seen_on_its_day() -> None:
    feed = feed_of("snapshot", cadence_days=7)
    assert seen(
        feed,
        3,
        ("b", "held all along", -900, None),
        ("a", "until the day of the second", 0, 7),
        ("c", "from the day of the second", 7, None),
        ("d", "gone before the first", -900, 0),
        ("e", "between two", 1, 7),
        ("f", "after the last", 15, None),
    ) == [
        [("a", "until the day of the second"), ("b", "held all along")],
        [("b", "held all along"), ("c", "from the day of the second")],
        [("b", "held all along"), ("c", "from the day of the second")],
    ]


def test_changes_tell_only_the_difference() -> None:
    feed = feed_of("changes", cadence_days=7)
    assert seen(
        feed,
        4,
        ("a", "one", -900, 3),
        ("a", "two", 3, 4),  # comes and goes unseen
        ("a", "three", 4, None),
        ("b", "stays", -900, None),
        ("c", "goes", 0, 10),
        ("d", "comes back", 0, 1),
        ("d", "comes back", 14, None),
        ("e", "said again", 0, 9),
        ("e", "said again", 9, None),
        ("f", "never seen", 8, 13),
    ) == [
        [("A", n, w) for n, w in (("a", "one"), ("b", "stays"), ("c", "goes"), ("d", "comes back"))]
        + [("A", "e", "said again")],
        [("C", "a", "three"), ("W", "d", "comes back")],
        [("W", "c", "goes"), ("C", "d", "comes back")],
        [],
    ]


def test_columns_that_are_no_content_make_no_change() -> None:
    feed = feed_of("changes", columns=("no", Column("running", "", "", content=False), "what"))
    assert seen(feed, 2, ("a", "1", "x", 0, 5), ("a", "2", "x", 5, None)) == [
        [("A", "a", "1", "x")],
        [],
    ]


def test_an_append_writes_a_version_once() -> None:
    feed = feed_of("append", cadence_days=7)
    assert seen(
        feed,
        3,
        ("a", "one", -900, 7),
        ("a", "two", 7, None),
        ("b", "never seen", 8, 14),
        ("c", "last", 14, None),
    ) == [[("a", "one")], [("a", "two")], [("c", "last")]]


def test_rows_stand_in_the_order_of_their_key() -> None:
    feed = feed_of("snapshot", columns=("what", "no"), natural_key=("no",))
    given_rows = [
        ("z", "1", 0, None),
        ("a", "2", 0, None),
        (None, None, 0, None),
        ("b", "1", 0, None),
    ]
    (delivery,) = seen(feed, 1, *given_rows)
    assert delivery == [(None, None), ("b", "1"), ("z", "1"), ("a", "2")]


def test_a_feed_without_a_key_is_told_by_all_it_says() -> None:
    feed = feed_of("changes", natural_key=())
    assert seen(feed, 2, ("a", "one", 0, 7), ("a", "two", 7, None)) == [
        [("A", "a", "one")],
        [("W", "a", "one"), ("A", "a", "two")],
    ]


def test_a_missing_code_is_an_error() -> None:
    feed = feed_of("changes", effect_codes={"A": "assert", "C": "change"})
    with pytest.raises(CalendarError, match="no effect code for 'withdraw'"):
        seen_sql(feed, [FIRST])


def test_observed_columns_are_text_in_the_contracts_order() -> None:
    feed = feed_of("changes", columns=("no", "camelCase"))
    observe = (
        "-- comment\n"
        "SELECT 1 AS camelcase, 2 AS no, DATE '2024-01-01' AS held_from, NULL AS held_to"
    )
    with duckdb.connect() as con:
        relation = con.sql(versions_sql(feed, observe))
        assert relation.columns == ["no", "camelCase", "held_from", "held_to"]
        assert [str(kind) for kind in relation.types[:2]] == ["VARCHAR", "VARCHAR"]


# --- against a clerk who walks day by day ---------------------------------------------------------


def clerk(feed, count: int, versions) -> list[list[tuple]]:
    """What a clerk writes who looks into the register on each day of delivery."""
    told: dict[str, tuple] = {}
    ever: set = set()
    deliveries = []
    for day in range(0, count * feed.cadence_days, feed.cadence_days):
        now = {
            (v[0], v[2]) if feed.mode == "append" else v[0]: v[:2]
            for v in versions
            if v[2] <= day and (v[3] is None or day < v[3])
        }
        if feed.mode == "snapshot":
            deliveries.append(sorted(now.values()))
        elif feed.mode == "append":
            deliveries.append(sorted(row for key, row in now.items() if key not in ever))
            ever |= now.keys()
        else:
            rows = []
            for key in sorted(now.keys() | told.keys()):
                if key not in now:
                    rows.append(("W", *told[key]))
                elif key not in ever:
                    rows.append(("A", *now[key]))
                elif told.get(key) != now[key]:
                    rows.append(("C", *now[key]))
            deliveries.append(rows)
            told = now
            ever |= now.keys()
    return deliveries


@st.composite
def registers(draw):
    """Versions that do not overlap, for a few keys."""
    versions = []
    for key in "abc":
        day = draw(st.integers(-20, 10))
        for _ in range(draw(st.integers(0, 5))):
            until = day + draw(st.integers(1, 15))
            still = draw(st.booleans()) and draw(st.booleans())
            versions.append((key, draw(st.sampled_from("xyz")), day, None if still else until))
            if still:
                break
            day = until + draw(st.sampled_from([0, 0, 1, 8]))
    return versions


@pytest.mark.parametrize("mode", ["snapshot", "changes", "append"])
@settings(max_examples=how_many(60), deadline=None)
@given(versions=registers(), cadence=st.sampled_from([1, 3, 7]))
def test_a_clerk_writes_the_same(mode, versions, cadence) -> None:
    feed = feed_of(mode, cadence_days=cadence)
    assert seen(feed, 6, *versions) == clerk(feed, 6, versions)
