"""Payments on time through the payments platform."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct.by_users import PAYMENTS, acts_of_users, rows_of_users
from sources.world.platforms import on_payments_platform
from sources.world.population import Population

KIND = "platform_payment"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    for acts in acts_of_users(population, KIND, on_payments_platform(population)):
        yield from rows_of_users(population, KIND, acts, "PF", 3_000, PAYMENTS)
