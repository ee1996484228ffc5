"""Payments through the payments platform that came late, most of them by few users."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct.by_users import PAYMENTS, rows_of_users
from sources.world.platforms import on_payments_platform
from sources.world.population import Population

KIND = "platform_late"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    users = on_payments_platform(population)
    return rows_of_users(population, KIND, users, "PL", 2_000, PAYMENTS)
