"""Loans, as the central bank's credit register learns of them: monthly.

A loan granted in a month is in the register from the first of the next, and out of it from the
first of the month after it is due.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from sources.world import divisions
from sources.world.columns import glue, padded, pick, plain
from sources.world.conduct import acts as conduct
from sources.world.days import Days, first_of_month, year_of, years
from sources.world.draws import Ints, Stream
from sources.world.population import Population

KIND = "loan"
STRATA = (conduct.TROUBLE[0], (12, 60), (3, 5))
# Ground -> (weight among people's loans, least and most years, most yuan).
LOANS = {
    "mortgage": (30, 15, 30, 2_000_000),
    "consumer_loan": (60, 1, 5, 200_000),
    "student_loan": (10, 6, 12, 40_000),
    "business_loan": (0, 1, 5, 20_000_000),
}


class Loans(NamedTuple):
    """Loans granted, as parallel arrays."""

    acts: conduct.Acts
    ground: Ints  # index into LOANS
    due: Days
    amount_yuan: Ints
    number: pa.Array  # digits of the contract's number


def granted(population: Population) -> Loans:
    """All loans, whose instalments may come to be overdue."""
    acts = conduct.draw(population, KIND, conduct.rates(KIND), STRATA)
    seed, terms = population.seed, [*LOANS.values()]
    drawn = Stream(seed, f"{KIND}.ground").choice(acts.key, [weight for weight, *_ in terms])
    ground = np.where(acts.group == conduct.FIRM, len(LOANS) - 1, drawn)
    least = np.array([term[1] for term in terms])[ground]
    most = np.array([term[2] for term in terms])[ground]
    up_to = np.array([term[3] for term in terms])[ground]
    amount = 5_000 + Stream(seed, f"{KIND}.amount").skewed(acts.key, up_to)
    city = divisions.load().city_codes
    serial = padded(conduct.serials(conduct.city_index(acts.place), acts.day), 7)
    return Loans(
        acts=acts,
        ground=ground,
        due=acts.day + years(Stream(seed, f"{KIND}.term").between(acts.key, least, most + 1)),
        amount_yuan=amount // 1_000 * 1_000,
        number=glue(pick(city, acts.place), plain(year_of(acts.day)), serial),
    )


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    loans = granted(population)
    yield from conduct.rows(
        KIND,
        loans.acts,
        ground=pick([*LOANS], loans.ground),
        amount_yuan=loans.amount_yuan,
        document_no=glue("DK", loans.number),
        due=loans.due,
        held_from=first_of_month(loans.acts.day, 1),
        held_to=conduct.known(first_of_month(loans.due, 1), population),
        office=glue(conduct.city_short(loans.acts.place), "合作银行"),
    )
