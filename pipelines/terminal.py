"""What people see in the terminal: progress bars, tables and trees, all through rich."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from schemas.progress import Progress

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 118  # columns where there is no terminal to ask


def wide_console() -> Console:
    """The terminal; where there is none, as in a file or a pipe, wide enough for a whole row."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


@contextlib.contextmanager
def progress_bar(title: str, show: bool = True) -> Iterator[Progress]:
    """A progress bar on standard error for the length of a block.

    Args:
        title: what is being done.
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
    text = json.dumps(node, ensure_ascii=False, indent=2, default=str)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(node, indent=2, default=str)
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
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> counted(1, "entry", "entries"), counted(1200, "holder")
    ('1 entry', '1,200 holders')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


MOST = 8  # items of a list printed; the rest are counted
SHORT = 12  # characters of an id printed: enough to give it to `islands trace`
WHOLE_ID = re.compile(r"\b[0-9a-f]{32}\b")


def print_tree(node: dict[str, Any], title: str = "") -> None:
    """A nested result as a tree: scalars on the branch, lists and dictionaries below it.

    Ids are cut to their first characters and long lists to their first items; JSON has them whole.
    """
    from rich.text import Text
    from rich.tree import Tree

    def label(item: dict[str, Any]) -> Text:
        text = Text()
        for key, value in _said(item):
            text.append("  " if text else "")
            if key:
                text.append(f"{key} ", style="dim")
            text.append(WHOLE_ID.sub(lambda found: found[0][:SHORT], value))
        return text

    def grow(tree: Tree, item: dict[str, Any]) -> None:
        for key, value in item.items():
            if isinstance(value, list) and value:
                branch = tree.add(Text.assemble((key, "bold"), f" ({len(value)})"))
                for child in value[:MOST]:
                    if isinstance(child, dict):
                        grow(branch.add(label(child) or Text("·")), child)
                    else:
                        branch.add(Text(str(child)))
                if len(value) > MOST:
                    branch.add(Text(f"… and {len(value) - MOST} more", style="dim"))
            elif isinstance(value, dict) and value:
                grow(tree.add(Text.assemble((key, "bold"), "  ", label(value))), value)

    tree = Tree(Text(title) if title else label(node))
    grow(tree, node)
    wide_console().print(tree)


def _said(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What one branch says, as pairs of key and value; no key where the value says it all.

    A name stands before the id it belongs to, a period is one value, and a place in a file another.
    """
    names = {"subject_id": "name", "a_id": "a_name", "b_id": "b_name"}
    hidden = {names[key] for key in names if key in item}
    if "link_names" in item:
        hidden.add("link_path")
    if "file" in item and "line" in item:
        yield "", f"{item['file']} line {item['line']}"
        yield "delivered", str(item.get("delivery"))
        hidden |= {"file", "line", "delivery", "feed", "record_id"}
    for key, value in item.items():
        if key in hidden or isinstance(value, (dict, list)) or value in (None, ""):
            continue
        if key == "kind":
            yield "", str(value)
        elif key in names:
            called = item.get(names[key])
            yield key.removesuffix("_id"), f"{called} {value}" if called else str(value)
        elif key == "from_day":
            yield "", f"{value} to {item.get('to_day') or 'still'}"
        elif key != "to_day" or "from_day" not in item:
            yield key, str(value)
