"""How one record, or one delivery, goes wrong: one module a kind, found by its file name.

A module whose `KIND` is its own file name is a kind of fault; adding the file adds the fault. It
says, in module-level names,

==============  ==================================================================================
`KIND`          its name, which is the file's
`TITLE`         a few words, for a table
`DESCRIPTION`   what goes wrong, one sentence of plain English
`MODELS`        where such a fault has been seen, or the rule it breaks
`LEVEL`         `cell` (a value), `row` (sent twice, too late or not at all) or `delivery`
`SCOPE`         `source`: wrong in this and each later delivery until corrected; `once`: in this
`GROUP`         what it is about: `identifiers`, `names`, `values`, `rows`, `deliveries`
`MECHANISM`     where it falls: `completely_at_random`; `given_other_columns` (which records it can
                befall depends on their other cells); `given_its_value` (on the very cell that goes
                wrong); `in_bursts` (many records of one delivery at once); `drifting` (more with time)
`INTENT`        `accident` or `intent`
`CORRECTION`    delivery mode -> how the correction rides; a mode left out cannot carry the fault
`FRAME`         among which records it is drawn: `any` of those that fill one of its columns (if it
                is left out), those with an `empty` one, those that the feed withdrew (`gone`),
                those of which several deliveries tell (`again`), or tell otherwise (`changed`)
`fits(feed)`    whether the feed has a place for it; where it is missing, every feed has that has a
                column the fault may change
==============  ==================================================================================

and one function, by level:

* cell: `spoil(row, draw) -> row | None`, the row as it goes wrong, None where it changes nothing;
  and `columns(feed)`, the columns it may change.
* row: `resend(history, days, day, until, draw) -> history`, what is delivered of one record, day by
  day, instead; and optionally `places(feed, history, days)`, the days on which it changes something.
* delivery: `send(day, days, sent, draw) -> bytes | None`, the file that goes out instead, of no bytes
  if none does, None where it changes nothing; `sent` is what was delivered (see `deliveries`). A fault
  that is wrong `once` and yet in more deliveries than one says in how many: `SPAN = 2`.

A *row* is a dict of a feed's contract columns, in their order, to text or None. A *history* is what
a feed delivered of one record: delivery day -> its rows on that day.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from typing import Any

from schemas.suggest import suggestion
from sources.faults.base import CHOICES, Fault, FaultError, History, Row

__all__ = ["CHOICES", "Fault", "FaultError", "History", "Row", "kind", "kinds"]


def _read(module: Any, name: str) -> Fault:
    wanted = ("TITLE", "DESCRIPTION", "MODELS", "CORRECTION", *CHOICES)
    verbs = {"cell": ("spoil", "columns"), "row": ("resend",), "delivery": ("send",)}
    level = getattr(module, "LEVEL", None)
    missing = [w for w in (*wanted, *verbs.get(level, ())) if not hasattr(module, w)]
    if missing:
        raise FaultError(f"sources/faults/{name}.py: {', '.join(missing)} is missing; say it.")
    for said, choices in CHOICES.items():
        if getattr(module, said) not in choices:
            raise FaultError(f"sources/faults/{name}.py: {said} must be one of {choices}.")
    return Fault(
        kind=name,
        title=module.TITLE,
        description=module.DESCRIPTION,
        models=module.MODELS,
        level=level,
        scope=module.SCOPE,
        group=module.GROUP,
        mechanism=module.MECHANISM,
        intent=module.INTENT,
        correction=dict(module.CORRECTION),
        frame=getattr(module, "FRAME", "any"),
        span=getattr(module, "SPAN", 1),
        module=module,
    )


@lru_cache(maxsize=1)
def kinds() -> dict[str, Fault]:
    """Every kind of fault by name, in alphabetical order."""
    found = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if getattr(module, "KIND", None) == info.name:
            found[info.name] = _read(module, info.name)
    return found


def kind(name: str) -> Fault:
    """The kind of that name.

    Raises:
        FaultError: if there is none.
    """
    found = kinds()
    if name not in found:
        raise FaultError(
            f"There is no fault {name!r}; there are {', '.join(found)}.{suggestion(name, found)}"
        )
    return found[name]
