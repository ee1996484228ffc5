"""A-class taxpayers of a year, named in April of the next; `detail` is the year they earned it in.

Most A-class taxpayers are so year after year. None has violated in the year or the one before.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa

from sources.world.columns import pick, plain
from sources.world.conduct import acts as conduct
from sources.world.conduct.tax_violation import acts_of
from sources.world.days import number, year_of
from sources.world.draws import Stream
from sources.world.population import Population

KIND = "tax_a_class"
_STEADY_PER_MILLION = 260_000
_NAMED_PER_MILLION = 70_000, 900_000  # others, the steady


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind, year by year."""
    seed, firms = population.seed, conduct.group_of(population, conduct.FIRM)
    steady = Stream(seed, f"{KIND}.steady").per_million(
        np.arange(firms.place.size), _STEADY_PER_MILLION
    )
    chance = np.where(steady, _NAMED_PER_MILLION[1], _NAMED_PER_MILLION[0])
    violations = acts_of(population)
    for year in conduct.years_of(population):
        # only companies that filed for the whole of the year
        old = (firms.begins < number(date(year - 1, 1, 1))) & ~population.firms.household
        key = conduct.act_key(year, conduct.FIRM, np.arange(firms.place.size))
        named = old & Stream(seed, f"{KIND}.named").per_million(key, chance)
        lately = (year_of(violations.day) >= year - 2) & (violations.day < number(date(year, 4, 1)))
        named[violations.index[lately]] = False
        index = np.flatnonzero(named)
        april = number(date(year, 4, 10)) + Stream(seed, f"{KIND}.day").below(key[index], 10)
        acts = firms.acts(key[index], index, april)
        acts = conduct.present(population, acts.on(april))
        yield from conduct.rows(
            KIND,
            acts,
            ground=pick([KIND], np.zeros(len(acts), dtype=np.int64)),
            document_no=conduct.numbered_by_city(acts, "税信A"),
            office=conduct.city_names(acts.place, "税务局"),
            detail=plain(np.full(len(acts), year - 1)),
        )
