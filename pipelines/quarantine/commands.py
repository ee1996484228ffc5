"""`islands quarantine`: what is kept aside, and what somebody decides of it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from pipelines.home import Home
from pipelines.in_force import opened
from pipelines.options import HOME, HomeOption, JsonOption, see_one_of
from pipelines.terminal import print_json

quarantine = typer.Typer(
    no_args_is_help=True,
    help=(
        "Rows kept aside and deliveries held: look at them, correct, release or discard them. Files stay "
        "as they are; each step is logged, and the next `islands build` heeds it."
    ),
)

RowArgument = Annotated[
    str,
    Argument(
        metavar="ROW",
        help="FEED:DELIVERY:LINE, the start of a record_id, or FEED:DELIVERY for a delivery held.",
    ),
]
RowsArgument = Annotated[
    str | None, Argument(metavar="[ROW]", help="See show; or --feed, --rule or both for many.")
]
FeedOption = Annotated[str | None, Option("--feed", help="Those of one feed.")]
RuleOption = Annotated[str | None, Option("--rule", help="Those kept aside for one expectation.")]
WhoOption = Annotated[str, Option("--who", help="Who decides it, for the log.")]
WhyOption = Annotated[str, Option("--why", help="Why, for the log.")]


@quarantine.command("list")
def quarantine_list(
    feed: FeedOption = None,
    rule: RuleOption = None,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:
    """Rows kept aside in the database in force, by feed and rule, with what would be right."""
    from pipelines.landing.decisions import LOG, courses, read_log
    from pipelines.printed import print_quarantine
    from pipelines.quarantine.rows import listed
    from schemas.contract import feeds

    see_one_of(feed, list(feeds()), "--feed")
    with opened(Home(home)) as engine:
        found = listed(engine, courses(read_log(home / LOG)), feed, rule)
    print_json(found) if as_json else print_quarantine(found)


@quarantine.command("show")
def quarantine_show(row: RowArgument, home: HomeOption = HOME, as_json: JsonOption = False) -> None:
    """A whole row: what each column says and should be, every verdict, and what is logged of it."""
    from pipelines.landing.decisions import LOG, courses, read_log
    from pipelines.printed import print_row
    from pipelines.quarantine.rows import shown

    with opened(Home(home)) as engine:
        found = shown(engine, row, courses(read_log(home / LOG)))
    print_json(found) if as_json else print_row(found)


@quarantine.command()
def correct(
    who: WhoOption,
    why: WhyOption,
    sets: Annotated[
        list[str], Option("--set", help="COL=VALUE: what the row is to say; COL= for nothing.")
    ],
    row: RowsArgument = None,
    feed: FeedOption = None,
    rule: RuleOption = None,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:
    """Say what a row is to be read as from the next build on. Its file is not touched."""
    values: dict[str, str | None] = {}
    for pair in sets:
        column, sign, value = pair.partition("=")
        if not sign or not column:
            raise ValueError(f"--set takes COL=VALUE, not {pair!r}.")
        if column in values:
            raise ValueError(f"--set {column} is given twice; give it once.")
        values[column] = value or None
    step = ("correct", who, why)
    _decide(home, as_json, *step, row=row, feed=feed, rule=rule, values=values)


def _step(what: str, said: str) -> None:
    """A command for a step that says nothing of the row but what is to become of it."""

    @quarantine.command(what, help=said)
    def step(
        who: WhoOption,
        why: WhyOption,
        row: RowsArgument = None,
        feed: FeedOption = None,
        rule: RuleOption = None,
        home: HomeOption = HOME,
        as_json: JsonOption = False,
    ) -> None:
        _decide(home, as_json, what, who, why, row=row, feed=feed, rule=rule)


_step(
    "release",
    "Let a row, or a delivery held, into the next build: as it is, or as it was corrected.",
)
_step("discard", "Keep a row out for good and take it off the list of open ones.")


def _decide(home: Path, as_json: bool, *step: str, feed: str | None, **more: Any) -> None:
    """Take a step in quarantine and say what follows."""
    from pipelines.printed import print_steps
    from pipelines.quarantine.steps import decide
    from schemas.contract import feeds

    see_one_of(feed, list(feeds()), "--feed")
    told = decide(Home(home), *step, feed=feed, **more)
    print_json(told) if as_json else print_steps(told)
