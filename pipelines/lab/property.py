"""Properties of a right answer: each the share of things that are right, and the least it must be."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Made:
    """The data of a lab in one world."""

    given: dict[str, pd.DataFrame]  # table -> rows that a submission sees
    # Table -> rows that only properties see.
    truth: dict[str, pd.DataFrame] = field(default_factory=dict)
    # Name -> text of files that a student gets beside the database.
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """An answer, what it was made from, and the truth of that world."""

    # `given`, `truth`: see `Made`.
    given: Tables
    truth: Tables
    # The answer, with the columns and types that `lab.yml` names; missing values are None.
    out: pd.DataFrame


@dataclass(frozen=True)
class Property:
    """Something that is true of a right answer."""

    name: str  # one word, for the table of results
    # What the share is of, to be read after a percentage: "of the wrong codes are flagged".
    says: str
    points: int  # what it is worth
    # Case -> (how many are right, of how many), summed over all worlds.
    measure: Callable[[Case], tuple[int, int]]
    at_least: float = 1.0  # the least share, from 0 to 1
    public: bool = False  # whether it needs no truth, so that students may see it beforehand


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    """Rows as tuples of some columns, all if none is named; in the frame's order.

    >>> rows(pd.DataFrame({"a": [2, 1], "b": ["x", None]}, dtype=object), "a", "b")
    [(2, 'x'), (1, None)]
    """
    chosen = frame[list(columns)] if columns else frame
    return list(chosen.itertuples(index=False, name=None))


def lookup(frame: pd.DataFrame, key: str | tuple[str, ...], value: str) -> dict:
    """Key -> value, the last row's if several have the key.

    >>> lookup(pd.DataFrame({"a": [2, 1], "b": ["x", "y"]}, dtype=object), "a", "b")
    {2: 'x', 1: 'y'}
    """
    keys = [key] if isinstance(key, str) else list(key)
    found = rows(frame, *keys, value)
    return {row[0] if isinstance(key, str) else row[:-1]: row[-1] for row in found}


def found_of(wanted: Iterable, had: Iterable) -> tuple[int, int]:
    """How many of the wanted are there, and how many are wanted.

    >>> found_of({1, 2, 3}, [3, 4])
    (1, 3)
    """
    wanted, had = set(wanted), set(had)
    return len(wanted & had), len(wanted)


def both_of(true: Iterable, told: Iterable) -> tuple[int, int]:
    """How many are true and told, of those that are either.

    >>> both_of({1, 2, 3}, [3, 4])
    (1, 4)
    """
    true, told = set(true), set(told)
    return len(true & told), len(true | told)


def frame(records: Iterable, columns: Iterable[str]) -> pd.DataFrame:
    """Records as a frame of plain Python values.

    >>> frame([(1, None)], ["a", "b"]).b[0] is None
    True
    """
    return pd.DataFrame(list(records), columns=list(columns), dtype=object)
