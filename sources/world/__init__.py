"""The truth of a synthetic world: who there is, how they are tied, what they did and when.

Four tables, described in `columns.COLUMNS`: subjects, attributes, links and conduct. Islands see
parts of it through their `observe.sql`; else only audits and the scoring of results read it. Beside
them stands what dirt put into the files, `sources.injected`, which no island sees.

>>> tables = generate("tiny", seed=1)
>>> tables["subjects"].num_rows
1523
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from schemas.progress import Progress
from sources.world import attributes, conduct, links, store, subjects, written
from sources.world.columns import COLUMNS
from sources.world.days import CONDUCT_BEGINS, DAY0, number
from sources.world.population import Population, populate
from sources.world.store import load, save

__all__ = [
    "COLUMNS",
    "CONDUCT_BEGINS",
    "DAY0",
    "SIZES",
    "Size",
    "generate",
    "load",
    "save",
    "write",
    "write_table",
]


class Size(NamedTuple):
    """How big a world is; public bodies come on top, three for each hundred enterprises."""

    enterprises: int
    residents: int
    adults_alone: bool = False  # `residents` are those of age on day 0; children come on top


SIZES = {
    "story": Size(4, 8),  # written by hand
    "tiny": Size(500, 1_000),
    "demo": Size(20_000, 40_000),
    "city": Size(60_000, 740_000, adults_alone=True),  # Rongcheng has so many adults
    "province": Size(3_300_000, 5_500_000),
}

_TABLES = {
    "subjects": subjects.generate,
    "attributes": attributes.generate,
    "links": links.generate,
    "conduct": conduct.generate,
}


def generate(
    size: str, seed: int, days: int = 365, progress: Progress | None = None
) -> dict[str, pa.Table]:
    """The tables of a world.

    Args:
        seed: any integer; the story is the same for each.
        days: length of the window of deliveries, which begins on `DAY0`. A longer one adds to a
            world; of what was there before it changes only the day on which the enterprises that
            are founded within the window are founded.
        progress: called before each table and at the end.

    Raises:
        ValueError: if there is no such size, or the window is shorter than a day.
    """
    if size == "story":
        return written.read()
    population = _populate(size, seed, days)
    tables = {}
    for name, parts in _watched(population, progress):
        tables[name] = pa.concat_tables(parts)
    return tables


def write(
    folder: Path, size: str, seed: int, days: int = 365, progress: Progress | None = None
) -> list[Path]:
    """`save(generate(...), folder)`, without holding more than a block of a table at a time.

    Raises:
        ValueError: as `generate`.
    """
    if size == "story":
        return save(written.read(), folder)
    population = _populate(size, seed, days)
    return [store.stream(name, parts, folder) for name, parts in _watched(population, progress)]


def write_table(folder: Path, name: str, size: str, seed: int, days: int = 365) -> Path:
    """The file of one table, as `write` makes it; no table is drawn from another.

    Raises:
        ValueError: as `generate`.
    """
    if size == "story":
        return save({name: written.read()[name]}, folder)[0]
    return store.stream(name, _TABLES[name](_populate(size, seed, days)), folder)


def _populate(size: str, seed: int, days: int) -> Population:
    if size not in SIZES:
        raise ValueError(f"There is no size {size!r}; there are {', '.join(SIZES)}.")
    if days < 1:
        raise ValueError(f"A window has at least one day, not {days}.")
    enterprises, residents, adults_alone = SIZES[size]
    return populate(seed, enterprises, residents, number(DAY0) + days, adults_alone)


def _watched(
    population: Population, progress: Progress | None
) -> Iterator[tuple[str, Iterator[pa.Table]]]:
    for done, (name, rows) in enumerate(_TABLES.items()):
        if progress:
            progress(f"world: {name}", done, len(_TABLES))
        yield name, rows(population)
    if progress:
        progress("world", len(_TABLES), len(_TABLES))
