"""What is believed of a feed, row by row in plain Python; no code of the pipeline is used.

It walks through the deliveries in the order of their days, and through each in the order of its rows,
and keeps for every record what is believed of it now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

RANK = ("assert", "change", "correct", "withdraw", "repeat")


@dataclass(frozen=True)
class Row:
    """A row as delivered: of which record, what it says and does, and whether a gate sets it aside.

    `named` is False if what it gives as its record cannot be trusted to be one.
    """

    record: str
    says: str
    effect: str = "assert"
    aside: bool = False
    named: bool = True


@dataclass(frozen=True)
class Delivery:
    """One file: its day, its rows in order, whether all of it could be read, whether it is held."""

    day: int
    rows: Sequence[Row]
    readable: bool = True
    held: bool = False


@dataclass
class Belief:
    """What is believed from when to when: (record, says, effect, from, to), to None for still."""

    periods: list[tuple[str, str, str, int, int | None]] = field(default_factory=list)
    now: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    strange: list[tuple[int, int]] = field(default_factory=list)  # day, place of the row

    def end(self, record: str, day: int) -> None:
        """Believe nothing of a record any more."""
        if record in self.now:
            says, effect, since = self.now.pop(record)
            self.periods.append((record, says, effect, since, day))

    def say(self, record: str, says: str, effect: str, day: int) -> None:
        """Believe a version of a record, unless it is what is believed already."""
        if record in self.now and self.now[record][0] == says:
            return
        self.end(record, day)
        self.now[record] = (says, effect, day)


def believed(mode: str, deliveries: Sequence[Delivery]) -> Belief:
    """Everything believed of a feed, and which rows meet no record.

    Args:
        mode: snapshot, changes or append.
        deliveries: in the order of their days.
    """
    found = Belief()
    alive: set[str] = set()
    for delivery in deliveries:
        if delivery.held:
            continue
        good: dict[str, list[Row]] = defaultdict(list)
        for place, row in enumerate(delivery.rows):
            if row.aside:
                continue
            good[row.record].append(row)
            if mode != "snapshot":
                if row.effect != "assert" and row.record not in alive:
                    found.strange.append((delivery.day, place))
                (alive.discard if row.effect == "withdraw" else alive.add)(row.record)
        for record, rows in good.items():
            if mode == "snapshot":
                if len({row.says for row in rows}) == 1:
                    effect = min((row.effect for row in rows), key=RANK.index)
                    found.say(record, rows[0].says, effect, delivery.day)
                continue
            last = rows[-1]
            if last.effect == "withdraw" and mode == "changes":
                found.end(record, delivery.day)
                continue
            alike = [r.effect for r in rows if r.says == last.says and r.effect != "withdraw"]
            effect = min(alike, key=RANK.index)
            if mode == "append":
                found.say(f"{record}={last.says}", last.says, effect, delivery.day)
            else:
                found.say(record, last.says, effect, delivery.day)
        whole = delivery.readable and all(row.named for row in delivery.rows if row.aside)
        if mode == "snapshot" and whole:
            there = {row.record for row in delivery.rows}
            for record in sorted(set(found.now) - there):
                found.end(record, delivery.day)
    for record in sorted(found.now):
        says, effect, since = found.now[record]
        found.periods.append((record, says, effect, since, None))
    found.periods = [(r.partition("=")[0], *rest) for r, *rest in found.periods]
    return found
