"""Options that several commands take, and what sees whether a value given makes sense."""

import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from pipelines.places import place
from schemas.suggest import suggestion


def local_folder(said: str | Path) -> Path:
    """The folder that a path or an address `file:` names.

    Raises:
        typer.BadParameter: if it is an address elsewhere.

    >>> local_folder("file:///srv/landing").as_posix()
    '/srv/landing'
    """
    found = place(said)
    if isinstance(found, Path):
        return found
    raise typer.BadParameter(
        f"{said} is an address, and databases and pages are files of this machine; give a folder, and with "
        "--engine spark the address as --tables."
    )


HomeOption = Annotated[
    Path,
    Option(
        "--home",
        parser=local_folder,
        metavar="<path>",
        envvar="ISLANDS_HOME",
        help="Folder for landing files, databases and results.",
        show_default="build",
    ),
]
JsonOption = Annotated[bool, Option("--json", help="Print JSON for a machine to read.")]
ReplayOption = Annotated[
    Path | None,
    Option(
        "--replay",
        metavar="SCENARIO.yml",
        help="In the faulty world of a scenario, and what is otherwise than in the clean one.",
    ),
]
FAULTY = "faulty"  # of the worlds of a replay the one that is looked at where nothing is said
StateOption = Annotated[
    str, Option("--state", help="With --replay: faulty (nobody corrects it) or corrected.")
]
SeedOption = Annotated[int, Option("--seed", help="Everything random comes from it.")]
SizeOption = Annotated[str, Option("--size", help="story, tiny, demo, city or province.")]
DaysOption = Annotated[int, Option("--days", help="Days of deliveries.")]
DirtOption = Annotated[
    str,
    Option(
        "--dirt",
        help="How much of each feed's own dirt: 0 is clean, 1 as it is, 2 twice as much. Some offices and "
        "subjects err more, and everyone after a change of software.",
    ),
]
JoinOption = Annotated[
    str, Option("--join", help="How far islands are joined: none, own-keys, unified-code, full.")
]
EngineOption = Annotated[str, Option("--engine", help="duckdb or spark.")]
MasterOption = Annotated[
    str | None,
    Option("--master", help="Of Spark: local[2], spark://HOST:PORT, yarn, k8s://HOST:PORT."),
]
SparkConfOption = Annotated[
    list[str] | None,
    Option("--spark-conf", metavar="NAME=VALUE", help="A setting of Spark's."),
]
SparkConfFileOption = Annotated[
    Path | None,
    Option("--spark-conf-file", help="Settings of Spark's, one a line: NAME VALUE."),
]
TablesOption = Annotated[
    Any,
    Option(
        "--tables",
        parser=place,
        metavar="<path or address>",
        help="Of Spark: where its tables go, such as s3a://BUCKET/FOLDER; by default HOME/spark.",
    ),
]
LinksOption = Annotated[
    str | None,
    Option(
        "--links",
        help="Whose points move each other's: none, today or baojia (ten households); the same as --policy "
        "links.scores=.",
    ),
]
WorkersOption = Annotated[int | None, Option("--workers", help="Processes; by default one a core.")]
HOME = Path("build")
MOST_FAULTS = 1_000_000  # of an experiment: days of work
MOST_WORKERS = 61  # as many processes as Windows lets a pool wait for


def see_state(replay: Path | None, state: str) -> None:
    """See that a world of a replay is asked for only with a replay.

    Raises:
        ValueError: if there is none.
    """
    if replay is None and state != FAULTY:
        raise ValueError("--state says which world of a replay to look at; give it with --replay.")


def policy_of(pairs: list[str] | None, links: str | None = None) -> dict[str, str]:
    """NAME=VALUE pairs as a dictionary, with what `--links` says.

    >>> policy_of(["corrections=pushed"], "baojia")
    {'corrections': 'pushed', 'links.scores': 'baojia'}
    """
    given = {}
    for pair in pairs or []:
        name, sign, value = pair.partition("=")
        if not sign or not name or not value:
            raise ValueError(f"--policy takes NAME=VALUE, not {pair!r}.")
        if name.strip() in given:
            raise ValueError(f"--policy {name.strip()} is given twice; give it once.")
        given[name.strip()] = value.strip()
    if links is not None and given.setdefault("links.scores", links) != links:
        raise ValueError("--links and --policy links.scores say two things; give one of them.")
    return given


def parts_of(text: str | None) -> tuple[str, ...]:
    """What a text joins by commas.

    >>> parts_of("late, row_lost,"), parts_of(None)
    (('late', 'row_lost'), ())
    """
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def see_one_of(value: str | None, allowed: Sequence[str], option: str) -> None:
    """See that what was given, if anything was, is one of what can be."""
    if value is not None and value not in allowed:
        near = suggestion(value, allowed)
        raise ValueError(f"{option} {value!r} is none of {', '.join(allowed)}.{near}")


def option_of(name: str) -> str:
    """How an option is written that a function takes under a name."""
    return f"--{name.replace('_', '-')}"


def options_of(said: Iterable[tuple[str, object]]) -> str:
    """Names and values as options of a command line, quoted for a shell; those that are None left out.

    >>> options_of([("feed", None), ("correct_after", 30), ("set", "name=张 三")])
    "--correct-after 30 --set 'name=张 三'"
    """
    given = [(option_of(name), str(value)) for name, value in said if value is not None]
    return shlex.join(word for pair in given for word in pair)


def is_said(context: typer.Context, name: str) -> bool:
    """Whether the command line says an option itself, be it what it is by default."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def see_within(value: int | None, most: int, option: str, what: str = "a number") -> None:
    """See that a number lies between 1 and the most that makes sense."""
    if value is not None and not 1 <= value <= most:
        raise ValueError(f"{option} takes {what} from 1 to {most:,}, not {value}.")


def note(sentence: str | None) -> None:
    """Say something on standard error that the answer itself has no place for."""
    if sentence:
        print(f"islands: {sentence}", file=sys.stderr)


def see_writable(path: Path) -> None:
    """See that a file can be written before the work that fills it begins."""
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise ValueError(f"There is no folder {path.parent} to write {path.name} into.")
