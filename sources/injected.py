"""`world.injected`: every cell that dirt has changed, as it was and as it is delivered.

A cell belongs to one version of a record, named as landing names it, so that whatever a gate finds
can be held against it. What two kinds of fault changed in turn is one cell, of the later kind; what
they left as it was is none.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.contract import Feed
from schemas.record_id import record_id, version
from sources.dirt import Dirty, record_keys

SCHEMA = pa.schema(
    {
        "feed": pa.string(),
        "record": pa.string(),  # natural key before any dirt, its parts joined by |
        "first_day": pa.date32(),  # of the first delivery that holds the version; null if none does
        "column_name": pa.string(),
        "kind": pa.string(),  # of fault
        "before": pa.string(),
        "after": pa.string(),
        "record_id": pa.string(),  # as landing makes it of what is delivered; null without a key
        "version": pa.string(),  # likewise
    }
)


def injected(
    feed: Feed, clean: pa.Table, dirty: Dirty, first_days: Mapping[int, date]
) -> list[dict[str, Any]]:
    """Rows of `SCHEMA`, each once, in the order of its columns.

    Args:
        clean: what the island's register would hold without dirt, one row a version of a record.
        dirty: what it holds, row for row.
        first_days: place of a row -> day of the first delivery that holds it, if one does.
    """
    found = {tuple(row.values()): row for row in _cells(feed, clean, dirty, first_days)}
    return [found[key] for key in sorted(found, key=_order)]


def with_dirt(feed: Feed, dirty: Dirty) -> pa.Table:
    """All versions of the records with a changed cell, with a column `place`: that of the row."""
    keys = record_keys(feed, dirty.versions)
    own = pc.is_in(keys, value_set=keys.take(_places(dirty)))
    places = pa.array(range(len(keys)), pa.int64())
    return dirty.versions.append_column("place", places).filter(own)


def _places(dirty: Dirty) -> pa.Array:
    return pa.array(sorted({place for place, _ in dirty.kinds}), pa.int64())


def _order(values: tuple[Any, ...]) -> list[tuple[bool, str]]:
    return [(value is None, str(value)) for value in values]


def _cells(
    feed: Feed, clean: pa.Table, dirty: Dirty, first_days: Mapping[int, date]
) -> Iterator[dict[str, Any]]:
    places = _places(dirty)
    was, now = clean.take(places), dirty.versions.take(places)
    keys = record_keys(feed, was).to_pylist()
    rows = dict(
        zip(
            places.to_pylist(),
            zip(keys, was.to_pylist(), now.to_pylist(), strict=True),
            strict=True,
        )
    )
    for (place, column), kind in dirty.kinds.items():
        key, before, after = rows[place]
        if before[column] != after[column]:
            yield {
                "feed": feed.name,
                "record": key,
                "first_day": first_days.get(place),
                "column_name": column,
                "kind": kind,
                "before": before[column],
                "after": after[column],
                # Without a key a record is told from its like by its place in a delivery.
                "record_id": record_id(feed, after) if feed.natural_key else None,
                "version": version(feed, after) if feed.natural_key else None,
            }
