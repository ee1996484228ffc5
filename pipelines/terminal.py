"""What people see in the terminal: progress bars, tables and trees, all through rich."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

Progress = Callable[[str, int, int], None]


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
    """One JSON document on standard output, Chinese left readable."""
    print(json.dumps(node, ensure_ascii=False, indent=2, default=str))


def print_table(title: str, rows: list[dict[str, Any]], columns: list[str] | None = None) -> None:
    """Rows as a table; with no rows, a line that says so."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not rows:
        console.print(f"{title}: none")
        return
    columns = columns or list(rows[0])
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if row.get(c) is None else str(row[c]) for c in columns))
    console.print(table)


def print_tree(node: dict[str, Any], title: str = "") -> None:
    """A nested result as a tree: scalars on the branch, lists and dictionaries below it."""
    from rich.console import Console
    from rich.tree import Tree

    def label(item: dict[str, Any]) -> str:
        return "  ".join(
            f"[dim]{k}[/dim] {v}"
            for k, v in item.items()
            if not isinstance(v, (dict, list)) and v is not None
        )

    def grow(tree: Tree, item: dict[str, Any]) -> None:
        for key, value in item.items():
            if isinstance(value, list) and value:
                branch = tree.add(f"[bold]{key}[/bold] ({len(value)})")
                for child in value:
                    if isinstance(child, dict):
                        grow(branch.add(label(child) or "·"), child)
                    else:
                        branch.add(str(child))
            elif isinstance(value, dict) and value:
                branch = tree.add(f"[bold]{key}[/bold]  {label(value)}")
                grow(branch, value)

    tree = Tree(title or label(node))
    grow(tree, node)
    Console().print(tree)
