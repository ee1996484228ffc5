"""The block of a page that a benchmark writes: between `<!-- NAME -->` and `<!-- /NAME -->`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

Row = list[str]


def with_block(page: str, name: str, text: str) -> str:
    """A page with another text in one of its blocks, and all else as it was.

    >>> with_block("a\\n<!-- x -->\\nold\\n<!-- /x -->\\nb", "x", "new\\n")
    'a\\n<!-- x -->\\nnew\\n<!-- /x -->\\nb'

    Args:
        name: of the block.
        text: what is to stand in it; it ends with the end of a line.

    Raises:
        ValueError: if the page has not just one such block.
    """
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    page, found = block.subn(lambda m: m[1] + text + m[2], page)
    if found != 1:
        raise ValueError(f"The page has {found} blocks {name}, not one.")
    return page


def write_block(path: Path, name: str, text: str) -> None:
    """Put a text into a block of a page; see `with_block`."""
    page = with_block(path.read_text(encoding="utf-8"), name, text)
    path.write_text(page, encoding="utf-8", newline="\n")


def table(head: Row, rows: Iterable[Row]) -> str:
    """A table in Markdown, all columns but the first to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in lines)
