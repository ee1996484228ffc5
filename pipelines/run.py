"""The verbs of the command line on a home: generate, build, check. Each holds the home's lock."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.build import build, build_with, tier_of
from pipelines.landing import LandingError, deliveries_in, read_manifest
from pipelines.landing.folder import check_folder
from pipelines.made_by import out_of_date
from pipelines.making import building_place, put_in_force, remove
from pipelines.manifest import landing_digest, make_manifest
from pipelines.storage import LOCK_SECONDS, Home, HomeError, write_json
from pipelines.terminal import counted
from schemas.contract import Feed, feeds
from schemas.progress import Progress

if TYPE_CHECKING:
    from pipelines.engine.base import Engine

MOST_TOLD = 5  # sentences of one kind a build tells; the rest are counted
DATABASE_MARK = b"DUCK"  # bytes 8 to 11 of every DuckDB file


def see_database(path: Path) -> Path:
    """The path, if a database that was built here lies there.

    Raises:
        HomeError: if there is no file, or it is no database.
    """
    if not path.is_file():
        raise HomeError(f"{path} is no file; give a database that `islands build` made.")
    with path.open("rb") as file:
        if file.read(12)[8:] != DATABASE_MARK:
            raise HomeError(f"{path} is no database; give one that `islands build` made.")
    from pipelines.engine import open_engine

    with open_engine("duckdb", path, read_only=True) as engine:
        if not engine.table_exists("codes.run") or not engine.table_exists("exchange.copies"):
            raise HomeError(f"{path} is a database, but not one that `islands build` made.")
    return path


@contextlib.contextmanager
def opened(home: Home) -> Iterator[Engine]:
    """The database in force, open for reading.

    Raises:
        HomeError: if there is none, or the file is no database.
    """
    from pipelines.engine import open_engine

    with open_engine("duckdb", see_database(home.database()), read_only=True) as engine:
        yield engine


def dirt_value(text: str | float) -> float:
    """The dirt a user gave: a number from 0.

    Raises:
        ValueError: if it is no such number.
    """
    try:
        value = float(text)
    except ValueError as error:
        raise ValueError(f"--dirt takes a number from 0, not {text!r}.") from error
    if not 0 <= value < float("inf"):
        raise ValueError(f"--dirt takes a number from 0, not {text!r}.")
    return value


def generate_home(
    home: Home,
    *,
    size: str,
    seed: int,
    days: int = 365,
    dirt: str | float = 1,
    progress: Progress | None = None,
    command: Sequence[str] = (),
) -> dict[str, Any]:
    """Make a world and its deliveries in a home.

    Raises:
        ValueError: if an argument makes no sense, or another run holds the home.
    """
    from sources.deliver import generate, see_world

    rate = dirt_value(dirt)
    see_world(size, days, rate)  # before anything is made
    with home.lock(LOCK_SECONDS):
        made = generate(home.landing, home.world, size, seed, days, rate, progress)
        manifest = make_manifest(command, made)
        write_json(home.path / "manifest.json", manifest)
    files = sum(1 for p in home.landing.rglob("*") if p.is_file()) - 1
    return {**manifest, "landing": str(home.landing), "files": files}


def make_home(
    home: Home,
    *,
    size: str,
    seed: int,
    days: int = 365,
    dirt: float = 1.0,
    command: Sequence[str] = (),
) -> Home:
    """A home with a world and the database of it, made unless it is there; built without Dagster.

    Args:
        size, seed, days, dirt: see `generate_home`.
        command: what its manifest says it was made by.
    """
    from pipelines.engine import open_engine

    if home.pointer.exists():
        return home
    shutil.rmtree(home.path, ignore_errors=True)
    generate_home(home, size=size, seed=seed, days=days, dirt=dirt, command=command)
    with home.lock(LOCK_SECONDS):
        database = home.next_database()
        made = build(home.landing, database, checks=False)
        with open_engine("duckdb", database, read_only=True) as engine:
            digest = landing_digest(engine)
        about = make_manifest(command, made.manifest, join="full", policy={}, digest=digest)
        home.publish(database, about)
    return home


def build_home(
    home: Home,
    *,
    landing: Path | None = None,
    join: str = "full",
    engine: str = "duckdb",
    policy: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    command: Sequence[str] = (),
) -> dict[str, Any]:
    """Build a home's database from delivered files; `make ui` shows what was built.

    Returns:
        What was built: database, join, tables, rows by stage, sentences, and in `gates` a sentence
        each about what could not be read, was kept aside, was held or did not come.

    Raises:
        ValueError: in one sentence, if the files, the policy or the level of joining cannot be used;
            the database in force stays as it was.
    """
    from pipelines.exchange.network import read_network

    folder = landing or home.landing
    if not folder.is_dir():
        raise LandingError(
            f"There is no landing folder {folder}; run `islands generate` or give --landing."
        )
    manifest = read_manifest(folder)
    tier = tier_of(manifest)
    used = feeds(tier)
    # What can be seen to be wrong beforehand stops the run before it begins.
    read_network(tier, join, dict(policy or {}))
    check_folder(folder, used)
    for feed in used.values():
        deliveries_in(folder, feed)
    with home.lock(LOCK_SECONDS):
        return _build(home, folder, join, engine, dict(policy or {}), progress, command)


def _build(
    home: Home,
    folder: Path,
    join: str,
    kind: str,
    policy: dict[str, str],
    progress: Progress | None,
    command: Sequence[str],
) -> dict[str, Any]:
    """Build and put in force; whoever calls holds the lock and has seen that it can be done."""
    from pipelines.engine import open_engine

    own = folder == home.landing
    building = building_place(home, kind)
    try:
        with open_engine(kind, building) as engine:
            made = build_with(
                engine,
                folder,
                join=join,
                policy=policy,
                world=home.world if own else None,
                progress=progress,
            )
            rows = {table: engine.count(table) for table in made.tables}
            digest = landing_digest(engine)
            used = feeds(tier_of(made.manifest))
            told = told_by_gates(engine, used, made.manifest) if kind == "duckdb" else []
        about = make_manifest(
            tuple(command) or ("build",),
            made.manifest,
            join=join,
            policy=policy,
            digest=digest,
            **({} if own else {"landing": str(folder.resolve())}),
        )
        database = put_in_force(home, kind, building, about)
    except BaseException:
        remove(building)
        raise
    stages: Counter[str] = Counter()
    for table, count in rows.items():
        stages[table.split(".")[0]] += count
    return {
        "database": str(database),
        "join": join,
        "tables": len(rows),
        "rows": dict(stages),
        "summary": [f"{stage}: {count:,} rows" for stage, count in stages.items()],
        "gates": told,
    }


def told_by_gates(
    engine: Engine, used: Mapping[str, Feed], manifest: Mapping[str, Any]
) -> list[str]:
    """A sentence each about what of the delivered files is not believed, and why; and one a feed about
    rows that are believed and met nobody, or no record.

    Args:
        engine: an open database.
        used: contracts of the feeds it was built from, by name.
        manifest: what its landing folder says about itself.
    """
    return [
        *_few(_unread_files(engine), "files"),
        *_few(_unread_records(engine), "files with unreadable records"),
        *_few(_held(engine), "deliveries held"),
        *_few(_missing(engine, used, manifest), "feeds with deliveries missing"),
        *_few(_not_due(engine, used, manifest), "deliveries on days on which none is due"),
        *_few(_kept_aside(engine, used), "feeds with rows kept aside"),
        *_met_nobody(engine),
    ]


def _few(sentences: list[str], what: str) -> list[str]:
    """The first few sentences, and how many more there would be."""
    more = len(sentences) - MOST_TOLD
    return sentences if more <= 0 else [*sentences[:MOST_TOLD], f"… and {more} more {what}."]


def _unread_files(engine: Engine) -> list[str]:
    found = engine.fetch(
        "SELECT file, reason FROM quality.unreadable WHERE line IS NULL ORDER BY file"
    )
    return [
        f"{file} could not be read and counts as not delivered: {reason.rstrip('.')}."
        for file, reason in found
    ]


def _unread_records(engine: Engine) -> list[str]:
    found = engine.fetch(
        "SELECT file, count(*), min(line), min_by(reason, line) FROM quality.unreadable "
        "WHERE line IS NOT NULL GROUP BY file ORDER BY file"
    )
    return [
        f"{file}: {counted(count, 'record')} could not be read (see quality.unreadable), the first at "
        f"line {line}: {reason.rstrip('.')}."
        for file, count, line, reason in found
    ]


def _held(engine: Engine) -> list[str]:
    found = engine.fetch(
        "SELECT feed, delivery, reason FROM quality.deliveries WHERE outcome = 'hold' "
        "ORDER BY feed, delivery"
    )
    return [
        f"{feed}: the delivery of {delivery} is held and not believed: {reason.rstrip('.')}."
        for feed, delivery, reason in found
    ]


def _missing(engine: Engine, used: Mapping[str, Feed], manifest: Mapping[str, Any]) -> list[str]:
    came = {
        (feed, delivery)
        for feed, delivery in engine.fetch(
            "SELECT feed, delivery FROM landing.deliveries "
            "UNION SELECT feed, delivery FROM quality.unreadable"
        )
    }
    day0, days = date.fromisoformat(str(manifest["day0"])), int(manifest["days"])
    told = []
    for name, feed in used.items():
        due = [day.isoformat() for day in feed.delivery_days(day0, days)]
        lost = [day for day in due if (name, day) not in came]
        if lost and len(lost) == len(due):
            told.append(f"{name}: none of its {counted(len(due), 'delivery', 'deliveries')} came.")
        elif lost:
            told.append(
                f"{name}: {counted(len(lost), 'delivery', 'deliveries')} that was due did not come, the "
                f"first on {lost[0]}; what the one before said stays in force."
            )
    return told


def _not_due(engine: Engine, used: Mapping[str, Feed], manifest: Mapping[str, Any]) -> list[str]:
    day0, days = date.fromisoformat(str(manifest["day0"])), int(manifest["days"])
    due = {name: set(feed.delivery_days(day0, days)) for name, feed in used.items()}
    return [
        f"{file}: nothing of {feed} is due on {day} (every {counted(used[feed].cadence_days, 'day')} "
        f"from {min(due[feed])}, window {day0} to {manifest['last_day']}); it is believed from then."
        for feed, day, file in engine.fetch(
            "SELECT feed, published, file FROM landing.deliveries ORDER BY feed, published"
        )
        if due[feed] and day not in due[feed]
    ]


def _kept_aside(engine: Engine, used: Mapping[str, Feed]) -> list[str]:
    from quality.from_contract import effect_sql

    told = []
    for feed, count in engine.fetch(
        "SELECT feed, count(DISTINCT concat_ws('|', delivery, CAST(line AS VARCHAR))) "
        "FROM quality.verdicts WHERE outcome = 'quarantine' GROUP BY feed ORDER BY feed"
    ):
        ((file, line, column, rule),) = engine.fetch(
            "SELECT l.file, v.line, v.column_name, v.expectation FROM quality.verdicts AS v "
            f"INNER JOIN landing.{feed} AS l ON l.delivery = v.delivery AND l.line = v.line "
            f"WHERE v.feed = '{feed}' AND v.outcome = 'quarantine' "
            "ORDER BY l.file, v.line, v.expectation LIMIT 1"
        )
        where = f"it breaks {rule}"
        if column:
            ((value,),) = engine.fetch(
                f'SELECT "{column}" FROM landing.{feed} WHERE file = ? AND line = ?', [file, line]
            )
            said = "is empty" if value is None else f"says {value!r}"
            where = f"column {column} {said}, which breaks {rule}"
        ((undone,),) = engine.fetch(
            "SELECT count(DISTINCT concat_ws('|', v.delivery, CAST(v.line AS VARCHAR))) "
            f"FROM quality.verdicts AS v INNER JOIN landing.{feed} AS l "
            f"ON l.delivery = v.delivery AND l.line = v.line WHERE v.feed = '{feed}' "
            f"AND v.outcome = 'quarantine' AND {effect_sql(used[feed])} "
            "IN ('withdraw', 'change', 'correct')"
        )
        stays = ""
        if undone:
            stays = (
                f" Of them {undone:,} would withdraw, change or correct a record; what was believed "
                "of it stays."
            )
        told.append(
            f"{feed}: {counted(count, 'row')} kept aside (see quality.verdicts), the first in {file} at "
            f"line {line}: {where}.{stays}"
        )
    return told


def _met_nobody(engine: Engine) -> list[str]:
    """One sentence a feed about rows that are believed, and tell of nobody or of no record.

    A row met nobody if one of those it speaks of was never matched to anybody, and could mean several
    if more than one fitted.
    """
    found = engine.fetch(
        """
        WITH never AS (
            SELECT u.feed, u.record_id, u.version,
                max(CASE WHEN u.reason = 'ambiguous' THEN 1 ELSE 0 END) AS several
            FROM resolve.unmatched AS u
            WHERE NOT EXISTS (
                SELECT 1 FROM resolve.matches AS m
                WHERE m.record_id = u.record_id AND m.version = u.version AND m.role = u.role
            )
            GROUP BY u.feed, u.record_id, u.version
        ),

        counted AS (
            SELECT feed, 1 - several AS nobody, several, 0 AS no_record FROM never
            UNION ALL
            SELECT feed, 0, 0, 1 FROM quality.verdicts WHERE expectation = 'meets_no_record'
        )

        SELECT feed, sum(nobody), sum(several), sum(no_record)
        FROM counted GROUP BY feed ORDER BY feed
        """
    )
    told = []
    for feed, nobody, several, no_record in found:
        parts = []
        if nobody:
            parts.append(f"{counted(int(nobody), 'row')} met nobody (see resolve.unmatched)")
        if several:
            parts.append(
                f"{counted(int(several), 'row')} could mean several (see resolve.unmatched)"
            )
        if no_record:
            parts.append(
                f"{counted(int(no_record), 'row')} withdrew, changed or corrected a record that is not "
                "believed (see quality.verdicts)"
            )
        told.append(f"{feed}: {'; '.join(parts)}.")
    return told


def check_home(home: Home, progress: Progress | None = None) -> Any:
    """Check the database in force: our checks, then Great Expectations with its pages in HOME/docs.

    The pages of a home that can only be read go to a temporary folder.

    Returns:
        A `quality.report.Report`, which says where the pages are.

    Raises:
        ValueError: if there is no database.
    """
    from pipelines.engine import open_engine
    from pipelines.graph import all_models
    from quality import check_keys, checks
    from quality.great import validate
    from quality.report import report

    database = see_database(home.database())
    about = home.current()
    used = feeds(about.get("tier") or "whole")
    tell = progress or (lambda label, at, of: None)
    step = _counter(tell)
    with open_engine("duckdb", database, read_only=True) as engine:
        results = checks(engine, used, progress=step, write=False)
        join, policy = engine.fetch("SELECT max(join_level), max(policy) FROM codes.run")[0]
        models = all_models(about.get("tier") or "whole", join, json.loads(policy))
        results += check_keys(engine, {m.name: m.key for m in models}, step)
        found = report(engine, results, ())
        stale = out_of_date(engine, database)
    # Great Expectations keeps connections of its own to the file, so ours is closed by now.
    docs = home.path if home.writable() else Path(tempfile.mkdtemp(prefix="islands-"))
    docs /= "docs"
    validations = validate(database, used, docs_dir=docs, progress=step)
    return replace(
        found,
        validations=tuple(validations),
        docs=str(docs / "index.html"),
        out_of_date=stale,
    )


def _counter(tell: Progress) -> Callable[[str], None]:
    """A progress callback of one label, for work whose length is not known."""
    done = 0

    def step(label: str) -> None:
        nonlocal done
        done += 1
        tell(label, done, 0)

    return step


def last_day(landing: Path) -> date:
    """Last day of deliveries of a landing folder."""
    return date.fromisoformat(str(read_manifest(landing)["last_day"]))
