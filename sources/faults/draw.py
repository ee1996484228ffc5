"""Integers drawn from a seed and a key: the same on every machine, whatever else is drawn.

A draw is named by what it is for (the seed, the feed, the fault, the record), never by its turn, so
that adding a feed or a fault moves no other draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.contract import Feed
from sources.faults.base import Row
from sources.world.draws import Stream

T = TypeVar("T")

TRIES = 200  # how often a fault is drawn again before it is said to change nothing


class Others(Protocol):
    """Who else there is: the entities a record could be taken for."""

    def codes(self, scheme: str, like: str) -> Sequence[str]:
        """Codes of that scheme borne by entities of the same kind as `like`, in order."""

    def namesakes(self, scheme: str, like: str) -> Sequence[str]:
        """Codes of that scheme borne by others of the same name as the bearer of `like`."""

    def name(self, scheme: str, code: str) -> str | None:
        """The name of the bearer of a code; None if nobody is known to bear it."""

    def linked(self, scheme: str, like: str) -> Sequence[str]:
        """Codes of that scheme borne by firms linked with the bearer of `like`, in order."""

    def struck_off(self, scheme: str, day: date | None) -> Sequence[str]:
        """Codes of that scheme borne by firms that a register has struck off by a day, in order."""

    def standing(self, feed: Feed, column: str, day: date) -> Sequence[str]:
        """Keys of the records of a feed that fill a column and are not withdrawn before a day, in order."""

    def next_to(self, feed: Feed, row: Row, day: date) -> Row | None:
        """What was last delivered up to a day of the record after a row's, in the order of their keys."""


class Nobody:
    """No others are known: faults that need another entity change nothing."""

    def codes(self, scheme: str, like: str) -> Sequence[str]:
        """None."""
        return ()

    def namesakes(self, scheme: str, like: str) -> Sequence[str]:
        """None."""
        return ()

    def name(self, scheme: str, code: str) -> str | None:
        """Nobody bears it."""
        return None

    def linked(self, scheme: str, like: str) -> Sequence[str]:
        """None."""
        return ()

    def struck_off(self, scheme: str, day: date | None) -> Sequence[str]:
        """None."""
        return ()

    def standing(self, feed: Feed, column: str, day: date) -> Sequence[str]:
        """None."""
        return ()

    def next_to(self, feed: Feed, row: Row, day: date) -> Row | None:
        """No record stands beside another."""
        return None


@dataclass
class Draw:
    """All that a fault may consult: the feed, who else there is, and integers of its own stream.

    `values` holds what a free edit is to write, column -> text, and is empty for every other fault; `day` is
    that of the delivery with which the fault begins, None where it was always so.
    Two draws of the same seed and key give the same integers in the same order.
    """

    seed: int
    key: tuple[str, ...]
    feed: Feed | None
    others: Others = field(default_factory=Nobody)
    values: Mapping[str, str | None] = field(default_factory=dict)
    day: date | None = None
    _turn: int = 0

    def below(self, n: int) -> int:
        """The next integer of [0, n), n at most 2**32.

        Raises:
            ValueError: if there is no such integer.
        """
        self._turn += 1
        return int(Stream(self.seed, "|".join(self.key)).below([self._turn], n)[0])

    def pick(self, things: Sequence[T]) -> T:
        """The next draw from a sequence, each member equally likely.

        Raises:
            ValueError: if the sequence is empty.
        """
        return things[self.below(len(things))]

    def again(self) -> Draw:
        """The same stream from its beginning."""
        return Draw(self.seed, self.key, self.feed, self.others, self.values, self.day)


def text_numbers(keys: pa.Array | pa.ChunkedArray) -> NDArray[np.int64]:
    """A number of 63 bits for each text, from its UTF-8 bytes alone; missing counts as empty."""
    raw = [
        b"" if key is None else key for key in keys.cast(pa.string()).cast(pa.binary()).to_pylist()
    ]
    lengths = np.array([len(key) for key in raw], dtype=np.int64)
    if not raw:
        return lengths
    fold = Stream(0, "text")
    width = -(-max(int(lengths.max()), 1) // 8) * 8
    words = np.array(raw, dtype=f"S{width}").view("<i8").reshape(len(raw), width // 8)
    numbers = lengths
    for column in range(words.shape[1]):
        # A key's own words only, so that a longer neighbour does not change its number.
        stirred = fold.bits(numbers ^ words[:, column]).view(np.int64)
        numbers = np.where(lengths > 8 * column, stirred, numbers)
    return numbers & np.int64(2**63 - 1)
