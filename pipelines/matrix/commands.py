"""`islands matrix`: which gate catches which fault."""

import os
import sys
from pathlib import Path
from typing import Annotated

from typer import Option

from pipelines.options import (
    HOME,
    MOST_FAULTS,
    MOST_WORKERS,
    DaysOption,
    DirtOption,
    HomeOption,
    JsonOption,
    SeedOption,
    SizeOption,
    WorkersOption,
    parts_of,
    see_one_of,
    see_within,
    see_writable,
)
from pipelines.terminal import print_json, progress_bar, wide_console


def matrix(
    home: HomeOption = HOME,
    n: Annotated[
        int | None, Option(help="Random faults of each kind.", show_default="20; 5 with --gate")
    ] = None,
    faults: Annotated[str, Option(help="Kinds, joined by commas; by default all.")] = "",
    gates: Annotated[str, Option(help="Gates, joined by commas; see `islands gates`.")] = "",
    gate: Annotated[
        list[Path] | None,
        Option(
            metavar="FILE",
            help="A gate of your own, in SQL or as an expectation in Python; judged alone.",
        ),
    ] = None,
    worlds: Annotated[
        int | None, Option(help="How many worlds they happen in.", show_default="2; 1 with --gate")
    ] = None,
    seed: SeedOption = 1,
    size: SizeOption = "tiny",
    days: DaysOption = 365,
    dirt: DirtOption = "1",
    out: Annotated[
        Path | None, Option(help="Folder for worlds and tables; by default HOME/matrix.")
    ] = None,
    workers: WorkersOption = None,
    pairs: Annotated[
        bool | None,
        Option(
            help="Look for two worlds with the same files, of what is not caught.",
            show_default="yes; no with --gate",
        ),
    ] = None,
    as_json: JsonOption = False,
    html: Annotated[Path | None, Option(help="Write a page, which works offline.")] = None,
) -> None:
    """Which gate catches which fault: how surely, how late, and at what price in false alarms."""
    from pipelines.matrix.page import write_page
    from pipelines.matrix.plan import Plan
    from pipelines.matrix.report import print_matrix
    from pipelines.matrix.running import run
    from pipelines.matrix.summary import summarise, write_tables
    from pipelines.run import dirt_value
    from sources.deliver import see_world
    from sources.world import SIZES

    see_one_of(size, list(SIZES), "--size")
    see_within(n, MOST_FAULTS, "--n")
    see_within(worlds, MOST_FAULTS, "--worlds")
    see_within(workers, MOST_WORKERS, "--workers")
    see_world(size, days, dirt_value(dirt))
    if html:
        see_writable(html)
    said = {
        "n": n,
        "worlds": worlds,
        "pairs": pairs,
        "faults": parts_of(faults),
        "gates": parts_of(gates),
        "size": size,
        "days": days,
        "dirt": dirt_value(dirt),
        "seed": seed,
    }
    asked = {name: value for name, value in said.items() if value is not None}
    plan = Plan.of_own(gate, **asked) if gate else Plan(**asked)
    folder = out or home / "matrix"
    with progress_bar("matrix", show=not as_json) as tell:
        tables = run(plan, folder, workers or os.cpu_count() or 1, tell)
    summary = summarise(plan, tables)
    written = write_tables(summary, tables, folder, sys.argv[1:])
    if html:
        write_page(summary, tables, folder, html)
    if as_json:
        print_json(summary.json() | {"tables": {k: str(v) for k, v in written.items()}})
    else:
        print_matrix(summary, wide_console())
        print(f"The tables are in {folder}" + (f"; the page is {html}." if html else "."))
