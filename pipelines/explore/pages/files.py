"""A delivered file as it stands, around one line."""

from typing import Any

from pipelines.explore.as_it_stands import delivered, lines_around
from pipelines.explore.asked import Asked, RequestError
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Page

MOST_LINE = 100_000_000


def look(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """The lines around one, each with the record that was read from it."""
    file = asked.text("file")
    if file is None:
        raise RequestError("Say which file: `file=FEED/NAME`.")
    one = delivered(laboratory, file)
    line = asked.number("line", 1, MOST_LINE) or 1
    shown = lines_around(laboratory, one, line)
    numbers = [row["line"] for row in shown] or [line]
    records = laboratory.rows(
        f"SELECT line, record_id FROM landing.{one.feed.name} WHERE file = ? "
        "AND line BETWEEN ? AND ? ORDER BY line",
        one.file,
        min(numbers),
        max(numbers),
    )
    ids = {row["line"]: row["record_id"] for row in records}
    unreadable = laboratory.rows(
        "SELECT line, records, reason, raw FROM quality.unreadable WHERE file = ? ORDER BY line LIMIT 20",
        one.file,
    )
    return {
        "title": one.file,
        "file": one.file,
        "feed": one.feed.name,
        "feed_zh": one.feed.title_zh,
        "format": one.feed.format,
        "encoding": one.feed.encoding,
        "published": one.published,
        "rows": one.rows,
        "line": line,
        "lines": [row | {"record_id": ids.get(row["line"])} for row in shown],
        "unreadable": unreadable,
    }


PAGES = (Page("/files", "files.html", look, takes=("file", "line")),)
