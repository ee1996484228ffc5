"""Honours given to residents, enterprises and public bodies."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct.acts import (
    BODY,
    DEVOTED,
    FIRM,
    GROUPS,
    PERSON,
    city_index,
    city_names,
    city_short,
    draw,
    grounds,
    numbered,
    rows,
)
from sources.world.days import workdays_after
from sources.world.population import Population

KIND = "honour"
A_YEAR = {PERSON: 150, FIRM: 130, BODY: 500}


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    acts = draw(population, KIND, A_YEAR, DEVOTED, "kindness")
    yield from rows(
        KIND,
        acts,
        ground=grounds(population, KIND, acts.key, acts.group, GROUPS),
        document_no=numbered(city_short(acts.place), "文明", city_index(acts.place), acts.day),
        held_from=workdays_after(acts.day, 7),
        office=city_names(acts.place, "文明建设办公室"),
    )
