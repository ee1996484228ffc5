"""Payments through the payments platform that came late, most of them by few users."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct.platform_payment import on_platform, use
from sources.world.population import Population

KIND = "platform_late"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    for acts in use(population, KIND):
        yield from on_platform(population, KIND, acts, "PL", 2_000)
