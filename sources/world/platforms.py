"""Who joined which commercial platform of their own will.

A fifth of everyone is on both, as descriptions of social credit say; how many are on each is ours.
"""

import numpy as np

from sources.world.draws import Ints, Stream
from sources.world.population import Flags, Population

_PAYMENTS_PER_MILLION = 250_000
_MESSAGING_PER_MILLION = 333_333  # of those who are not on the payments platform
_BOTH_PER_MILLION = 800_000  # of those who are


def on_payments_platform(population: Population) -> Ints:
    """A quarter of residents, of any age; they act once they are 18."""
    return np.flatnonzero(_pay(population))


def on_messaging_platform(population: Population) -> Ints:
    """Nearly half of residents, of any age, among them most who are on the payments platform."""
    pays = _pay(population)
    both = _chosen(population, "messaging.with_payments", _BOTH_PER_MILLION)
    alone = _chosen(population, "messaging.alone", _MESSAGING_PER_MILLION)
    return np.flatnonzero(np.where(pays, both, alone))


def _pay(population: Population) -> Flags:
    return _chosen(population, "platform.opted_in", _PAYMENTS_PER_MILLION)


def _chosen(population: Population, stream: str, per_million: int) -> Flags:
    everyone = np.arange(population.people.born.size)
    return Stream(population.seed, stream).per_million(everyone, per_million)
