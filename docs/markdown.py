"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def rows(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A table: a heading and its rows; what stands for nothing is left empty."""
    out = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    out += ["| " + " | ".join(map(cell, line)) + " |" for line in lines]
    return "\n".join(out)


def cell(value: object) -> str:
    """A value as it may stand in a table."""
    text = "" if value is None else str(value)
    return " ".join(text.split()).replace("|", "\\|")


def code(value: object) -> str:
    """A value as code, or nothing."""
    return f"`{value}`" if value not in (None, "") else ""
