"""Payments on time through the payments platform, by the quarter of residents who opted in.

The platform knows only its users, and a few of them use it for everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from sources.world.columns import glue, padded, pick, plain
from sources.world.conduct.acts import (
    PERSON,
    Acts,
    Strata,
    act_key,
    grounds,
    group_of,
    present,
    rows,
    serials,
    years_of,
)
from sources.world.days import number, year_of
from sources.world.draws import Ints, Stream
from sources.world.population import Population

KIND = "platform_payment"
A_YEAR = 90_000  # for 100,000 users
GROUNDS = {"shopping_paid": 62, "bill_paid": 20, "instalment_paid": 12, "rent_paid": 6}
OFFICE = "云穗付"
STRATA: Strata = ((50, 1000), (35, 200), (15, 30))
_OPTED_IN_PER_MILLION = 250_000


def users(population: Population) -> Ints:
    """Those who opted in, of any age; they act once they are 18."""
    everyone = np.arange(population.people.born.size)
    chosen = Stream(population.seed, "platform.opted_in").per_million(
        everyone, _OPTED_IN_PER_MILLION
    )
    return np.flatnonzero(chosen)


def use(population: Population, kind: str, a_year: int) -> Iterator[Acts]:
    """Acts of users, year by year, since they are many: `a_year` for 100,000 users."""
    seed, joined = population.seed, users(population)
    people = group_of(population, PERSON)
    for year in years_of(population):
        key = act_key(year, PERSON, np.arange(joined.size * a_year // 100_000))
        first, after = number(date(year, 1, 1)), number(date(year + 1, 1, 1))
        level = Stream(seed, f"{kind}.level").choice(key, [weight for weight, _ in STRATA])
        pool = np.maximum(joined.size * np.array([share for _, share in STRATA]) // 1000, 1)
        order = Stream(seed, f"{kind}.who").below(key, pool[level])
        index = joined[Stream(seed, f"{kind}.user").permute(order, joined.size)]
        acts = Acts(
            key=key,
            group=np.full(key.size, PERSON),
            index=index,
            subject_no=index + people.first_no,
            place=people.place[index],
            level=level,
            day=first + Stream(seed, f"{kind}.day").below(key, after - first),
        )
        yield Acts.together([present(population, acts)])


def on_platform(
    population: Population, kind: str, acts: Acts, mark: str, weights: Mapping[str, int], most: int
) -> Iterator[pa.Table]:
    """The acts of a year as rows; the platform records them on the next day and for good."""
    whole = np.zeros(len(acts), dtype=np.int64)
    serial = padded(serials(whole, acts.day), 8)
    amount = 5 + Stream(population.seed, f"{kind}.amount").skewed(acts.key, most, power=3)
    yield from rows(
        kind,
        acts,
        ground=grounds(population, kind, acts.key, weights),
        amount_yuan=amount,
        document_no=glue(mark, plain(year_of(acts.day)), serial),
        held_from=acts.day + 1,
        office=pick([OFFICE], whole),
    )


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    for acts in use(population, KIND, A_YEAR):
        yield from on_platform(population, KIND, acts, "PF", GROUNDS, 3_000)
