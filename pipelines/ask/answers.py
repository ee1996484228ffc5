"""What a statement gave, as plain values that a page or a machine can read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

MOST_CHARACTERS = 2_000  # of one cell
DEEPEST = 50  # lists and structures within one another in a cell


@dataclass(frozen=True)
class Answer:
    """What a statement gave."""

    columns: tuple[str, ...]
    types: tuple[str, ...]  # of the columns, as DuckDB calls them
    # Plain values: text, numbers, true and false, None; ids as 32 hexadecimal digits, days as ISO
    # text; lists and structures as they are, of plain values.
    rows: list[list[Any]]
    more: bool  # whether there are more rows than these
    cut: int  # how many cells were longer than they are shown
    seconds: float

    def json(self) -> dict[str, Any]:
        """As `schemas/json/ask.schema.json` has it."""
        return {
            "synthetic": True,
            "columns": [
                {"name": name, "type": kind}
                for name, kind in zip(self.columns, self.types, strict=True)
            ],
            "rows": self.rows,
            "more": self.more,
            "cut": self.cut,
            "seconds": round(self.seconds, 3),
        }


class Plain:
    """Values as JSON knows them.

    Attributes:
        cut: how many cells were longer than they are shown.
    """

    def __init__(self) -> None:
        self.cut = 0

    def __call__(self, value: Any) -> Any:
        """A cell: a list, a map or a struct in it has together no more characters than a text may have.

        Raises:
            ValueError: if more lists stand within one another than can be shown.
        """
        self._left, self._whole = MOST_CHARACTERS, True
        plain = self._plain(value, 0)
        self.cut += not self._whole
        return plain

    def _plain(self, value: Any, deep: int) -> Any:
        if isinstance(value, dict | list | tuple) and deep == DEEPEST:
            raise ValueError(f"lists more than {DEEPEST} deep")
        if isinstance(value, dict):
            pairs = self._as_many(value.items())
            return {self._plain(str(key), deep): self._plain(one, deep + 1) for key, one in pairs}
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return [self._plain(one, deep + 1) for one in self._as_many(value)]
        one = self._one(value)
        self._left -= len(str(one))
        return one

    def _one(self, value: Any) -> Any:
        """A value that holds no others."""
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return value if value == value and abs(value) != float("inf") else str(value)
        if isinstance(value, Decimal):
            if value == int(value):
                return int(value)
            return float(value) if Decimal(repr(float(value))) == value else str(value)
        if isinstance(value, UUID):
            return value.hex
        # DuckDB gives Python's own last and first day for a day without end; a column that holds the 31st
        # of December 9999 gives another object, equal to it.
        if value is date.max or value is datetime.max:
            return "infinity"
        if value is date.min or value is datetime.min:
            return "-infinity"
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        text = str(value) if isinstance(value, str | timedelta) else repr(value)
        if len(text) > MOST_CHARACTERS:
            self._whole = False
            return text[:MOST_CHARACTERS] + "…"
        return text

    def _as_many(self, parts: Iterable[Any]) -> Iterator[Any]:
        """So many parts of a cell as may be shown."""
        for part in parts:
            if self._left <= 0:
                self._whole = False
                return
            self._left -= 1  # what stands between two
            yield part
