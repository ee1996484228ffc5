"""The fictional places of the world, from `schemas/codes/divisions.csv`.

Their codes begin with 84 to 89, which GB/T 2260 leaves unassigned. Subjects live in districts and
counties; cities hold courts, tax offices and banks.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.code_lists import CODES, read_csv
from sources.world.columns import texts
from sources.world.draws import Ints

_SUFFIXES = "省市区县"
# How many live in a place, relative to others; the first city is the seat of the province.
_WEIGHT = {"district": 12, "county": 5}
_CAPITAL_TIMES = 3


@dataclass(frozen=True)
class Divisions:
    """Places where subjects live, as parallel arrays; a subject holds an index into them."""

    codes: tuple[str, ...]
    names: tuple[str, ...]  # such as 榆东区
    short: tuple[str, ...]  # such as 榆东, as an organisation's name begins
    cities: tuple[str, ...]  # name of the city each lies in
    city_codes: tuple[str, ...]  # its first four digits, as in a court's document numbers
    urban: NDArray[np.bool_]  # districts; the rest are counties
    weights: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def numbers(self) -> Ints:
        """The codes as integers."""
        return np.array([int(code) for code in self.codes], dtype=np.int64)

    @property
    def full_names(self) -> pa.Array:
        """City and place together, as an address begins."""
        return texts([city + name for city, name in zip(self.cities, self.names, strict=True)])


def short_name(name: str) -> str:
    """A place's name without the word for what it is.

    >>> short_name("榆东区")
    '榆东'
    """
    return name[:-1] if name[-1] in _SUFFIXES else name


@lru_cache(maxsize=1)
def load() -> Divisions:
    """All districts and counties, in the order of the code list."""
    rows = read_csv(CODES / "divisions.csv")
    by_code = {row["code"]: row for row in rows}
    capital = next(row["code"] for row in rows if row["level"] == "city")
    homes = [row for row in rows if row["level"] in _WEIGHT]
    parents = [by_code[row["parent"]] for row in homes]
    return Divisions(
        codes=tuple(row["code"] for row in homes),
        names=tuple(row["name_zh"] for row in homes),
        short=tuple(short_name(row["name_zh"]) for row in homes),
        cities=tuple(parent["name_zh"] for parent in parents),
        city_codes=tuple(parent["code"][:4] for parent in parents),
        urban=np.array([row["level"] == "district" for row in homes]),
        weights=tuple(
            _WEIGHT[row["level"]] * (_CAPITAL_TIMES if row["parent"] == capital else 1)
            for row in homes
        ),
    )
