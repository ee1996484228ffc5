"""Administrative penalties of the city's bureaus and of the counties' own.

Published seven working days after the decision; a penalty that is revoked is withdrawn three
working days later (State Council rules on publishing licences and penalties, 2015 and 2018).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.code_lists import read_csv
from sources.world import divisions, names
from sources.world.columns import glue, pick, plain, texts
from sources.world.conduct import acts as conduct
from sources.world.days import OPEN, workdays_after, year_of
from sources.world.draws import Ints, Stream
from sources.world.population import Population

KIND = "penalty"

# Whom the grounds of `grounds.csv` are for: each group, and firms by trade.
AUDIENCES = ("firm", "body", "person", "food_firm", "works_firm")
_FOOD_FIRM, _WORKS_FIRM = 3, 4
_FOOD_TRADES, _WORKS_TRADES = {"C13", "F52", "H61", "H62"}, {"C26", "C33", "C35", "E50", "G54"}
_REVOKED_PER_MILLION = 20_000


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    acts = conduct.draw(population, KIND, conduct.rates(KIND))
    seed, where = population.seed, divisions.load()
    # Least and most fine of each ground in yuan, 0 being a reprimand; bureau, and its mark in numbers.
    fines = read_csv(Path(__file__).with_name("fines.csv"))
    ground = conduct.grounds(population, KIND, acts.key, _audience(population, acts), AUDIENCES)
    drawn = pc.index_in(ground, texts([fine["ground"] for fine in fines])).to_numpy()
    least = np.array([int(fine["least_yuan"]) for fine in fines])[drawn]
    most = np.array([int(fine["most_yuan"]) for fine in fines])[drawn]
    fine = least + Stream(seed, f"{KIND}.fine").skewed(acts.key, most - least + 1, power=3)
    fine = np.where(fine < 1_000, fine // 50 * 50, fine // 1_000 * 1_000)
    revoked = Stream(seed, f"{KIND}.revoked").per_million(acts.key, _REVOKED_PER_MILLION)
    revoked_on = acts.day + 15 + Stream(seed, f"{KIND}.revoked_on").below(acts.key, 150)
    # districts are the city's; each county has an office of its own
    urban = where.urban[acts.place]
    office = np.where(urban, conduct.city_index(acts.place), acts.place)
    issuer = office + np.where(urban, 0, len(where))
    shorts = [*(divisions.short_name(city) for city in where.cities), *where.short]
    fulls = [*where.cities, *where.names]
    year, serial = plain(year_of(acts.day)), plain(conduct.serials(issuer, acts.day))
    mark = pick([fine["mark"] + "罚〔" for fine in fines], drawn)
    yield from conduct.rows(
        KIND,
        acts,
        ground=ground,
        amount_yuan=fine,
        document_no=glue(pick(shorts, issuer), mark, year, "〕", serial, "号"),
        held_to=conduct.known(np.where(revoked, workdays_after(revoked_on, 3), OPEN), population),
        office=pick(("county", "city"), urban),
        detail=glue(pick(fulls, issuer), pick([fine["bureau_zh"] for fine in fines], drawn)),
    )


def _audience(population: Population, acts: conduct.Acts) -> Ints:
    """Which of `AUDIENCES` each act's subject is."""
    by_trade = np.array(
        [
            _FOOD_FIRM * (trade.code in _FOOD_TRADES) + _WORKS_FIRM * (trade.code in _WORKS_TRADES)
            for trade in names.trades()
        ]
    )
    audience = acts.group.copy()
    firm = audience == conduct.FIRM
    audience[firm] = by_trade[population.firms.trade[acts.index[firm]]]
    return audience
