"""Mishaps drawn for a world of which it is known what was shown when nothing went wrong."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tests.naive.exchange import digest, shelves_of
from tests.naive.laws import Laws
from tests.naive.mishaps import KINDS
from tests.naive.simulator import Days


def drawn_mishaps(seed: int, laws: Laws, found: Days, day0: int, days: int) -> list[dict[str, Any]]:
    """One mishap of each kind, as far as there is a place for it that no other has yet; and somebody
    deletes what somebody made by hand, or sent astray.

    Args:
        seed: of the draws.
        laws: with the edges in force.
        found: what was shown when nothing went wrong.
        day0, days: the window in which they happen.

    Returns:
        Rows of `exchange.mishaps`.
    """
    draw, rows, taken = Random(seed), [], set()
    copies = sorted(
        (
            (name, path, thing.version.entry, thing.version.id, thing.subject, runs[0][0])
            for (name, path, thing), runs in found.shown.items()
            if runs and len(path) == len(set(path))
        ),
        key=str,
    )
    adopted = {rule.list for rule in laws.adoptions}
    modes = {(e.sender, e.receiver, name): e.mode for e in laws.edges for name in e.lists}
    for kind in draw.sample(sorted(KINDS), len(KINDS)):
        about = KINDS[kind]
        for _ in range(50):
            name, path, entry, version, subject, first = draw.choice(copies)
            holder, sender = path[-1], path[-2] if len(path) > 1 else path[-1]
            own = len(path) == 1
            if (holder, name) in taken or (own and about["place"] != "holder"):
                continue
            if own and about["strikes"] == "all":
                continue
            if name in adopted and about["shows"] in ("new", "twice"):
                continue
            if name in laws.graded and about["shows"] == "twice":
                continue
            if kind == "deletion_not_processed" and modes[sender, holder, name] != "snapshot":
                continue
            earliest = first if about["shows"] == "twice" else max(first - 5, day0)
            if earliest >= day0 + days:
                continue
            day = draw.randrange(earliest, day0 + days)
            row: dict[str, Any] = {
                "kind": kind, "from_holder": sender, "at_holder": holder, "list": name,
                "from_day": date.fromordinal(day),
            }  # fmt: skip
            if about["place"] == "between":
                row |= {
                    "from_holder": holder,
                    "at_holder": "railway" if holder != "railway" else "court",
                }
                if any(name == n and row["at_holder"] == p[-1] for n, p, *_ in copies):
                    continue
            if about["strikes"] == "entry":
                row["entry_id"] = _id(entry)
            if about["shows"] == "twice":
                row["entry_version"] = _id(version)
            if about["strikes"] == "subject":
                row["subject_id"] = _id(subject)
            if about["shows"] == "new":
                row |= {"severity": "general"}
            if about["shows"] in ("other", "split"):
                other = draw.choice(copies)[4] if about["shows"] == "other" else "e" * 32
                row["other_id"] = _id(other)
            if about["shows"] == "backup":
                row["as_of_day"] = date.fromordinal(day - draw.randrange(1, 40))
            if draw.random() < 0.4:
                row["to_day"] = date.fromordinal(day + draw.randrange(1, 40))
            taken.add((holder, name))
            rows.append(row)
            if about["shows"] == "astray":
                there = {name: row[name] for name in ("from_holder", "at_holder", "list")}
                later = date.fromordinal(day + draw.randrange(1, 20))
                rows.append(
                    {"kind": "deleted_by_hand", **there, "entry_id": _id(entry), "from_day": later}
                )
            if about["shows"] == "new":
                rows.append(_deleted_again(row, laws, draw.randrange(1, 20)))
            break
    return rows


def _deleted_again(row: dict[str, Any], laws: Laws, after: int) -> dict[str, Any]:
    """The deletion, so many days after, of an entry made by hand."""
    place = {name: row[name] for name in ("from_holder", "at_holder", "list")}
    ways = [
        shelf.path
        for shelf in shelves_of(row["list"], laws.owners[row["list"]], laws.edges)
        if (shelf.holder, shelf.came_from) == (row["at_holder"], row["from_holder"])
    ]
    way = min(ways, key=lambda path: (len(path), ">".join(path)))
    whom = row["subject_id"].replace("-", "")
    entry = digest(row["kind"], row["list"], ">".join(way), whom, row["from_day"].isoformat())
    day = row["from_day"] + timedelta(days=after)
    return {"kind": "deleted_by_hand", **place, "entry_id": _id(entry), "from_day": day}


def _id(digits: str) -> str:
    return str(UUID(digits))
