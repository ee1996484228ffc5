"""The kinds of mishap: what can happen to right data on its way. Each is one row of a code list.

`exchange.mishaps` holds what happened in one run; `struck_paths.sql` and what reads it, and
`_sent_astray.sql` say what it does to what holders show.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from schemas.code_lists import CODES, read_csv


@dataclass(frozen=True)
class Mishap:
    """One row of `mishaps.csv`."""

    kind: str
    title: str  # a few words, for a table
    description: str  # what goes wrong, one sentence of plain English
    models: str  # what in the documents it stands for
    # `edge` (on the way to a holder), `holder` (at one), `between` (two that have no edge).
    place: str
    strikes: str  # `entry`, `subject`, `list`, or `all` that a holder has from others
    begins: str  # `sync` (with what a sync brings) or `day`
    # What the holder shows instead: `before`, `backup`, `other`, `namesakes`, `split` and (from a
    # sync) `nothing` as `_deviations.sql` says, (from a day) `nothing` as `deletions.sql` does,
    # `new` and `twice` as `_entered.sql`, `astray` as `_sent_astray.sql`.
    shows: str
    lasts: str  # `sync` (until the next full one) or `ever`
    # `mechanism`, `intent`: as of a `sources.faults.Fault`.
    mechanism: str
    intent: str
    group: str = "exchange"

    @property
    def level(self) -> str:
        """What it befalls: an `edge`, or a `holder`, as which counts who sends a list astray."""
        return "edge" if self.place == "edge" else "holder"

    @property
    def correction(self) -> str:
        """How it is put right, one sentence."""
        if self.lasts == "ever":
            return "It stays until somebody at the holder puts it right."
        soon = "The next sync that arrives puts it right"
        if self.with_removal:
            return f"{soon}."
        end = ", or until the term of an owner's own list is over" if self.shows == "new" else ""
        return (
            f"{soon} where the receiver replaces all it has with every sync; everywhere else it "
            f"stays until somebody at the holder puts it right{end}."
        )

    @property
    def with_removal(self) -> bool:
        """Whether it strikes an entry with the sync that no longer brings it."""
        return self.strikes == "entry" and self.shows == "before"

    @property
    def takes_down(self) -> bool:
        """Whether a holder takes down what it shows, which not every one can."""
        return self.place == "holder" and self.shows in ("nothing", "backup")

    @property
    def deletes(self) -> bool:
        """Whether somebody deletes an entry by hand: of everybody it is shown of, or of one alone."""
        return self.shows == "nothing" and self.begins == "day"

    @property
    def takes(self) -> frozenset[str]:
        """Fields of `FaultSpec` that say where it happens, or to whom, and mean something here."""
        means = {
            "sender": self.place != "holder",
            "entry": self.strikes == "entry",
            "subject": self.strikes == "subject" or self.deletes,
            "other": self.shows == "other",
            "backup": self.shows == "backup",
        }
        return frozenset({"holder", "list"} | {name for name, does in means.items() if does})


@cache
def mishaps() -> Mapping[str, Mishap]:
    """Every kind of mishap, by its name, in the order of the code list."""
    return {
        row["mishap"]: Mishap(
            row["mishap"],
            row["title_en"],
            row["description"],
            row["source"],
            row["place"],
            row["strikes"],
            row["begins"],
            row["shows"],
            row["lasts"],
            row["mechanism"],
            row["intent"],
        )
        for row in read_csv(CODES / "mishaps.csv")
    }
