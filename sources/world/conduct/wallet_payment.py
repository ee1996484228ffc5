"""Payments from the wallet of the messaging platform: purchases, transfers to friends, repayments."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct.by_users import MESSAGING, rows_of_users
from sources.world.platforms import on_messaging_platform
from sources.world.population import Population

KIND = "wallet_payment"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    users = on_messaging_platform(population)
    return rows_of_users(population, KIND, users, "WP", 2_000, MESSAGING)
