"""Payments on time through the payments platform."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct.by_users import PAYMENTS, rows_of_users
from sources.world.platforms import on_payments_platform
from sources.world.population import Population

KIND = "platform_payment"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    users = on_payments_platform(population)
    return rows_of_users(population, KIND, users, "PF", 3_000, PAYMENTS)
