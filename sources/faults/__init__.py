"""How one record, or one delivery, goes wrong: one module a kind, found by its file name.

A module with one of these functions is a kind of fault, called as its file; adding the file adds the
fault. The first paragraph of its docstring says what goes wrong, one sentence of plain English; the
second where such a fault has been seen, or the rule it breaks. The function tells its level:

* cell: `columns(feed)`, the columns it may change, and `write(text, column, draw) -> text | None`, what
  stands in one of them instead, None where nothing can; or `spoil(row, draw) -> row | None`, the row as
  it goes wrong, None where it changes nothing.
* row: `resend(history, days, day, until, draw) -> history`, what is delivered of one record, day by
  day, instead; and optionally `places(feed, history, days)`, the days on which it changes something.
* delivery: `send(day, days, sent, draw) -> bytes | None`, the file that goes out instead, of no bytes
  if none does, None where it changes nothing; `sent` is what was delivered (see `deliveries`). A fault
  that is wrong `once` and yet in more deliveries than one says in how many: `SPAN = 2`.

A *row* is a dict of a feed's contract columns, in their order, to text or None. A *history* is what
a feed delivered of one record: delivery day -> its rows on that day.

It says the rest in names at its top. All but `TITLE` may be left out for what stands first here:

==============  ==================================================================================
`TITLE`         a few words, for a table
`GROUP`         what it is about: `rows` or `deliveries`, as its level; of a cell to be said:
                `identifiers`, `names`, `values`
`SCOPE`         `source`: wrong in this and each later delivery until corrected; `once`: in this
`MECHANISM`     where it falls: `completely_at_random`; `given_other_columns` (which records it can
                befall depends on their other cells); `given_its_value` (on the very cell that goes
                wrong); `in_bursts` (many records of one delivery at once); `drifting` (more with time)
`INTENT`        `accident` or `intent`
`CORRECTION`    delivery mode -> how the correction rides; a mode left out cannot carry the fault. A
                delivery is sent again; of a cell or a row to be said
`FRAME`         among which records it is drawn: `any` of those that fill one of its columns, those
                with an `empty` one, those that the feed withdrew (`gone`), those of which several
                deliveries tell (`again`), or tell otherwise (`changed`)
`fits(feed)`    whether the feed has a place for it; each has that has a column the fault may change
==============  ==================================================================================
"""

import importlib
import pkgutil
from functools import lru_cache
from typing import Any

from schemas.suggest import suggestion
from sources.faults.base import CHOICES, SENT_AGAIN, Fault, FaultError, History, Row

__all__ = ["Fault", "FaultError", "History", "Row", "kind", "kinds"]

# What makes a module a kind of fault -> its level, and what such a fault is about and how it is put
# right unless it says otherwise.
VERBS: dict[str, tuple[str, str | None, dict[str, str] | None]] = {
    "write": ("cell", None, None),
    "spoil": ("cell", None, None),
    "resend": ("row", "rows", None),
    "send": ("delivery", "deliveries", SENT_AGAIN),
}


def _read(module: Any, name: str, verb: str) -> Fault:
    level, group, correction = VERBS[verb]
    said = {"TITLE": None, "GROUP": group, "CORRECTION": correction, "FRAME": "any", "SPAN": 1}
    said |= {"SCOPE": "source", "MECHANISM": "completely_at_random", "INTENT": "accident"}
    said |= {key: value for key, value in vars(module).items() if key in said}
    description, _, models = (module.__doc__ or "").partition("\n\n")
    wanted = said | {"docstring of two paragraphs": models or None}
    wanted |= {"columns": getattr(module, "columns", None)} if level == "cell" else {}
    missing = [key for key, value in wanted.items() if value is None]
    if missing:
        raise FaultError(f"sources/faults/{name}.py: {', '.join(missing)} is missing; say it.")
    for key, choices in CHOICES.items():
        if said[key] not in choices:
            raise FaultError(f"sources/faults/{name}.py: {key} must be one of {choices}.")
    return Fault(
        kind=name,
        level=level,
        description=" ".join(description.split()),
        models=" ".join(models.split()),
        module=module,
        **{key.lower(): value for key, value in said.items()},
    )


@lru_cache(maxsize=1)
def kinds() -> dict[str, Fault]:
    """Every kind of fault by name, in alphabetical order."""
    found = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        verb = next((verb for verb in VERBS if hasattr(module, verb)), None)
        if verb is not None:
            found[info.name] = _read(module, info.name, verb)
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
