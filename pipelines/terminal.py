"""What people see in the terminal: progress bars and tables, both through rich."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pipelines.json_text import json_text
from schemas.progress import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH = 118  # columns where there is no terminal to ask


def wide_console(width: int = WIDTH) -> Console:
    """The terminal; where there is none, as in a file or a pipe, so many columns."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=width)


def plain_table() -> Table:
    """A table without lines, its columns two blanks apart."""
    from rich.table import Table

    return Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))


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
    """Rows as a table; with no rows, a line that says so."""
    from rich.table import Table

    console = wide_console()
    if not rows:
        console.print(f"{title}: none")
        return
    columns = columns or list(rows[0])
    table = Table(title=title, title_justify="left", header_style="bold")
    for n, column in enumerate(columns):
        # The first column is what one types or pastes into the next command.
        table.add_column(column, overflow="fold", no_wrap=n == 0)
    for row in rows:
        table.add_row(*(_cell(row.get(c)) for c in columns))
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
