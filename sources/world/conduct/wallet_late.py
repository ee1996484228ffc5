"""What members of the messaging platform paid late, and accounts of theirs that were frozen."""

from collections.abc import Iterator

import pyarrow as pa

from sources.world.conduct.by_users import MESSAGING, rows_of_users
from sources.world.platforms import on_messaging_platform
from sources.world.population import Population

KIND = "wallet_late"


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    users = on_messaging_platform(population)
    return rows_of_users(population, KIND, users, "WL", 2_000, MESSAGING)
