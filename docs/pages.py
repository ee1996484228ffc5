"""What the pages say that a program can check: commands, queries with their rows, and filled blocks.

In a page, a fence of `sql` is a query on the story world, a fence of `sh` holds commands, and those of
`python` are one session. If a fence of `text` follows one at once, it holds what comes out of it. A fence
with a title, whatever it is of, is a file of that name. Between `<!-- begin NAME -->` and
`<!-- end NAME -->` stands a block that a program writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

KINDS = ("sql", "sh", "python")
FENCE = re.compile(
    r'^```(?P<kind>\w+)(?: title="(?P<file>[^"]+)")?\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL
)
BLOCK = re.compile(
    r"(?P<open><!-- begin (?P<name>[\w-]+) -->\n)(?P<body>.*?)(?P<close><!-- end (?P=name) -->)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Example:
    """A fence with something to run, and the fence with what comes out, if the page shows it.

    Attributes:
        kind: one of `KINDS`.
        body: what is in it.
        shown: span of the text that shows the outcome; None if the page shows none.
        file: name of the file that it is; None: it is to be run.
    """

    kind: str
    body: str
    shown: tuple[int, int] | None
    file: str | None = None

    def commands(self) -> list[str]:
        """Command lines, those continued by a backslash joined, comments and blank lines left out."""
        joined = self.body.replace("\\\n", " ")
        lines = [line.strip() for line in joined.splitlines()]
        return [line for line in lines if line and not line.startswith("#")]


def examples(page: str) -> Iterator[Example]:
    """The examples of a page, in order."""
    fences = list(FENCE.finditer(page))
    for n, fence in enumerate(fences):
        if fence["file"]:
            yield Example(fence["kind"], fence["body"], None, fence["file"])
        if fence["file"] or fence["kind"] not in KINDS:
            continue
        after = fences[n + 1] if n + 1 < len(fences) else None
        follows = after is not None and after["kind"] == "text"
        touches = follows and not page[fence.end() : after.start()].strip()
        yield Example(fence["kind"], fence["body"], after.span("body") if touches else None)


def with_outcomes(page: str, outcome: Callable[[Example], str], every: bool = False) -> str:
    """The page with every outcome it shows written anew; Python is run even where none is shown.

    Args:
        every: whether all is run, also what shows no outcome.
    """
    asked = [e for e in examples(page) if every or e.shown or e.kind == "python"]
    told = [(e.shown, outcome(e)) for e in asked]  # in order: Python goes on from what was before
    for shown, text in reversed(told):
        if shown:
            page = page[: shown[0]] + text.rstrip("\n") + "\n" + page[shown[1] :]
    return page


def block_names(page: str) -> list[str]:
    """Names of the filled blocks of a page."""
    return [found["name"] for found in BLOCK.finditer(page)]


def with_blocks(page: str, blocks: Mapping[str, str]) -> str:
    """The page with its filled blocks written anew.

    Raises:
        KeyError: if the page has a block nobody writes.
    """
    return BLOCK.sub(lambda m: m["open"] + blocks[m["name"]].rstrip("\n") + "\n" + m["close"], page)
