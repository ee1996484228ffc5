"""An island's own dirt: at the contract's rates, alike on every version, the rest untouched."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from schemas.contract import Column
from schemas.identifiers import SCHEMES, make_org_code, make_uscc, org_body
from sources.dirt import spoil as make_dirty
from sources.faults import FaultError

N = 2000


def spoil(feed, versions, seed, dirt) -> pa.Table:
    return make_dirty(feed, versions, seed, dirt).versions


@pytest.fixture
def versions():
    """Two versions of each of 2,000 records, differing in the name alone."""
    codes = make_uscc("91", "870101", make_org_code(org_body(range(1, N + 1)))).tolist()
    rows = [
        {
            "no": f"文{n:05d}",
            "code": codes[n],
            "name": f"{'甲乙'[version]}{n % 40}号店",
            "person": None,
            "fine": "0.500000",
            "held_from": date(2024, 1, 1 + version),
        }
        for n in range(N)
        for version in (0, 1)
    ]
    return pa.Table.from_pylist(rows)


def test_no_dirt_no_change(feed_of, versions):
    feed = feed_of(fault_rates={"mistyped_code": 50, "wrong_unit": 50})
    assert spoil(feed, versions, 1, 0) == versions
    assert spoil(feed_of(), versions, 1, 1) == versions


def test_the_rate_is_per_thousand_records_and_dirt_multiplies_it(feed_of, versions):
    feed = feed_of(fault_rates={"mistyped_code": 20})
    for dirt, low, high in ((1, 20, 65), (3, 85, 160)):  # 40 and 120 records expected
        before, after = versions["code"].to_pylist(), spoil(feed, versions, 1, dirt)["code"]
        hit = [n for n, (a, b) in enumerate(zip(before, after.to_pylist(), strict=True)) if a != b]
        assert low < len(hit) / 2 < high


def test_every_version_is_spoilt_alike_and_nothing_else_changes(feed_of, versions):
    feed = feed_of(fault_rates={"mistyped_code": 30})
    dirty = spoil(feed, versions, 1, 1)
    codes = dirty["code"].to_pylist()
    assert codes[0::2] == codes[1::2]
    assert any(not SCHEMES["uscc"].checksum_ok(code) for code in codes)
    for name in ("no", "name", "person", "fine", "held_from"):
        assert dirty[name] == versions[name]


def test_another_feed_or_order_moves_no_draw(feed_of, versions):
    feed = feed_of(fault_rates={"mistyped_code": 30})
    dirty = spoil(feed, versions, 1, 1)
    backwards = pa.array(range(2 * N - 1, -1, -1))
    assert spoil(feed, versions.take(backwards), 1, 1).take(backwards).equals(dirty)
    more = feed_of(fault_rates={"mistyped_code": 30, "typo_in_name": 5})
    assert spoil(more, versions, 1, 1)["code"].equals(dirty["code"])
    assert not spoil(feed, versions, 2, 1)["code"].equals(dirty["code"])


def test_the_code_of_another_is_one_of_the_feeds_own(feed_of, versions):
    feed = feed_of(fault_rates={"valid_code_of_another": 30})
    dirty = spoil(feed, versions, 1, 1)["code"].to_pylist()
    clean = versions["code"].to_pylist()
    hit = [(a, b) for a, b in zip(clean, dirty, strict=True) if a != b]
    assert hit and all(b in set(clean) for _, b in hit)


def test_namesakes_are_those_the_feed_names_alike(feed_of):
    people = ["870101198504120111", "87010119850412012X", "890000200101010016"]
    rows = [
        {"no": str(n), "code": None, "name": name, "person": person, "fine": None}
        for n, (name, person) in enumerate(zip(["王伟", "王伟", "李娜"], people, strict=True))
    ]
    table = pa.Table.from_pylist(rows, pa.schema([(c, pa.string()) for c in rows[0]]))
    dirty = spoil(feed_of(fault_rates={"same_name_mixup": 1000}), table, 1, 1000)  # all are hit
    assert dirty["person"].to_pylist() == [people[1], people[0], people[2]]


def test_whoever_acts_for_two_firms_of_one_name_is_nobodys_namesake(feed_of):
    """The number of a representative does not go with the firm's name, though it stands behind it."""
    people = ["870101198504120111", "87010119850412012X"]
    rows = [{"no": str(n), "name": "甲乙店", "boss": boss} for n, boss in enumerate(people)]
    columns = (
        Column("no", "文号", "Document number.", required=True),
        Column("name", "名称", "Name."),
        Column("boss", "法定代表人证件号码", "Resident number.", scheme="resident_no"),
    )
    feed = feed_of(mode="snapshot", columns=columns, fault_rates={"same_name_mixup": 1000})
    assert spoil(feed, pa.Table.from_pylist(rows), 1, 1000)["boss"].to_pylist() == people


def test_a_rate_for_a_fault_of_rows_is_refused(feed_of, versions):
    with pytest.raises(FaultError, match="rate for row_lost, which spoils a row"):
        spoil(feed_of(fault_rates={"row_lost": 1}), versions, 1, 1)
