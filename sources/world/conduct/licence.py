"""Licences the city grants to enterprises in its districts, published after seven working days."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sources.world import divisions, names
from sources.world.columns import pick
from sources.world.conduct import acts as conduct
from sources.world.days import years
from sources.world.draws import Stream
from sources.world.population import Population

KIND = "licence"
# Trade -> the licence it needs; all others put up a sign.
_NEEDS = {
    "C13": "food_licence",
    "F52": "food_licence",
    "H61": "food_licence",
    "H62": "food_licence",
    "G54": "transport_licence",
    "E50": "construction_licence",
    "C26": "pollutant_licence",
    "C33": "pollutant_licence",
    "P83": "school_licence",
}
_SIGN_PER_MILLION = 150_000  # a sign, though the trade needs a licence
_TERMS = (3, 5)  # years


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    acts = conduct.draw(population, KIND, conduct.rates(KIND), conduct.ANYBODY)
    acts = acts.take(divisions.load().urban[acts.place])
    seed = population.seed
    codes = [_NEEDS.get(trade.code, "signboard_licence") for trade in names.trades()]
    codes.append("signboard_licence")
    sign = Stream(seed, f"{KIND}.sign").per_million(acts.key, _SIGN_PER_MILLION)
    term = np.array(_TERMS)[Stream(seed, f"{KIND}.term").below(acts.key, len(_TERMS))]
    yield from conduct.rows(
        KIND,
        acts,
        ground=pick(codes, np.where(sign, len(codes) - 1, population.firms.trade[acts.index])),
        document_no=conduct.numbered_by_city(acts, "许准"),
        due=acts.day + years(term),
        office=pick(["city"], np.zeros(len(acts), dtype=np.int64)),
        detail=conduct.city_names(acts.place, "行政审批局"),
    )
