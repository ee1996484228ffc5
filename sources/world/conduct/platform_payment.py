"""Payments on time through the payments platform, by the quarter of residents who opted in.

The platform knows only its users, and a few of them use it for everything.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from sources.world.columns import glue, padded, pick, plain
from sources.world.conduct import acts as conduct
from sources.world.days import year_of
from sources.world.draws import Ints, Stream
from sources.world.platforms import on_payments_platform
from sources.world.population import Population

KIND = "platform_payment"
OFFICE = "云穗付"
STRATA: conduct.Strata = ((50, 1000), (35, 200), (15, 30))


def use(
    population: Population, kind: str, users: Callable[[Population], Ints] = on_payments_platform
) -> Iterator[conduct.Acts]:
    """Acts of a platform's users, year by year, since they are many; rates are for 100,000 users."""
    joined, a_year = users(population), conduct.rates(kind)[conduct.PERSON]
    for year in conduct.years_of(population):
        acts = conduct.draw_year(
            population, kind, conduct.PERSON, a_year, STRATA, f"{kind}.user", year, among=joined
        )
        yield conduct.Acts.together([acts])


def on_platform(
    population: Population,
    kind: str,
    acts: conduct.Acts,
    mark: str,
    most: int,
    office: str = OFFICE,
) -> Iterator[pa.Table]:
    """The acts of a year as rows; the platform records them on the next day and for good."""
    whole = np.zeros(len(acts), dtype=np.int64)
    serial = padded(conduct.serials(whole, acts.day), 8)
    amount = 5 + Stream(population.seed, f"{kind}.amount").skewed(acts.key, most, power=3)
    yield from conduct.rows(
        kind,
        acts,
        ground=conduct.grounds(population, kind, acts.key),
        amount_yuan=amount,
        document_no=glue(mark, plain(year_of(acts.day)), serial),
        held_from=acts.day + 1,
        office=pick([office], whole),
    )


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    for acts in use(population, KIND):
        yield from on_platform(population, KIND, acts, "PF", 3_000)
