"""Major tax violations, published seven working days after the decision."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sources.world.conduct import acts as conduct
from sources.world.days import OPEN, workdays_after
from sources.world.draws import Stream
from sources.world.population import Population

KIND = "tax_violation"
_SETTLED_PER_MILLION = 120_000


def acts_of(population: Population) -> conduct.Acts:
    """Who violated when; A-class taxpayers are chosen among the others."""
    return conduct.draw(population, KIND, conduct.rates(KIND))


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    acts, seed = acts_of(population), population.seed
    settles = Stream(seed, f"{KIND}.settles").per_million(acts.key, _SETTLED_PER_MILLION)
    settled = acts.day + 200 + Stream(seed, f"{KIND}.settled").below(acts.key, 700)
    yield from conduct.rows(
        KIND,
        acts,
        ground=conduct.grounds(population, KIND, acts.key),
        amount_yuan=100_000 + Stream(seed, f"{KIND}.amount").skewed(acts.key, 60_000_000, power=5),
        document_no=conduct.numbered_by_city(acts, "税稽罚"),
        held_to=conduct.known(np.where(settles, workdays_after(settled, 3), OPEN), population),
        office=conduct.city_names(acts.place, "税务局"),
    )
