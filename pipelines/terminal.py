"""What people see in the terminal: progress bars and tables, both through rich."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.json_text import json_text
from schemas.progress import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH = 118  # columns where there is no terminal to ask
SHORTEST = 12  # characters of a word that is not broken even where there is little room


def wide_console(width: int = WIDTH) -> Console:
    """The terminal; where there is none, as in a file or a pipe, so many columns."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=width)


def plain_table() -> Table:
    """A table without lines, its columns two blanks apart."""
    from rich.table import Table

    return Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))


def narrowest(columns: Sequence[Sequence[str]], room: int | None = None) -> list[int]:
    """How narrow each column may become: as its longest word, since a broken one is hard to read.

    A value with no blank in it that is not ASCII, such as a sentence in Chinese, may be broken.

    Args:
        columns: what stands in each.
        room: places for all of them; if these are too few the longest give way, down to `SHORTEST`.

    >>> narrowest([["a court_dishonest"], ["2024-01-01"]]), narrowest([["a court_dishonest"], ["b"]], 14)
    ([15, 10], [13, 1])
    """
    found = [
        max((len(word) for text in column for word in text.split() if word.isascii()), default=0)
        for column in columns
    ]
    return found if room is None else shrunk(found, [SHORTEST] * len(found), room)


def shrunk(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Widths made to fit: the widest gives way, the first of several, and none beyond its least.

    >>> shrunk([15, 10, 3], [12, 12, 12], 24), shrunk([9, 9], [2, 8], 12)
    ([12, 10, 3], [4, 8])
    """
    found = list(widths)
    while sum(found) > room and (loose := [n for n, one in enumerate(found) if one > least[n]]):
        found[max(loose, key=lambda n: found[n])] -= 1
    return found


@contextlib.contextmanager
def progress_bar(title: str, show: bool = True) -> Iterator[Progress]:
    """A progress bar on standard error for the length of a block.

    Args:
        show: False where a machine reads the output.

    Yields:
        A function of a label, steps done and steps in all.
    """
    if not show or not sys.stderr.isatty():
        yield lambda label, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[label]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(title, total=None, label="")

        def tell(label: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, label=label)

        yield tell


def print_json(node: object) -> None:
    """One JSON document on standard output, Chinese left readable where the output can hold it."""
    text = json_text(node)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json_text(node, ensure_ascii=True)
    print(text)


def print_table(title: str, rows: list[dict[str, Any]], columns: list[str] | None = None) -> None:
    """Rows as a table; with no rows, a line that says so.

    Where a table would break words, it goes without lines; where that does not do, a row is a paragraph.
    """
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = wide_console()
    if not rows:
        console.print(f"{title}: none")
        return
    columns = columns or list(rows[0])
    cells = [[_cell(row.get(c)) for c in columns] for row in rows]
    # The first column is what one types or pastes into the next command.
    first = max(map(len, (columns[0], *(row[0] for row in cells))))
    widths = [first, *narrowest(list(zip(columns, *cells, strict=True))[1:])]
    if console.width >= sum(widths) + 3 * len(columns) + 1:
        table = Table()
    elif console.width >= sum(widths) + 2 * len(columns):
        table = plain_table()
    else:
        console.print(title, style="italic")
        for head, *told in cells:
            console.print(Text(head, style="bold"))
            pairs = (f"{n}:\u00a0{said}" for n, said in zip(columns[1:], told, strict=True) if said)
            console.print(Padding(Text("   ".join(pairs)), (0, 0, 0, 2)))
        return
    table.title, table.title_justify, table.header_style = title, "left", "bold"
    for column, width in zip(columns, widths, strict=True):
        table.add_column(column, overflow="fold", min_width=width, no_wrap=column == columns[0])
    for row in cells:
        table.add_row(*row)
    console.print(table)


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return visible(", ".join(map(str, value)))
    return "" if value is None else visible(str(value))


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    """A text of somebody else's, with characters that would steer the terminal written out.

    >>> print(visible("a" + chr(27) + "[31m"))
    a\\x1b[31m
    """
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> counted(1, "entry", "entries"), counted(1200, "holder")
    ('1 entry', '1,200 holders')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
