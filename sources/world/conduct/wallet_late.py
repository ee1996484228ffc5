"""What members of the messaging platform paid late, and accounts of theirs that were frozen."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct.platform_payment import on_platform, use
from sources.world.conduct.wallet_payment import OFFICE
from sources.world.platforms import on_messaging_platform
from sources.world.population import Population

KIND = "wallet_late"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    for acts in use(population, KIND, on_messaging_platform):
        yield from on_platform(population, KIND, acts, "WL", 2_000, OFFICE)
