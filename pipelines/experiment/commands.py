"""`islands experiment`: random faults by the thousand, under every policy asked for."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from pipelines.home import Home
from pipelines.options import (
    HOME,
    MOST_FAULTS,
    MOST_WORKERS,
    DaysOption,
    DirtOption,
    HomeOption,
    JsonOption,
    LinksOption,
    SeedOption,
    SizeOption,
    WorkersOption,
    is_said,
    option_of,
    parts_of,
    policy_of,
    see_one_of,
    see_within,
)
from pipelines.terminal import print_json, progress_bar, wide_console


def experiment(
    context: typer.Context,
    home: HomeOption = HOME,
    out: Annotated[
        Path | None,
        Option(
            help="Folder for worlds, tables and the page; by default HOME/experiment, HOME/places with --by."
        ),
    ] = None,
    faults: Annotated[str, Option(help="Kinds of fault, joined by commas.")] = "",
    by: Annotated[
        str | None,
        Option(help="place: so many faults (--n) in every feed, on every edge, at every holder."),
    ] = None,
    n: Annotated[int, Option(help="How many faults in all.")] = 100,
    worlds: Annotated[int, Option(help="How many worlds they happen in.")] = 2,
    seed: SeedOption = 1,
    size: SizeOption = "tiny",
    days: DaysOption = 365,
    dirt: DirtOption = "1",
    correct_after: Annotated[
        str | None, Option(help="Days, joined by commas; each an arm.")
    ] = None,
    remedy: Annotated[
        str | None, Option(help="Remedies, joined by commas; each an arm. See replay.")
    ] = None,
    policy: Annotated[
        list[str] | None, Option(help="NAME=V1,V2,...; every combination an arm.")
    ] = None,
    links: LinksOption = None,
    join: Annotated[str, Option(help="Levels, joined by commas; each an arm.")] = "full",
    frame: Annotated[str, Option(help="Faults are uniform by feed, record or subject.")] = "feed",
    scope: Annotated[str | None, Option(help="source or once.")] = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow random faults by the thousand, under every policy asked for; stop and go on at will."""
    from pipelines.exchange.network import JOINS
    from pipelines.experiment.design import Design
    from pipelines.experiment.needs import needs
    from pipelines.experiment.page import write_page
    from pipelines.experiment.report import print_summary
    from pipelines.experiment.running import run
    from pipelines.experiment.summary import summarise
    from pipelines.run import dirt_value, without
    from sources.deliver import MOST_DAYS, see_world
    from sources.faults.base import SCOPES
    from sources.world import SIZES

    see_one_of(size, list(SIZES), "--size")
    see_one_of(scope, SCOPES, "--scope")
    try:
        after = [int(part) for part in parts_of(correct_after)]
    except ValueError:
        raise ValueError(f"--correct-after takes numbers of days, not {correct_after!r}.") from None
    for number in after:
        see_within(number, MOST_DAYS, "--correct-after", "numbers of days")
    see_within(n, MOST_FAULTS, "--n")
    see_within(worlds, MOST_FAULTS, "--worlds")
    see_within(workers, MOST_WORKERS, "--workers")
    see_world(size, days, dirt_value(dirt))
    see_one_of(by, ("place",), "--by")
    processes = workers or os.cpu_count() or 1
    out = out or home / ("places" if by else "experiment")
    if by:
        arms = ("faults", "worlds", "correct_after", "remedy", "frame", "scope")
        if given := [option_of(name) for name in arms if is_said(context, name)]:
            raise ValueError(
                "--by place takes every kind that fits a place, in one world, and corrects nothing; "
                f"leave out {', '.join(given)}."
            )
        see_one_of(join, JOINS, "--join")
        world = {"size": size, "seed": seed, "days": days, "dirt": dirt_value(dirt)}
        _by_place(out, world, n, join, policy_of(policy, links), processes, as_json)
        return
    design = Design(
        faults=parts_of(faults),
        n=n,
        worlds=worlds,
        seed=seed,
        correct_after=tuple(after),
        remedies=parts_of(remedy),
        policies={name: values.split(",") for name, values in policy_of(policy, links).items()},
        joins=parts_of(join),
        size=size,
        days=days,
        dirt=dirt_value(dirt),
        frame=frame,
        scope=scope,
    )
    design.check()
    print(needs(design, out, processes).sentence(out), file=sys.stderr)
    with progress_bar("following", show=not as_json) as tell:
        tables = run(design, out, processes, tell, without("--workers", sys.argv[1:]))
    summary = summarise(out)
    page = out / "experiment.html"
    write_page(summary, out, page)
    if as_json:
        print_json(summary.json() | {"tables": {k: str(v) for k, v in tables.items()}})
    else:
        print_summary(summary, wide_console())
        print(f"Tables, codebook, figures and manifest are in {out}; the page is {page}.")


def _by_place(
    out: Path,
    world: dict[str, Any],
    n: int,
    join: str,
    policy: dict[str, str],
    processes: int,
    as_json: bool,
) -> None:
    """The experiment of every place, in a world of its own."""
    from pipelines.experiment.needs import needs_of_places
    from pipelines.experiment.places import by_place, places_of, write_places
    from pipelines.experiment.report import print_places
    from pipelines.run import make_home, without

    command = without("--workers", sys.argv[1:])
    home = make_home(Home(out / "world"), **world, command=command)
    there = places_of(home, join, policy or None)
    print(needs_of_places(n * len(there), world["size"], processes).sentence(out), file=sys.stderr)
    with progress_bar("following", show=not as_json) as tell:
        found = by_place(home, there, n, world["seed"], join, policy or None, processes, tell)
    said = {"n": n, "seed": world["seed"], "size": world["size"], "join": join, "policy": policy}
    table = write_places(found, out, home, command, said)
    if as_json:
        places = [one.json() for one in found]
        print_json({"synthetic": True} | said | {"table": str(table), "places": places})
    else:
        print_places(found, wide_console())
        print(f"The table and its manifest are in {out}.")
