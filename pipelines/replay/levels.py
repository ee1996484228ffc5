"""The same files joined to another degree, or with other numbers in the network: built once and kept.

A replay reads its clean state from such a database, and the gain of joining is told between two of
them. They lie in HOME/levels under a name made from the landing files and what was asked for, so that
other files never find them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.build import Progress, build, tier_of
from pipelines.exchange.network import JOINS, in_reach
from pipelines.landing import read_manifest
from pipelines.replay.gain import gain, has_truth
from pipelines.storage import Home
from schemas.contract import feeds


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
        policy: the numbers; None: those of the database in force.
        progress: called with a label, steps done and steps in all, if it has to be built.

    Returns:
        The database in force if it is what is asked for, else one that is kept in HOME/levels.

    Raises:
        HomeError: if nothing has been built in the home.
    """
    about = home.current()
    own = {"join": about.get("join") or "full", "policy": dict(about.get("policy") or {})}
    asked = {
        "join": join or own["join"],
        "policy": own["policy"] if policy is None else dict(policy),
    }
    if asked == own:
        return home.database()
    digest = about.get("landing_digest")
    said = json.dumps([digest, about.get("version"), asked], sort_keys=True)
    folder = home.path / "levels" / hashlib.sha256(json.dumps(digest).encode()).hexdigest()[:12]
    _forget_others(folder)
    target = folder / f"{asked['join']}-{hashlib.sha256(said.encode()).hexdigest()[:12]}.duckdb"
    if not target.exists():
        build(
            Path(about.get("landing") or home.landing),
            target,
            join=asked["join"],
            policy=asked["policy"],
            world=home.world,
            progress=progress,
            checks=False,
        )
    return target


def told_gain(
    home: Home,
    join: str | None = None,
    policy: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any] | None:
    """What a level of joining gains over the one below it, as `pipelines.replay.gain` tells it.

    Returns:
        The figures; None where nothing is joined, so that there is no lower level, or where the
        world's truth is not at hand to tell a true listing from a false one.
    """
    about = home.current()
    joined = join or about.get("join") or "full"
    at = JOINS.index(joined)
    high = level(home, joined, policy, progress)
    if at == 0 or not has_truth(high, home.world):
        return None
    numbers = dict(about.get("policy") or {}) if policy is None else dict(policy)
    tier = tier_of(read_manifest(Path(about.get("landing") or home.landing)))
    low = level(home, JOINS[at - 1], in_reach(numbers, tier, JOINS[at - 1]), progress)
    kept = low.with_name(
        f"{low.stem}.gain-{hashlib.sha256(high.name.encode()).hexdigest()[:8]}.json"
    )
    if not kept.exists():
        told = gain(high, low, feeds(), home.world).json()
        partial = kept.with_suffix(".partial")
        partial.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        partial.replace(kept)
    return json.loads(kept.read_text(encoding="utf-8"))


def _forget_others(folder: Path) -> None:
    """Remove what was kept of other landing files."""
    for other in folder.parent.glob("*"):
        if other != folder:
            for file in [other] if other.is_file() else [*other.iterdir()]:
                file.unlink()
            if other.is_dir():
                other.rmdir()
