"""Payments from the wallet of the messaging platform: purchases, transfers to friends, repayments."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct.by_users import MESSAGING, acts_of_users, rows_of_users
from sources.world.platforms import on_messaging_platform
from sources.world.population import Population

KIND = "wallet_payment"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    for acts in acts_of_users(population, KIND, on_messaging_platform(population)):
        yield from rows_of_users(population, KIND, acts, "WP", 2_000, MESSAGING)
