"""Volunteer work of residents; `detail` is the number of hours."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world import divisions
from sources.world.columns import glue, padded, pick, plain
from sources.world.conduct import acts as conduct
from sources.world.days import year_of
from sources.world.draws import Stream
from sources.world.population import Population

KIND = "volunteering"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    acts = conduct.draw(population, KIND, conduct.rates(KIND), conduct.DEVOTED, "kindness")
    serial = padded(conduct.serials(conduct.city_index(acts.place), acts.day), 7)
    city = pick(divisions.load().city_codes, acts.place)
    yield from conduct.rows(
        KIND,
        acts,
        ground=conduct.grounds(population, KIND, acts.key),
        document_no=glue("ZY", city, plain(year_of(acts.day)), serial),
        office=conduct.place_names(acts.place, "志愿服务中心"),
        detail=plain(1 + Stream(population.seed, f"{KIND}.hours").skewed(acts.key, 40)),
    )
