"""Payments from the wallet of the messaging platform: purchases, transfers to friends, repayments."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct.platform_payment import on_platform, use
from sources.world.platforms import on_messaging_platform
from sources.world.population import Population

KIND = "wallet_payment"
OFFICE = "云雀通"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    for acts in use(population, KIND, on_messaging_platform):
        yield from on_platform(population, KIND, acts, "WP", 2_000, OFFICE)
