"""Honours given to residents, enterprises and public bodies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sources.world.columns import pick
from sources.world.conduct.acts import (
    BODY,
    DEVOTED,
    FIRM,
    PERSON,
    city_index,
    city_names,
    city_short,
    draw,
    numbered,
    rows,
)
from sources.world.days import workdays_after
from sources.world.draws import Stream
from sources.world.population import Population

KIND = "honour"
A_YEAR = {PERSON: 150, FIRM: 130, BODY: 500}
GROUNDS = {
    FIRM: {"honest_trader": 80, "charity_donor": 20},
    BODY: {"charity_donor": 100},
    PERSON: {
        "star_volunteer": 28,
        "good_neighbour": 28,
        "model_worker": 20,
        "honest_farmer": 16,
        "heroic_act": 8,
    },
}


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    acts = draw(population, KIND, A_YEAR, DEVOTED, "kindness")
    codes = sorted({code for weights in GROUNDS.values() for code in weights})
    ground = np.zeros(len(acts), dtype=np.int64)
    for group, weights in GROUNDS.items():
        here = acts.group == group
        drawn = Stream(population.seed, f"{KIND}.ground").choice(
            acts.key[here], [*weights.values()]
        )
        ground[here] = np.array([codes.index(code) for code in weights])[drawn]
    yield from rows(
        KIND,
        acts,
        ground=pick(codes, ground),
        document_no=numbered(city_short(acts.place), "文明", city_index(acts.place), acts.day),
        held_from=workdays_after(acts.day, 7),
        office=city_names(acts.place, "文明建设办公室"),
    )
