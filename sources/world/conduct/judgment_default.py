"""Judgments not performed, as the courts put them on the list of dishonest persons.

A court decides, publishes after seven working days, and takes an entry down three working days
after the debtor has performed (Supreme People's Court, provisions of 2017 on that list).

Bodies of government that do not pay a contractor are a series of their own, with numbers of their own:
what they do moves nobody else's.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from sources.world import divisions
from sources.world.columns import glue, pick, plain
from sources.world.conduct import acts as conduct
from sources.world.days import OPEN, workdays_after, year_of
from sources.world.draws import Stream
from sources.world.population import BODY_TYPES, Population

KIND = "judgment_default"
_FULFILLED_PER_MILLION = 350_000
# Of 100,000 bodies of government a year; ours, and so many that the smallest worlds have some.
_CONTRACTORS_A_YEAR = 10_000
_NUMBERS = 5_000_000  # keys of the series, above those of all other bodies


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    acts = conduct.draw(population, KIND, conduct.rates(KIND))
    yield from _rows(population, acts, "执")
    yield from _rows(population, _contractors_unpaid(population), "执专")


def _contractors_unpaid(population: Population) -> conduct.Acts:
    """What bodies of government owe their contractors by judgment."""
    of_government = [one.kind == "government_body" for one in BODY_TYPES]
    among = np.flatnonzero(np.array(of_government)[population.bodies.type])
    drawn = (
        conduct.draw_year(
            population, f"{KIND}.contractors", conduct.BODY, _CONTRACTORS_A_YEAR, conduct.ANYBODY,
            "contractors", year, among=among,
        )
        for year in conduct.years_of(population)
    )  # fmt: skip
    acts = conduct.Acts.together(drawn)
    return replace(acts, key=acts.key + _NUMBERS)


def _rows(population: Population, acts: conduct.Acts, series: str) -> Iterator[pa.Table]:
    """The acts as rows; `series` stands in the numbers of their cases."""
    seed, person = population.seed, acts.group == conduct.PERSON
    most = np.where(person, 800_000, 20_000_000)
    codes = divisions.load().city_codes
    court = pick(codes, acts.place)
    # the judgment itself is some months to a year and more older than its enforcement
    judged = acts.day - 60 - Stream(seed, f"{KIND}.judged").below(acts.key, 400)
    case = 1 + Stream(seed, f"{KIND}.case").below(acts.key, 9_000)
    fulfils = Stream(seed, f"{KIND}.fulfils").per_million(acts.key, _FULFILLED_PER_MILLION)
    fulfilled = acts.day + 20 + Stream(seed, f"{KIND}.fulfilled").skewed(acts.key, 1_000)
    removed = np.where(fulfils, workdays_after(fulfilled, 3), OPEN)
    serial = plain(conduct.serials(conduct.city_index(acts.place), acts.day))
    yield from conduct.rows(
        KIND,
        acts,
        ground=conduct.grounds(population, KIND, acts.key),
        amount_yuan=5_000 + Stream(seed, f"{KIND}.amount").skewed(acts.key, most, power=4),
        document_no=glue("(", plain(year_of(acts.day)), ")", court, series, serial, "号"),
        held_to=conduct.known(removed, population),
        office=conduct.city_names(acts.place, "人民法院"),
        detail=glue("(", plain(year_of(judged)), ")", court, "民初", plain(case), "号"),
    )
