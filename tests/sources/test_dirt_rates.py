"""Dirt as in life: uneven by office, subject and day, and the contract's rate on the whole."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from schemas.contract import feeds
from schemas.identifiers import make_org_code, make_uscc, org_body
from sources.dirt import record_keys
from sources.dirt_rates import (
    ELSE,
    OFFICES,
    PERCENT,
    SOFTWARE_EVERY,
    SUBJECTS,
    UNUSED_TO_IT,
    WHILE_NEW,
    befallen,
    drawn,
    factors,
    of_software,
)
from sources.faults.draw import text_numbers
from sources.world.days import DAY0, number
from sources.world.draws import Stream
from tests.sources.faults.conftest import make_feed

N = 1000
SEEDS = range(60)
CODES = make_uscc("91", "870101", make_org_code(org_body(range(1, N + 1)))).tolist()


@pytest.fixture(scope="module")
def versions() -> pa.Table:
    """1,000 records of 50 offices and 500 firms, a new one every day for the last 700."""
    return pa.table(
        {
            "no": [f"文{n:05d}" for n in range(N)],
            "code": [CODES[n // 2] for n in range(N)],
            "name": [f"{n % 50}号局" for n in range(N)],
            "held_from": [DAY0 + timedelta(days=n - 300) for n in range(N)],
        }
    )


def hit(feed, versions: pa.Table, seed: int, dirt: float = 1) -> dict[str, set[int]]:
    found = befallen(feed, versions, record_keys(feed, versions), seed, dirt)
    return {name: set(rows.tolist()) for name, rows in found.items()}


@pytest.mark.parametrize("table", [OFFICES, SUBJECTS])
def test_the_mean_of_a_table_is_the_contracts_rate(table) -> None:
    assert sum(weight for weight, _ in table) == 100
    assert sum(weight * percentage for weight, percentage in table) == 100 * PERCENT
    mean = UNUSED_TO_IT * WHILE_NEW + (SOFTWARE_EVERY - UNUSED_TO_IT) * ELSE
    assert mean == SOFTWARE_EVERY * PERCENT


def test_the_mean_number_of_errors_is_the_contracts(versions) -> None:
    """Within four standard errors, as the seeds themselves spread it."""
    rates = {"mistyped_code": 40, "typo_in_name": 20, "wrong_unit": 10}
    feed = make_feed(fault_rates=rates, office="name")
    counts = [{name: len(rows) for name, rows in hit(feed, versions, s).items()} for s in SEEDS]
    for name, rate in rates.items():
        found = np.array([count[name] for count in counts])
        error = found.std(ddof=1) / len(SEEDS) ** 0.5
        assert error < rate / 15
        assert abs(found.mean() - rate) < 4 * error


def test_an_office_errs_so_in_all_it_writes_and_a_subject_everywhere(versions) -> None:
    feed = make_feed(office="name")
    texts = versions["name"].combine_chunks()
    office = drawn(texts, Stream(1, "dirt|office"), OFFICES)
    subject = drawn(versions["code"].combine_chunks(), Stream(1, "dirt|subject"), SUBJECTS)
    assert set(office) == {percentage for _, percentage in OFFICES}
    assert set(subject) == {percentage for _, percentage in SUBJECTS}
    assert len({(text, value) for text, value in zip(texts.to_pylist(), office, strict=True)}) == 50
    records = text_numbers(versions["no"])
    held = np.array([number(day) for day in versions["held_from"].to_pylist()])
    found = factors(feed, versions, records, 1)
    assert (found == office * subject * of_software(feed, held, 1)).all()
    without = factors(make_feed(), versions, records, 1)
    assert (without * office == found * PERCENT).all()
    assert drawn(pa.array([None], pa.string()), Stream(1, "x"), OFFICES).tolist() == [PERCENT]


def test_every_version_has_the_factor_of_the_first(versions) -> None:
    feed = make_feed(office="name")
    later = versions.set_column(2, "name", pa.array([f"{n % 7}号院" for n in range(N)]))
    later = later.set_column(3, "held_from", pa.array([date(2027, 1, 1)] * N))
    both = pa.concat_tables([later, versions])
    found = factors(feed, both, text_numbers(both["no"]), 1)
    assert (found[:N] == found[N:]).all()
    assert (found[N:] == factors(feed, versions, text_numbers(versions["no"]), 1)).all()


def test_a_change_of_software_is_followed_by_four_weeks_of_errors() -> None:
    feed = make_feed(cadence_days=1)
    days = np.arange(-50, 2 * SOFTWARE_EVERY + 1)
    found = of_software(feed, number(DAY0) + days, 3).tolist()
    assert found[:51] == [PERCENT] * 51  # the first delivery
    year, next_year = found[51 : 51 + SOFTWARE_EVERY], found[51 + SOFTWARE_EVERY :]
    assert year == next_year
    assert year.count(WHILE_NEW) == UNUSED_TO_IT and year.count(ELSE) == 364 - UNUSED_TO_IT
    begins = year.index(WHILE_NEW)
    assert year[begins : begins + UNUSED_TO_IT] == [WHILE_NEW] * UNUSED_TO_IT
    assert found != of_software(feed, number(DAY0) + days, 4).tolist()
    # A weekly feed brings what was entered during the week before: the day of delivery counts.
    weekly = make_feed(cadence_days=7)
    found = of_software(weekly, number(DAY0) + np.arange(1, 8), 3)
    assert len(set(found.tolist())) == 1


def test_name_and_number_go_wrong_together(versions) -> None:
    feed = make_feed(fault_rates={"mistyped_code": 20, "typo_in_name": 20})
    both = codes = names = 0
    for seed in SEEDS:
        found = hit(feed, versions, seed)
        both += len(found["mistyped_code"] & found["typo_in_name"])
        codes, names = codes + len(found["mistyped_code"]), names + len(found["typo_in_name"])
    assert 0.15 < both / codes < 0.25
    alone = hit(make_feed(fault_rates={"mistyped_code": 20}), versions, 1)
    assert alone["mistyped_code"] == hit(feed, versions, 1)["mistyped_code"]
    assert abs(names - 20 * len(SEEDS)) < 200


def test_certain_is_the_most(versions) -> None:
    feed = make_feed(fault_rates={"mistyped_code": 1000, "typo_in_name": 1000})
    found = hit(feed, versions, 1, dirt=1000)
    assert found == {name: set(range(N)) for name in ("mistyped_code", "typo_in_name")}
    assert hit(feed, versions, 1, dirt=0) == {"mistyped_code": set(), "typo_in_name": set()}


def test_offices_are_columns_of_their_feeds() -> None:
    offices = {feed.name: feed.office for feed in feeds().values() if feed.office}
    assert offices["court"] == "courtName" and len(offices) > 5
