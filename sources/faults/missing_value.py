"""One cell of the record is left empty.

A field skipped at entry, or lost between two layouts of one form.
"""

from schemas.contract import Feed
from sources.faults.base import Row
from sources.faults.draw import Draw

TITLE = "Missing value"
GROUP = "values"
CORRECTION = {
    "snapshot": "the full row stands in the next delivery",
    "changes": "a row marked as a correction takes the incomplete one's place",
    "append": "a further, full row; the incomplete one stays",
}


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns that make a version, without the key: a row without its key is another's."""
    return tuple(name for name in feed.content_columns if name not in feed.natural_key)


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one of its filled cells emptied."""
    held = [name for name in columns(draw.feed) if row.get(name)]
    return row | {draw.pick(held): None} if held else None
