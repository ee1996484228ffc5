"""The command `islands`. Each command imports what it needs when it runs, so that `--help` is quick."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer import Argument, Option

from pipelines.ask.commands import ask
from pipelines.engine.spark_settings import SparkSettings, spark_settings
from pipelines.experiment.commands import experiment
from pipelines.explore.commands import explore
from pipelines.home import Home
from pipelines.in_force import opened, see_database
from pipelines.lab.commands import grade, lab
from pipelines.listing.commands import edges, faults, gates, lists, models, sources
from pipelines.matrix.commands import matrix
from pipelines.options import (
    FAULTY,
    HOME,
    DaysOption,
    DirtOption,
    EngineOption,
    HomeOption,
    JoinOption,
    JsonOption,
    LinksOption,
    MasterOption,
    ReplayOption,
    SeedOption,
    SizeOption,
    SparkConfFileOption,
    SparkConfOption,
    StateOption,
    TablesOption,
    note,
    policy_of,
    see_one_of,
    see_state,
    see_within,
    see_writable,
)
from pipelines.places import Place, place
from pipelines.quarantine.commands import quarantine
from pipelines.surroundings import never_fail_to_print, nobody_reads, see_text, start_in_utf8
from pipelines.terminal import print_json, print_table, progress_bar
from pipelines.trouble import CLOSED, told
from schemas.ended import STOPPED
from schemas.notice import NOTICE

app = typer.Typer(
    name="islands",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=(
        "When data islands are joined, what does one bad record do? Synthetic agencies publish feeds; "
        "they are merged, checked and turned into lists that copy each other. Change one record and "
        "see every list, agency and person it reaches, and what stays wrong after the source has "
        "corrected it. All data is synthetic."
    ),
)


# The commands of the one path everyone walks come first.


@app.command()
def demo(home: HomeOption = HOME, seed: SeedOption = 1) -> None:
    """The whole story: the story world's replay, then the demo world and one fault followed there."""
    from pipelines.demo import run_demo

    run_demo(home, seed)


@app.command()
def build(
    home: HomeOption = HOME,
    landing: Annotated[
        Any,
        Option(
            parser=place,
            metavar="<path or address>",
            help="Delivered files; by default HOME/landing.",
        ),
    ] = None,
    join: JoinOption = "full",
    engine: EngineOption = "duckdb",
    policy: Annotated[
        list[str] | None, Option(help="Vary the run: court-bank.every=1, corrections=pushed.")
    ] = None,
    links: LinksOption = None,
    master: MasterOption = None,
    spark_conf: SparkConfOption = None,
    spark_conf_file: SparkConfFileOption = None,
    tables: TablesOption = None,
    parquet_only: Annotated[
        bool,
        Option(
            "--parquet-only",
            help="Of Spark: leave its tables as they are, and take them into no database. Replays, "
            "pages and questions then have nothing new to look at.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Land delivered files, judge them, and build every stage into one database."""
    from pipelines.exchange.network import JOINS
    from pipelines.run import build_home

    see_one_of(join, JOINS, "--join")
    spark = spark_asked(engine, master, spark_conf, spark_conf_file, parquet_only, tables)
    with progress_bar("building", show=not as_json) as tell:
        done = build_home(
            Home(home),
            landing=landing,
            join=join,
            engine=engine,
            policy=policy_of(policy, links),
            announced=True,
            progress=tell,
            command=sys.argv[1:],
            spark=spark,
            tables=tables,
            parquet_only=parquet_only,
        )
    if as_json:
        print_json(done)
        return
    print(f"Built {done['database']} ({done['join']}): {done['tables']} tables.")
    if done["taken_into"]:
        print(f"Taken into {done['taken_into']}, for replays, pages and questions.")
    for line in done["summary"]:
        print(f"  {line}")
    for line in done.get("gates", ()):
        print(line)


@app.command()
def replay(
    home: HomeOption = HOME,
    fault: Annotated[str | None, Option(help="Kind of fault; see `islands faults`.")] = None,
    seed: Annotated[
        int | None, Option(help="Everything random comes from it.", show_default="1")
    ] = None,
    feed: Annotated[str | None, Option(help="Feed of the record to edit.")] = None,
    record: Annotated[str | None, Option(help="record_id, or the start of one.")] = None,
    delivery: Annotated[
        str | None,
        Option("--delivery", "--day", help="First delivery that is wrong, or day of a mishap."),
    ] = None,
    holder: Annotated[str | None, Option(help="Of a mishap: at which holder.")] = None,
    sender: Annotated[
        str | None, Option(help="Of a mishap: on the edge from which holder.")
    ] = None,
    list_name: Annotated[str | None, Option("--list", help="Of a mishap: in which list.")] = None,
    entry: Annotated[
        str | None,
        Option(
            help="Of a mishap: entry_id or entry_version, or the start of one, as trace prints it."
        ),
    ] = None,
    subject: Annotated[
        str | None, Option(help="Of a mishap: subject_id of whom it strikes.")
    ] = None,
    other: Annotated[
        str | None, Option(help="Of a mishap: subject_id of whom it is taken for.")
    ] = None,
    backup: Annotated[
        str | None, Option(help="Of a mishap: day on which the backup was made.")
    ] = None,
    sets: Annotated[
        list[str] | None, Option("--set", help="COL=VALUE: what the record says instead.")
    ] = None,
    scenario: Annotated[Path | None, Option(help="A saved replay.")] = None,
    scope: Annotated[
        str | None, Option(help="source: wrong until corrected; once: in one delivery only.")
    ] = None,
    correct_after: Annotated[
        int | None, Option(help="Days until the source, or the holder of a mishap, puts it right.")
    ] = None,
    remedy: Annotated[
        str | None,
        Option(help="Who notices: source, notice, dispute, reconciliation, repair or none."),
    ] = None,
    text: Annotated[str | None, Option(help="What a dispute says; it is kept in the home.")] = None,
    join: Annotated[str | None, Option(help="By default as the database was built.")] = None,
    policy: Annotated[list[str] | None, Option(help="NAME=VALUE")] = None,
    links: LinksOption = None,
    rebuild: Annotated[
        bool, Option("--rebuild", help="Build the faulty and corrected states from files.")
    ] = False,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None, Option(help="Write a page with pictures that works offline.")
    ] = None,
    save: Annotated[Path | None, Option(help="Write the replay as a scenario.")] = None,
) -> None:
    """Change one record, or let a mishap happen, and follow it: who is wrongly listed or missed, and how."""
    from pipelines.exchange.network import JOINS
    from pipelines.replay import command
    from pipelines.replay.plan.remedies import clocks
    from schemas.contract import feeds
    from sources.deliver import MOST_DAYS
    from sources.faults.base import SCOPES

    see_one_of(join, JOINS, "--join")
    see_one_of(feed, list(feeds()), "--feed")
    see_one_of(scope, SCOPES, "--scope")
    see_within(correct_after, MOST_DAYS, "--correct-after", "a number of days")
    see_one_of(remedy, list(clocks()), "--remedy")
    for path in filter(None, (html, save)):
        see_writable(path)
    see_database(Home(home).database())
    with progress_bar("replaying", show=not as_json) as tell:
        result = command(
            home,
            fault=fault,
            seed=seed,
            feed=feed,
            record=record,
            delivery=delivery,
            holder=holder,
            sender=sender,
            list=list_name,
            entry=entry,
            subject=subject,
            other=other,
            backup=backup,
            sets=sets or [],
            scenario=scenario,
            scope=scope,
            correct_after=correct_after,
            remedy=remedy,
            text=text,
            join=join,
            policy=policy_of(policy, links),
            rebuild=rebuild,
            paths=html is not None,
            progress=tell,
        )
    if save:
        result.save(save)
    if html:
        from pipelines.replay.tell.page import write_page

        write_page(result, html)
    if as_json:
        print_json(result.json())
    else:
        result.print()


@app.command()
def trace(
    given: Annotated[str, Argument(metavar="ID", help="An id, or the start of one.")],
    replay: ReplayOption = None,
    state: StateOption = FAULTY,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:
    """A record forward to all it reached; an entry, copy, measure or point back to file and line.

    A copy is named PATH|ENTRY_VERSION, a change of points KEEPER|SUBJECT_ID|DAY.
    """
    from pipelines import trace as tracing
    from pipelines.printed import print_otherwise, print_trace

    see_state(replay, state)
    if replay is not None:
        found = _otherwise(
            home, replay, state, lambda engine: tracing.trace(engine, given), as_json
        )
        print_json(found) if as_json else print_otherwise(found, print_trace)
        return
    with _opened(home) as engine:
        found = tracing.trace(engine, given)
    print_json(found) if as_json else print_trace(found)


@contextmanager
def _opened(home: Path) -> Iterator[Any]:
    """The database in force, with a note if it was made by other models, network or codes than there are."""
    from pipelines.made_by import out_of_date
    from pipelines.trace import NotFound

    with opened(Home(home)) as engine:
        note(out_of_date(engine, Home(home).database(), home))
        try:
            yield engine
        except NotFound as error:
            raise NotFound(f"{error} Looked for in {home}.") from error


def _otherwise(home: Path, scenario: Path, state: str, look: Any, as_json: bool) -> dict[str, Any]:
    """What something is in the world of a scenario; see `pipelines.replay.otherwise`."""
    from pipelines.replay.otherwise import STATES, looked_at

    see_one_of(state, STATES, "--state")
    with progress_bar("laying out the database", show=not as_json) as tell:
        return looked_at(Home(home), scenario, look, state, tell)


@app.command()
def check(
    home: HomeOption = HOME,
    docs: Annotated[
        bool,
        typer.Option(
            "--docs/--no-docs",
            help="Check again with Great Expectations, and write its pages to HOME/docs.",
        ),
    ] = True,
    engine: EngineOption = "duckdb",
    master: MasterOption = None,
    spark_conf: SparkConfOption = None,
    spark_conf_file: SparkConfFileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check what was built: gates, expectations, conservation, evidence.

    Of DuckDB that is the database in force; of Spark the tables it built last, which it looks at itself.
    """
    from pipelines.printed import print_report
    from pipelines.run import check_home

    spark = spark_asked(engine, master, spark_conf, spark_conf_file)
    with progress_bar("checking", show=not as_json) as tell:
        report = check_home(Home(home), docs=docs, progress=tell, engine=engine, spark=spark)
    note(report.out_of_date)
    print_json(report.as_dict()) if as_json else print_report(report)
    if any(result.outcome == "fail" for result in report.checks):
        raise typer.Exit(1)


def spark_asked(
    engine: str,
    master: str | None,
    conf: Sequence[str] | None,
    file: Path | None,
    parquet_only: bool = False,
    tables: Place | None = None,
) -> SparkSettings:
    """Where and how Spark is to run, where it is the engine that is asked for.

    Raises:
        ValueError: if there is no such engine, or settings of Spark's are given for another.
    """
    see_one_of(engine, ("duckdb", "spark"), "--engine")
    if engine != "spark" and (master or conf or file or parquet_only or tables):
        raise ValueError(
            "--master, --spark-conf, --spark-conf-file, --tables and --parquet-only are Spark's; give "
            "--engine spark with them."
        )
    return spark_settings(master, conf or (), file)


# Going further.


app.command()(explore)


@app.command()
def generate(
    size: SizeOption = "story",
    seed: SeedOption = 1,
    days: DaysOption = 365,
    dirt: DirtOption = "1",
    for_students: Annotated[
        bool,
        Option(
            "--for-students",
            help="Leave out the truth and the seed, from which it could be made again: give a --seed of "
            "at least six digits and keep it. What a build needs is all there; with the same --size, "
            "--seed, --days and --dirt, and without this, the instructor makes the key in another home.",
        ),
    ] = False,
    shards: Annotated[
        int,
        Option(
            help="Processes that share the work, each with memory of its own. The files are the same, "
            "byte for byte."
        ),
    ] = 1,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:
    """Make a world and the files its islands deliver."""
    from pipelines.run import LEAST_HIDDEN_SEED, generate_home

    if for_students and seed < LEAST_HIDDEN_SEED:
        raise ValueError(
            "--for-students wants a --seed that nobody finds by trying, of at least six digits; keep it, "
            "since it is written down nowhere."
        )
    with progress_bar("generating", show=not as_json) as tell:
        made = generate_home(
            Home(home),
            size=size,
            seed=seed,
            days=days,
            dirt=dirt,
            for_students=for_students,
            shards=shards,
            announced=True,
            progress=tell,
            command=sys.argv[1:],
        )
    if as_json:
        print_json(made)
    else:
        print(
            f"Made {made['files']} files in {made['landing']} ({size}, seed {seed}, {days} days)."
        )
        if for_students:
            print(f"Keep the seed, {seed}: it is written down nowhere there, nor is the truth.")


app.command()(experiment)
app.command()(matrix)


@app.command()
def diff(
    a: Annotated[Path, Argument(metavar="A.duckdb", help="The one to compare with.")],
    b: Annotated[Path, Argument(metavar="B.duckdb", help="The one that may differ.")],
    as_json: JsonOption = False,
) -> None:
    """What differs between two databases, cell by cell: B against A."""
    from pipelines.made_by import made_unlike
    from pipelines.replay import compare

    for path in (a, b):
        see_database(path)
    note(made_unlike(a, b))
    result = compare(a, b)
    print_json(result.json()) if as_json else result.print()


@app.command()
def subject(
    given: Annotated[str, Argument(metavar="ID", help="subject_id, code, number or name.")],
    as_of: Annotated[str | None, Option(help="A day, YYYY-MM-DD.")] = None,
    audience: Annotated[
        str | None, Option(help="What public, limited or intergovernmental sees on the last day.")
    ] = None,
    replay: ReplayOption = None,
    state: StateOption = FAULTY,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:
    """All that is held about one subject on a day, by whom and since when; or what an audience sees."""
    from datetime import date

    from pipelines.printed import print_otherwise, print_published, print_subject
    from pipelines.subject import about, published
    from pipelines.trace import a_day

    see_state(replay, state)
    if audience and as_of:
        raise ValueError("--audience tells the last day of deliveries; give it without --as-of.")
    day = None if as_of is None else date.fromisoformat(a_day(as_of, "--as-of"))

    def look(engine: Any) -> dict[str, Any]:
        return published(engine, given, audience) if audience else about(engine, given, day)

    if replay is not None:
        found = _otherwise(home, replay, state, look, as_json)
        shown = print_published if audience else print_subject
        print_json(found) if as_json else print_otherwise(found, shown)
        return
    with _opened(home) as engine:
        found = look(engine)
    if as_json:
        print_json(found)
    else:
        print_published(found) if audience else print_subject(found)


app.command()(ask)


@app.command()
def key(home: HomeOption = HOME, as_json: JsonOption = False) -> None:
    """The answer key: every error that --dirt put into the files, by file and line, before and after."""
    from pipelines.key import key as answers

    place = Home(home)
    with opened(place) as engine:
        found = answers(engine)
    said = {name: place.current().get(name) for name in ("size", "seed", "days", "dirt")}
    if as_json:
        print_json({"synthetic": True} | said | found)
        return
    print(NOTICE)
    shown = ["file", "line", "column", "kind", "before", "after"]
    print_table(f"{len(found['errors'])} wrong cells that were delivered", found["errors"], shown)
    if found["never_delivered"]:
        print(f"{found['never_delivered']} more are wrong in registers, and in no delivery.")


@app.command()
def systems(
    check: Annotated[
        bool, Option("--check", help="Exit with 1 if a figure of one is nothing.")
    ] = False,
    home: HomeOption = HOME,
    as_json: JsonOption = False,
) -> None:
    """Systems and lists of social credit: what stands for each here, with a figure of the database."""
    from pipelines.systems import systems as stand

    with _opened(home) as engine:
        rows = stand(engine)
    if as_json:
        print_json(rows)
    else:
        shown = ["system", "here", "figure", "counts"]
        print_table(
            "Systems that stand for something", [r for r in rows if not r["left_out"]], shown
        )
        print_table("Left out", [r for r in rows if r["left_out"]], ["system", "left_out"])
    if check and (missing := [row["system"] for row in rows if not row["holds"]]):
        print(f"Nothing stands for: {', '.join(missing)}.", file=sys.stderr)
        raise typer.Exit(1)


app.add_typer(quarantine, name="quarantine")
app.add_typer(lab, name="lab")
app.command(hidden=True)(grade)  # an instructor's short way to `lab grade`


# What there is; nothing here reads a home.


for one in (sources, lists, edges, faults, gates, models):
    app.command()(one)


def main(given: Sequence[str] | None = None) -> None:
    """Run the command line; whatever goes wrong ends in one clear sentence and an exit code.

    The codes are 2 for what the user or the machine can put right, 70 for a fault of this program (see
    `pipelines.trouble`), 130 and 141 if it was stopped or nobody reads any more, and 1 if what `check`,
    `systems --check` or `lab check` look at does not hold. With ISLANDS_DEBUG set,
    errors are raised as they are.

    Args:
        given: what follows `islands`; by default the process's own arguments.
    """
    if given is None:
        start_in_utf8()
    never_fail_to_print()
    words = list(sys.argv[1:] if given is None else given) or ["--help"]
    try:
        see_text(words)
        code = app(args=words, prog_name="islands", standalone_mode=False)
        sys.stdout.flush()
        if code == STOPPED:  # what typer makes of Ctrl-C, without a word
            raise KeyboardInterrupt
    except (typer.Abort, KeyboardInterrupt):
        _fail("stopped before it was done; the last good database is as it was.", STOPPED)
    except BrokenPipeError:
        nobody_reads()
        raise SystemExit(CLOSED) from None
    except USAGE_ERROR as error:
        sentence = error.format_message().rstrip(".")
        command = error.ctx.command_path if error.ctx else "islands"
        _fail(f"{sentence}; see `{command} --help`.", 2)
    except Exception as error:  # all that can go wrong is put into words in one place
        if os.environ.get("ISLANDS_DEBUG"):
            raise
        _fail(*told(error))
    else:
        if code:
            raise SystemExit(code)


# What typer raises for a wrong option, command or argument; it does not name the class itself.
USAGE_ERROR: type[Any] = typer.BadParameter.__bases__[0]


def _fail(sentence: str, code: int) -> NoReturn:
    """Say one sentence on standard error and leave."""
    print(f"islands: {' '.join(sentence.split())}", file=sys.stderr)
    raise SystemExit(code) from None


if __name__ == "__main__":
    main()
