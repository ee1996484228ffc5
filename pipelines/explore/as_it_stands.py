"""Delivered files as they stand: the lines around one, in their own format and encoding."""

from dataclasses import dataclass
from typing import Any

from pipelines.explore.asked import RequestError
from pipelines.explore.laboratory import World
from schemas.contract import Feed, feeds
from sources import files
from sources.files.base import Irregular, Refused

AROUND = 12  # lines shown on either side
LONGEST_LINE = 4_000  # characters shown of one


@dataclass(frozen=True)
class Delivered:
    """One delivered file."""

    file: str  # relative to the landing folder
    feed: Feed
    # `delivery`, `published`: its name and day.
    delivery: str
    published: str
    rows: int  # how many were read of it


def delivered(world: World, file: str) -> Delivered:
    """A file that was delivered.

    Raises:
        RequestError: if none of that name was.
    """
    found = world.rows(
        "SELECT feed, delivery, published, rows FROM landing.deliveries WHERE file = ?", file
    )
    if not found:
        raise RequestError(f"No file {file[:200]} was delivered.", 404)
    row = found[0]
    feed = feeds()[row["feed"]]
    return Delivered(file, feed, str(row["delivery"]), row["published"], row["rows"])


def lines_around(
    world: World, one: Delivered, line: int, around: int = AROUND, lies_there: bool = True
) -> list[dict[str, Any]]:
    """The lines of a file around one: `line`, `text`, and `cut` if it is longer than what is shown.

    Of a workbook or a Parquet file, and of a document that is not laid out line by line, these are the
    rows as they were read, their filled cells as `column: value`.

    Args:
        line: counted from 1; of a document the place of a record in it.
        around: how many on either side.
        lies_there: whether the file in the landing folder says this; else the rows are as they were read.

    Raises:
        RequestError: if the file is no longer there.
    """
    path = world.landing / one.file
    try:
        data = path.read_bytes() if lies_there and files.is_text(one.feed) else None
    except OSError:
        raise RequestError(
            f"{path} is not there any more; the database still holds what was read of it.", 404
        ) from None
    texts = None if data is None else _texts(one.feed, data, line - around, line + around)
    if texts is None:
        texts = _as_read(world, one, line - around, line + around)
    return [
        {"line": n, "text": text[:LONGEST_LINE], "cut": len(text) > LONGEST_LINE}
        for n, text in texts
    ]


def _texts(feed: Feed, data: bytes, first: int, last: int) -> list[tuple[int, str]] | None:
    """Lines of a text file by their numbers; None if a document is laid out otherwise."""
    try:
        text = files.opened(feed, data)
    except Refused:
        return None
    form = files.layout(feed)
    try:
        records, begins = form.body(feed, text)
    except Irregular:
        if feed.format in ("json", "xml"):
            return None
        records, begins = text, 1
    head = text.split(b"\n", begins - 1)[: begins - 1] if feed.format not in ("json", "xml") else []
    pieces = [
        *enumerate(head, start=1),
        *enumerate(records.rstrip(b"\n").split(b"\n"), start=begins),
    ]
    shown = [(n, piece) for n, piece in pieces if first <= n <= last]
    return [(n, piece.rstrip(b"\r").decode(feed.encoding, "replace")) for n, piece in shown]


def _as_read(world: World, one: Delivered, first: int, last: int) -> list[tuple[int, str]]:
    """Rows of a file as they were read."""
    names = one.feed.column_names
    columns = ", ".join(f'"{name}"' for name in names)
    found = world.rows(
        f"SELECT line, {columns} FROM landing.{one.feed.name} WHERE file = ? AND line BETWEEN ? AND ? "
        "ORDER BY line",
        one.file,
        first,
        last,
    )
    return [
        (row["line"], " · ".join(f"{name}: {row[name]}" for name in names if row[name] is not None))
        for row in found
    ]
