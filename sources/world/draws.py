"""Draws that depend on nothing but a seed, a name and a row number.

Each column drawn has a stream of its own; the draw for a row is a hash of (seed, stream, row). So
rows may be drawn in any order and in any number, and a new table, island or column moves no draw
that was there before. Everything is integer arithmetic on 64 bits, which gives the same bytes on
every machine; there is no floating point and no generator with a state.

The mixing function is the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable
pseudorandom number generators", OOPSLA 2014), applied twice with two keys.

>>> die = Stream(7, "a die")
>>> die.below(range(8), 6).tolist() == die.below(range(100), 6)[:8].tolist()
True
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
_Words = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_HALF = np.uint64(32)
LARGEST = 1 << 32  # most outcomes one draw can tell apart


def _mix(words: _Words) -> _Words:
    """Scatter every input bit over all output bits; a bijection of 64-bit words."""
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    return words ^ (words >> np.uint64(31))


class Stream:
    """The draws of one column, addressed by row number.

    Every method takes row numbers (integers of any shape, 0 to 2**63) and gives integers of that
    shape. Two calls on one stream with the same row give draws that hang together, so a second
    quantity needs a second stream.

    Args:
        seed: the world's seed, any integer.
        name: what is drawn, such as "conduct.penalty.day".
    """

    __slots__ = ("_key", "_tweak", "name")

    def __init__(self, seed: int, name: str) -> None:
        digest = blake2b(f"{int(seed)}|{name}".encode(), digest_size=16).digest()
        self.name = name
        self._key = np.uint64(int.from_bytes(digest[:8], "little"))
        self._tweak = np.uint64(int.from_bytes(digest[8:], "little"))

    def bits(self, rows: ArrayLike) -> _Words:
        """64 random bits a row."""
        words = np.asarray(rows, dtype=np.int64).astype(np.uint64)
        with np.errstate(over="ignore"):  # wrapping round is what 64-bit mixing lives on
            return _mix(_mix(words * _GOLDEN + self._key) ^ self._tweak)

    def _unit(self, rows: ArrayLike) -> _Words:
        return self.bits(rows) >> _HALF

    def below(self, rows: ArrayLike, n: ArrayLike) -> Ints:
        """An integer from 0 to n - 1, each as likely. `n` is one number or one a row.

        Raises:
            ValueError: if an `n` is below 1 or above 2**32.
        """
        limit = np.asarray(n, dtype=np.int64)
        if limit.size and (limit.min() < 1 or limit.max() > LARGEST):
            raise ValueError(f"stream {self.name}: can draw below 1 to 2**32, not {n!r}.")
        return ((self._unit(rows) * limit.astype(np.uint64)) >> _HALF).astype(np.int64)

    def skewed(self, rows: ArrayLike, n: ArrayLike, power: int = 2) -> Ints:
        """An integer from 0 to n - 1, small ones more likely: n times the `power`-th power of u.

        The share of draws under x·n is x to the power 1/`power`: with 3, half of the draws fall in
        the lowest eighth. A heavy tail, without a logarithm.
        """
        unit = self._unit(rows)
        value = unit
        for _ in range(power - 1):
            value = (value * unit) >> _HALF
        limit = np.asarray(n, dtype=np.int64)
        if limit.size and (limit.min() < 1 or limit.max() > LARGEST):
            raise ValueError(f"stream {self.name}: can draw below 1 to 2**32, not {n!r}.")
        return ((value * limit.astype(np.uint64)) >> _HALF).astype(np.int64)

    def between(self, rows: ArrayLike, low: ArrayLike, high: ArrayLike) -> Ints:
        """An integer from low to high - 1, each as likely."""
        low = np.asarray(low, dtype=np.int64)
        return low + self.below(rows, np.asarray(high, dtype=np.int64) - low)

    def choice(self, rows: ArrayLike, weights: Sequence[int]) -> Ints:
        """A position in `weights`, as likely as its integer weight.

        >>> Stream(1, "coin").choice(range(4), [0, 5]).tolist()
        [1, 1, 1, 1]
        """
        cumulative = np.cumsum(np.asarray(weights, dtype=np.int64))
        drawn = self.below(rows, cumulative[-1])
        return np.searchsorted(cumulative, drawn, side="right").astype(np.int64)

    def per_million(self, rows: ArrayLike, chance: ArrayLike) -> NDArray[np.bool_]:
        """True in `chance` of a million cases. `chance` is one number or one a row."""
        return self.below(rows, 1_000_000) < np.asarray(chance, dtype=np.int64)

    def permute(self, rows: ArrayLike, n: int) -> Ints:
        """The place of each row in a shuffle of 0 to n - 1: different rows, different places.

        A four-round Feistel network on just enough bits, walked until it lands below `n`.

        Raises:
            ValueError: if a row is not from 0 to n - 1.

        >>> sorted(Stream(1, "cards").permute(range(52), 52).tolist()) == list(range(52))
        True
        """
        places = np.asarray(rows, dtype=np.int64)
        if places.size and (places.min() < 0 or places.max() >= n):
            raise ValueError(f"stream {self.name}: permutes rows 0 to {n - 1} only.")
        half = (max(int(n) - 1, 1).bit_length() + 1) // 2
        flat = places.reshape(-1).copy()
        pending = np.arange(flat.size)
        while pending.size:
            flat[pending] = self._feistel(flat[pending], half)
            pending = pending[flat[pending] >= n]
        return flat.reshape(places.shape)

    def _feistel(self, places: Ints, half: int) -> Ints:
        mask = np.int64((1 << half) - 1)
        left, right = places >> np.int64(half), places & mask
        for turn in range(4):
            # the turn stands above any value of `right`, so that each round is its own function
            stirred = self.bits(right | np.int64(turn + 1) << np.int64(40)) >> _HALF
            left, right = right, left ^ (stirred.astype(np.int64) & mask)
        return (left << np.int64(half)) | right
