"""Honours given to residents, enterprises and public bodies."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct import acts as conduct
from sources.world.population import Population

KIND = "honour"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    acts = conduct.draw(population, KIND, conduct.rates(KIND), conduct.DEVOTED, "kindness")
    yield from conduct.rows(
        KIND,
        acts,
        ground=conduct.grounds(population, KIND, acts.key, acts.group, conduct.GROUPS),
        document_no=conduct.numbered_by_city(acts, "文明"),
        office=conduct.city_names(acts.place, "文明建设办公室"),
    )
