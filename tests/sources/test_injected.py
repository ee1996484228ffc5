"""`world.injected`: dirt that is undone as the log says gives the files of the clean world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pytest

from schemas.contract import Feed, feeds
from schemas.identifiers import make_org_code, make_uscc, org_body
from schemas.record_id import record_id, version
from sources.deliver import first_days, seen_rows, use_versions
from sources.dirt import Dirty, spoil
from sources.injected import SCHEMA, injected, with_dirt
from tests.sources.faults.conftest import make_feed

FIRST = date(2024, 1, 1)
DAYS = [FIRST + timedelta(days=7 * n) for n in range(4)]
N = 300

Landed = list[tuple[date, dict[str, str | None]]]


def undone(feed: Feed, landed: Landed, log: Iterable[dict]) -> Counter:
    """The rows as they would be without what the log says was changed."""
    cells: dict[tuple, dict[date, str | None]] = {}
    for row in log:
        if row["first_day"]:
            cell = cells.setdefault((row["record_id"], row["version"], row["column_name"]), {})
            cell[row["first_day"]] = row["before"]
    found = Counter()
    for day, row in landed:
        clean = dict(row)
        for name in row:
            said = cells.get((record_id(feed, row), version(feed, row), name), {})
            since = [first for first in said if first <= day]
            if since:
                clean[name] = said[max(since)]
        found[day, *clean.values()] += 1
    return found


def as_counted(landed: Landed) -> Counter:
    return Counter((day, *row.values()) for day, row in landed)


def see_each_is_there(feed: Feed, landed: Landed, log: Iterable[dict]) -> None:
    """Every row of the log tells of a cell that is delivered so on its first day."""
    cells = {
        (day, record_id(feed, row), version(feed, row), name, value)
        for day, row in landed
        for name, value in row.items()
    }
    for row in log:
        assert row["before"] != row["after"]
        if row["first_day"]:
            names = ("first_day", "record_id", "version", "column_name", "after")
            assert tuple(row[name] for name in names) in cells, row


def register() -> pa.Table:
    """Two versions of each of 300 records, the second from the third delivery on; half are withdrawn."""
    codes = make_uscc("91", "870101", make_org_code(org_body(range(1, N + 1)))).tolist()
    second = FIRST + timedelta(days=8)
    spans = [(FIRST, second), (second, None)], [(FIRST, second), (second, DAYS[3])]
    rows = [
        {
            "no": f"文{n:05d}",
            "code": codes[n],
            "name": f"{'甲乙'[nth]}{n % 40}号店",
            "person": None,
            "fine": "0.500000",
            "held_from": held_from,
            "held_to": held_to,
        }
        for n in range(N)
        for nth, (held_from, held_to) in enumerate(spans[n % 2])
    ]
    types = {name: pa.string() for name in rows[0]} | {"held_from": pa.date32()}
    return pa.Table.from_pylist(rows, pa.schema(types | {"held_to": pa.date32()}))


def logged(feed: Feed, clean: pa.Table, dirty: Dirty) -> list[dict]:
    with duckdb.connect() as con:
        return injected(feed, clean, dirty, first_days(con, feed, with_dirt(feed, dirty), DAYS))


def landed(feed: Feed, versions: pa.Table) -> Landed:
    found = []
    with duckdb.connect() as con:
        use_versions(con, versions)
        for batch in seen_rows(con, feed, DAYS):
            for row in batch.to_pylist():
                enters, leaves = row.pop("enters"), row.pop("leaves")
                found += [(DAYS[number], row) for number in range(enters, leaves)]
    return found


@pytest.mark.parametrize("mode", ["snapshot", "changes", "append"])
def test_undone_it_is_the_clean_file(mode: str) -> None:
    rates = {"mistyped_code": 50, "missing_value": 200, "typo_in_name": 100, "wrong_unit": 50}
    rates |= {"valid_code_of_another": 50}
    feed, clean = make_feed(mode, fault_rates=rates), register()
    dirty = spoil(feed, clean, 1, 1)
    log = logged(feed, clean, dirty)
    assert {row["kind"] for row in log} == set(rates)
    before, after = landed(feed, clean), landed(feed, dirty.versions)
    see_each_is_there(feed, after, log)
    assert not undone(feed, after, log) - as_counted(before)
    # Where dirt makes both versions one, the change is not delivered, or only with its withdrawal.
    missing = as_counted(before) - undone(feed, after, log)
    assert bool(missing) == (mode == "changes")
    for day, record, *_ in missing:
        firsts = [row["first_day"] for row in log if row["record"] == record]
        assert any(first is None or first > day for first in firsts)


def test_one_row_a_cell() -> None:
    feed = make_feed()
    clean = register().slice(0, 4)  # two records of two versions each
    spoilt = clean.set_column(2, "name", pa.array(["甲号店0", None, "甲1号店", "乙1号店"]))
    twice = {(0, "name"): "typo_in_name", (1, "name"): "missing_value", (2, "name"): "typo_in_name"}
    first, second = logged(feed, clean, Dirty(spoilt, twice))
    told = ("record", "first_day", "column_name", "kind", "before", "after")
    assert [first[name] for name in told] == [
        "文00000", DAYS[0], "name", "typo_in_name", "甲0号店", "甲号店0",
    ]  # fmt: skip
    assert [second[name] for name in told] == [
        "文00000", DAYS[2], "name", "missing_value", "乙0号店", None,
    ]  # fmt: skip
    assert first["record_id"] == second["record_id"] == record_id(feed, {"no": "文00000"})
    assert first["version"] != second["version"]


def test_what_no_delivery_holds_has_no_day() -> None:
    feed = make_feed()
    clean = register().slice(0, 1)
    between = pa.array([FIRST + timedelta(days=1)], pa.date32())
    clean = clean.set_column(5, "held_from", between)
    clean = clean.set_column(6, "held_to", pa.array([FIRST + timedelta(days=6)], pa.date32()))
    dirty = Dirty(clean.set_column(1, "code", pa.array(["X"])), {(0, "code"): "mistyped_code"})
    assert [row["first_day"] for row in logged(feed, clean, dirty)] == [None]


def test_a_world_tells_all_that_is_wrong_in_it(built) -> None:
    """Landed cells differ from the clean world's just where the log says so."""
    dirty, clean = built("tiny", 1), built("tiny", 1, dirt=0.0)
    with duckdb.connect() as con:
        for name, world in (("dirty", dirty), ("clean", clean)):
            con.execute(f"ATTACH '{world.database}' AS {name} (READ_ONLY)")
            table = con.sql(f"FROM '{world.world}/injected.parquet'").to_arrow_table()
            assert table.schema.remove_metadata().names == SCHEMA.names
            if name == "dirty":
                log = table.to_pylist()
            else:
                assert not len(table)
        assert len(log) > 10
        for feed in feeds("whole").values():
            columns = ", ".join(f'"{column}"' for column in feed.column_names)

            def only_in(one: str, other: str, feed=feed, columns=columns) -> Landed:
                select = f"SELECT published, {columns} FROM {{}}.landing.{feed.name}"
                found = con.sql(f"{select.format(one)} EXCEPT ALL {select.format(other)}")
                rows = found.to_arrow_table().to_pylist()
                return [(row.pop("published"), row) for row in rows]

            own = [row for row in log if row["feed"] == feed.name]
            spoilt = only_in("dirty", "clean")
            see_each_is_there(feed, spoilt, own)
            assert undone(feed, spoilt, own) == as_counted(only_in("clean", "dirty")), feed.name
