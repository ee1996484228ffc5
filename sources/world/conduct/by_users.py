"""What kinds of conduct on commercial platforms share.

A platform knows only its users, and a few of them use it for everything.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sources.world.columns import glue, padded, pick, plain
from sources.world.conduct import acts as conduct
from sources.world.days import year_of
from sources.world.draws import Ints, Stream
from sources.world.population import Population

PAYMENTS, MESSAGING = "云穗付", "云雀通"
STRATA: conduct.Strata = ((50, 1000), (35, 200), (15, 30))


def rows_of_users(
    population: Population, kind: str, users: Ints, mark: str, most: int, office: str
) -> Iterator[pa.Table]:
    """The acts of a platform's users, year by year, since they are many.

    The rates are for 100,000 users; the platform records an act on the next day and for good.

    Args:
        users: by index.
        mark: what numbers of documents begin with.
        most: yuan, about the greatest sum.
        office: the platform's own name.
    """
    a_year = conduct.rates(kind)[conduct.PERSON]
    for year in conduct.years_of(population):
        acts = conduct.draw_year(
            population, kind, conduct.PERSON, a_year, STRATA, f"{kind}.user", year, among=users
        )
        acts = acts.on(acts.day)  # documents are numbered in order of day
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
