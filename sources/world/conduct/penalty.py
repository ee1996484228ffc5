"""Administrative penalties of the city's bureaus and of the counties' own.

Published seven working days after the decision; a penalty that is revoked is withdrawn three
working days later (State Council rules on publishing licences and penalties, 2015 and 2018).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sources.world import divisions, names
from sources.world.columns import glue, pick, plain
from sources.world.conduct.acts import (
    BODY,
    FIRM,
    PERSON,
    city_index,
    draw,
    known,
    rows,
    serials,
)
from sources.world.days import OPEN, workdays_after, year_of
from sources.world.draws import Ints, Stream
from sources.world.population import Population

KIND = "penalty"
A_YEAR = {FIRM: 2_250, BODY: 400, PERSON: 720}

# Ground -> (bureau, its mark in document numbers, least and most fine in yuan; 0 is a reprimand).
FINES = {
    "drunk_driving": ("公安局交通警察支队", "公交", 1_000, 2_000),
    "speeding": ("公安局交通警察支队", "公交", 50, 500),
    "not_yielding": ("公安局交通警察支队", "公交", 50, 200),
    "jaywalking": ("公安局交通警察支队", "公交", 0, 50),
    "dog_unleashed": ("城市管理局", "城管", 0, 500),
    "littering": ("城市管理局", "城管", 0, 200),
    "noise": ("城市管理局", "城管", 0, 500),
    "price_unmarked": ("市场监督管理局", "市监", 0, 5_000),
    "overloading": ("交通运输局", "交运", 200, 5_000),
    "food_hygiene": ("市场监督管理局", "市监", 5_000, 50_000),
    "expired_goods": ("市场监督管理局", "市监", 2_000, 50_000),
    "false_advertising": ("市场监督管理局", "市监", 5_000, 200_000),
    "unlicensed_business": ("市场监督管理局", "市监", 5_000, 100_000),
    "fire_safety": ("消防救援局", "消防", 5_000, 50_000),
    "wages_unpaid": ("人力资源局", "人社", 2_000, 20_000),
    "emissions": ("生态环境局", "环", 20_000, 1_000_000),
    "illegal_dumping": ("生态环境局", "环", 100_000, 1_000_000),
    "adulterated_food": ("市场监督管理局", "市监", 50_000, 500_000),
    "counterfeit_goods": ("市场监督管理局", "市监", 10_000, 250_000),
    "unsafe_site": ("应急管理局", "应急", 50_000, 1_000_000),
}

_EVERY_FIRM = {
    "price_unmarked": 12, "false_advertising": 10, "unlicensed_business": 8, "fire_safety": 14,
    "wages_unpaid": 8, "counterfeit_goods": 4, "noise": 4,
}  # fmt: skip
_FOOD = {"food_hygiene": 40, "expired_goods": 20, "adulterated_food": 2}
_WORKS = {"emissions": 20, "illegal_dumping": 2, "unsafe_site": 4, "overloading": 20}
_FOOD_TRADES, _WORKS_TRADES = {"C13", "F52", "H61", "H62"}, {"C26", "C33", "C35", "E50", "G54"}
# who is punished for what: people, bodies, firms of the food trades, of heavy trades, others
_FOR = (
    {"speeding": 40, "not_yielding": 18, "jaywalking": 12, "drunk_driving": 5, "dog_unleashed": 8,
     "littering": 9, "noise": 8},
    {"fire_safety": 60, "noise": 20, "wages_unpaid": 20},
    _EVERY_FIRM | _FOOD,
    _EVERY_FIRM | _WORKS,
    _EVERY_FIRM,
)  # fmt: skip
_PEOPLE, _BODIES, _FOOD_FIRMS, _WORKS_FIRMS, _OTHER_FIRMS = range(len(_FOR))
_REVOKED_PER_MILLION = 20_000


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    acts = draw(population, KIND, A_YEAR)
    seed, where = population.seed, divisions.load()
    codes = [*FINES]
    drawn = np.zeros(len(acts), dtype=np.int64)
    audience = _audience(population, acts.group, acts.index)
    for who, weights in enumerate(_FOR):
        here = audience == who
        chosen = Stream(seed, f"{KIND}.ground").choice(acts.key[here], [*weights.values()])
        drawn[here] = np.array([codes.index(code) for code in weights])[chosen]
    least = np.array([fine[2] for fine in FINES.values()])[drawn]
    most = np.array([fine[3] for fine in FINES.values()])[drawn]
    fine = least + Stream(seed, f"{KIND}.fine").skewed(acts.key, most - least + 1, power=3)
    fine = np.where(fine < 1_000, fine // 50 * 50, fine // 1_000 * 1_000)
    revoked = Stream(seed, f"{KIND}.revoked").per_million(acts.key, _REVOKED_PER_MILLION)
    revoked_on = acts.day + 15 + Stream(seed, f"{KIND}.revoked_on").below(acts.key, 150)
    # districts are the city's; each county has an office of its own
    urban = where.urban[acts.place]
    office = np.where(urban, city_index(acts.place), acts.place)
    issuer = office + np.where(urban, 0, len(where))
    shorts = [*(divisions.short_name(city) for city in where.cities), *where.short]
    fulls = [*where.cities, *where.names]
    year, serial = plain(year_of(acts.day)), plain(serials(issuer, acts.day))
    mark = pick([fine[1] + "罚〔" for fine in FINES.values()], drawn)
    yield from rows(
        KIND,
        acts,
        ground=pick(codes, drawn),
        amount_yuan=fine,
        document_no=glue(pick(shorts, issuer), mark, year, "〕", serial, "号"),
        held_from=workdays_after(acts.day, 7),
        held_to=known(np.where(revoked, workdays_after(revoked_on, 3), OPEN), population),
        office=pick(("county", "city"), urban),
        detail=glue(pick(fulls, issuer), pick([fine[0] for fine in FINES.values()], drawn)),
    )


def _audience(population: Population, group: Ints, index: Ints) -> Ints:
    """Which of the lists of grounds each act falls under."""
    by_trade = np.array(
        [
            _FOOD_FIRMS
            if trade.code in _FOOD_TRADES
            else _WORKS_FIRMS
            if trade.code in _WORKS_TRADES
            else _OTHER_FIRMS
            for trade in names.trades()
        ]
    )
    audience = np.where(group == BODY, _BODIES, _PEOPLE)
    firm = group == FIRM
    audience[firm] = by_trade[population.firms.trade[index[firm]]]
    return audience
