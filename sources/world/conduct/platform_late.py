"""Payments through the payments platform that came late, most of them by few users."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct.by_users import PAYMENTS, acts_of_users, rows_of_users
from sources.world.platforms import on_payments_platform
from sources.world.population import Population

KIND = "platform_late"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    for acts in acts_of_users(population, KIND, on_payments_platform(population)):
        yield from rows_of_users(population, KIND, acts, "PL", 2_000, PAYMENTS)
