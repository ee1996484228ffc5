"""The commands that list what there is: `islands sources`, `lists`, `edges`, `faults`, `gates`, `models`."""

from typing import Annotated

from typer import Option

from pipelines import listing
from pipelines.options import (
    JoinOption,
    JsonOption,
    see_one_of,
)
from pipelines.terminal import print_json, print_table
from schemas.holders import introduced


def sources(as_json: JsonOption = False) -> None:
    """The islands, their feeds, and who they are."""
    rows = listing.sources()
    if as_json:
        print_json(rows)
        return
    shown = ["feed", "title_zh", "format", "mode", "every_days", "identifier", "sharing", "tier"]
    print_table("Islands and feeds", rows, shown)
    islands = list({row["island"]: row for row in rows}.values())
    print_table("Who they are", islands, ["island", "title_en", "publisher", "sentence"])


def lists(as_json: JsonOption = False) -> None:
    """The lists, their owners, and how many ways each can travel."""
    rows = listing.lists()
    if as_json:
        print_json(rows)
        return
    shown = ["list", "title_en", "owner", "polarity", "sharing", "tier", "holders", "paths"]
    print_table("Lists", [row | {"owner": introduced(row["owner"])} for row in rows], shown)


def edges(
    join: JoinOption = "full",
    as_json: JsonOption = False,
) -> None:
    """The edges over which holders hand lists on, what receivers make of them, and who they are."""
    from pipelines.exchange.network import JOINS

    see_one_of(join, JOINS, "--join")
    rows = listing.edges(join)
    if as_json:
        print_json(rows)
        return
    shown = ["edge", "lists", "every", "offset", "lag", "mode", "match", "join", "tier"]
    print_table("Edges; days from day 0 on", rows, shown)
    made = ["list", "by", "from_lists", "min_severity", "term_days", "join", "tier"]
    title = "Adoptions: entries that a holder makes of its own, for a term of its own"
    print_table(title, listing.adoptions(join), made)
    print_table("Who they are", listing.who_is_who())


def faults(as_json: JsonOption = False) -> None:
    """The kinds of fault a record, a delivery, an edge or a holder can suffer, and where."""
    rows = listing.faults()
    if as_json:
        print_json(rows)
        return
    shown = ["fault", "group", "level", "mechanism", "intent", "places"]
    title = (
        "Faults; --json tells of each what goes wrong, how it is put right and where it can happen"
    )
    print_table(title, listing.faults_in_short(rows), shown)


def gates(
    table: Annotated[
        str | None, Option(metavar="NAME", help="Of one table, as landing.court.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What is expected of each table, what follows for what does not meet it, and who is told."""
    rows = listing.gates()
    see_one_of(table, list(dict.fromkeys(row["table"] for row in rows)), "--table")
    rows = [row for row in rows if table in (None, row["table"])]
    if as_json:
        print_json(rows)
    else:
        title = "Gates; --json tells each table and column, and --table those of one"
        print_table(title, listing.gates_in_short(rows))


def models(
    sql: Annotated[str | None, Option(metavar="NAME", help="Print the SQL of one model.")] = None,
    join: JoinOption = "full",
    engine: Annotated[str, Option(help="In whose dialect: duckdb or spark.")] = "duckdb",
    tier: Annotated[str, Option(help="story, core or whole.")] = "core",
    as_json: JsonOption = False,
) -> None:
    """The models in the order they run, or the SQL of one."""
    from pipelines.exchange.network import JOINS
    from schemas.contract import TIERS

    see_one_of(join, JOINS, "--join")
    see_one_of(tier, TIERS, "--tier")
    see_one_of(engine, ("duckdb", "spark"), "--engine")
    if sql is None:
        rows = listing.models(tier, join)
        print_json(rows) if as_json else print_table("Models, in order", rows)
        return
    model = listing.model(sql, tier, join, engine)
    if as_json:
        print_json(model)
    else:
        print("\n".join(f"-- {line}" for line in model["comment"].splitlines()))
        print(model["sql"])
