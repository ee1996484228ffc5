"""Databases of the same files at another level of joining or policy, built once and kept.

A replay reads its clean state from such a database, and the gain of joining is told between two of
them. They lie in HOME/levels under a name made from the landing files and what was asked for, so that
other files never find them. The name also tells what they were made by: models, network and codes
that were changed since make another.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pipelines.build import FEW_BYTES, Build, Plan, build, tier_of
from pipelines.engine.base import Engine
from pipelines.engine.databases import opened
from pipelines.exchange.network import in_reach, varied
from pipelines.home import BUILD_AGAIN, Home, HomeError, alone
from pipelines.in_force import is_database
from pipelines.landing import read_manifest
from pipelines.landing.decisions import TABLE, Decided, decided_in, decided_of
from pipelines.made_again import make_again
from pipelines.made_by import Noted, made_before, made_by, noted, of_decisions
from pipelines.places import size_of_files
from pipelines.replay.plan.faults import Landed
from pipelines.replay.plan.scenario import Scenario
from schemas.progress import Progress

DIGITS = 12  # of the name of a folder
# What a database says of the files it was built from.
OF_FILES = ("landing_digest", "day0", "last_day", "horizon", "tier")


def level(
    home: Home,
    join: str | None = None,
    policy: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Path:
    """The database of a home's files at a level of joining, with numbers of the network varied.

    Args:
        home: where a database has been built.
        join: the level; None: that of the database in force.
        policy: the numbers; None: those of the database in force, see `numbers_at`.
        progress: called with a label, steps done and steps in all, if it has to be built.

    Returns:
        The database in force if it is what is asked for and made by what there is today, else one
        that is kept in HOME/levels.

    Raises:
        HomeError: if nothing has been built in the home, or it would have to be built from other files
            than the database in force.
    """
    about = home.current()
    base = home.database()
    built = said_by(base)  # not as the pointer has it, which somebody may have edited
    own = {"join": built.join, "policy": dict(built.policy)}
    asked = {
        "join": join or own["join"],
        "policy": numbers_at(home, join) if policy is None else dict(policy),
    }
    if asked == own and _out_of_date(home) is None:
        return base
    landing = home.delivered()
    decided = decided_in(home.path)
    made = [*made_by(tier_of(read_manifest(landing))), *of_decisions(decided)]
    said = json.dumps(
        [about.get("landing_digest"), about.get("version"), made, asked], sort_keys=True
    )
    folder = folder_of(home)
    _forget_others(folder)
    target = folder / f"{asked['join']}-{hashlib.sha256(said.encode()).hexdigest()[:12]}.duckdb"

    def see_same_files(_: Engine, done: Build) -> None:
        if any(done.about[name] != about.get(name, done.about[name]) for name in OF_FILES):
            raise HomeError(
                f"The files in {landing} are not those from which {base} was built; put "
                f"them back as they were, {BUILD_AGAIN}"
            )

    if is_database(target):
        return target
    with alone(folder.parent):
        # Else it is not there, or was damaged, and no other run made it meanwhile.
        if is_database(target):
            return target
        # While this waited, another database may have come into force.
        in_force = home.database() == base and _out_of_date(home) is None
        if in_force and built.made_by and built.decided == decided:
            was = Plan(
                read_manifest(landing), built.join, built.policy, built.tier, decided=decided
            )
            with opened(base=base) as db:
                Landed(db, "base", was.feeds).see_as_landed(landing)
            plan = replace(was, **asked)
            few = size_of_files(landing) < FEW_BYTES
            if make_again(
                base, target, was, plan, small=few, progress=progress, ask=see_same_files
            ):
                return target
        build(
            landing,
            target,
            **asked,
            world=home.truth_behind(landing),
            progress=progress,
            checks=False,
            decided=decided,
            ask=see_same_files,
        )
    return target


def numbers_at(
    home: Home,
    join: str | None = None,
    policy: Mapping[str, str] | None = None,
    scenario: Scenario | None = None,
) -> dict[str, str]:
    """The numbers of the network that differ from its files in a replay.

    They are those that a scenario says or, if it says none, those of the database in force; and of
    them, what is asked for beside is said anew.

    Args:
        join: the level they are for; at another than theirs, those that mean nothing there are left out.
        policy: what is said anew of them.
        scenario: the case to follow.
    """
    built = said_by(home.database())
    own, at = dict(built.policy), built.join
    if scenario is not None and scenario.policy is not None:
        own, at = dict(scenario.policy), scenario.join or built.join
    if join not in (None, at):
        own = in_reach(own, built.tier, join)
    return varied(own, policy or {})


def see_up_to_date(home: Home) -> None:
    """See that the database in force was made by the models, network and codes there are today.

    Raises:
        HomeError: if it was not; a replay would work out with one what the other never had.
    """
    told = _out_of_date(home)
    if told:
        raise HomeError(told)


def _out_of_date(home: Home) -> str | None:
    path = home.database()
    said = said_by(path)
    return made_before(path, said.tier, said.made_by, home.path)


@dataclass(frozen=True)
class Said:
    """What a database says of how it was built."""

    # `join`, `policy`, `tier`: see `pipelines.build.Plan`.
    join: str
    policy: Mapping[str, str]
    tier: str
    # Files and their digests; None if it was built before they were noted.
    made_by: list[Noted] | None
    decided: list[Decided]  # of rows kept aside and deliveries held


def said_by(database: Path) -> Said:
    """What a finished database says of how it was built; each is asked once, as none changes."""
    state = database.stat()
    return _said_by(database, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=64)
def _said_by(database: Path, size: int, changed: int) -> Said:
    with opened(base=database) as db:
        join, policy, tier = db.rows(
            "SELECT max(join_level), max(policy), max(tier) FROM base.codes.run"
        )[0]
        by = noted(db.engine, "base")
        decided = decided_of(db.rows(f"SELECT * FROM base.{TABLE}")) if by else []
        return Said(join, json.loads(policy), tier, by, decided)


def folder_of(home: Home) -> Path:
    """Where what is made of the home's landing files is kept."""
    digest = json.dumps(home.current().get("landing_digest"))
    return home.kept / "levels" / hashlib.sha256(digest.encode()).hexdigest()[:DIGITS]


def _forget_others(folder: Path) -> None:
    """Remove what was kept of other landing files; what somebody else put there stays."""
    for other in folder.parent.glob("*"):
        ours = other.is_dir() and re.fullmatch(f"[0-9a-f]{{{DIGITS}}}", other.name)
        if ours and other != folder:
            shutil.rmtree(other)
