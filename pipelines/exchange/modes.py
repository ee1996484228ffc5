"""The modes of an edge: how long a receiver keeps what it was handed. Each is one row of a code list."""

from dataclasses import dataclass
from functools import cache

from schemas.code_lists import CODES, read_csv

EVERY, EXPIRY = "every", "expiry"


@dataclass(frozen=True)
class Mode:
    """One row of `edge_modes.csv`."""

    code: str  # its name in network.yml and in policies
    # How many days the receiver shows an entry beyond the sync that saw it last: `every` (until the
    # next sync), `expiry` (the edge says how many), a number; empty: for ever.
    keeps: str
    # Whether a receiver that matches by name looks a name up at every sync, and not only when it
    # first sees the entry.
    names_anew: bool
    taken_back: bool  # whether the receiver takes an entry down that it is told to take down
    title_en: str  # what becomes of what is gone at the sender

    @property
    def until_next_sync(self) -> bool:
        """Whether what a sync no longer sees is gone with it."""
        return self.keeps == EVERY

    @property
    def expires(self) -> bool:
        """Whether an edge of this mode says for how many days."""
        return self.keeps == EXPIRY

    def keeps_days(self, every: int, expiry: int | None) -> int | None:
        """Days an entry is shown beyond the sync that saw it last, given the edge's; None: for ever."""
        if self.until_next_sync:
            return every
        if self.expires:
            return expiry
        return int(self.keeps) if self.keeps else None


@cache
def modes() -> dict[str, Mode]:
    """Every mode there is, by its code, in the order of the code list."""
    return {
        row["code"]: Mode(
            row["code"],
            row["keeps"],
            row["names_anew"] == "yes",
            row["taken_back"] == "yes",
            row["title_en"],
        )
        for row in read_csv(CODES / "edge_modes.csv")
    }
