"""A world made, built, replayed and walked day by day within a tree; run there as a program.

    python -m tests.adding.follow '{"home": …, "size": "story", …}'

It prints one JSON object, which `tests.adding.tree` reads.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any


def listed(command: str) -> list[dict[str, Any]]:
    """What `islands <command> --json` prints."""
    from pipelines.cli import main

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        main([command, "--json"])
    return json.loads(printed.getvalue())


def broken(database: Path, tier: str) -> list[str]:
    """Names of the expectations that a database does not meet, as `islands check` judges them."""
    from pipelines.engine import open_engine
    from quality.run import checks
    from schemas.contract import feeds

    with open_engine("duckdb", database, read_only=True) as engine:
        results = checks(engine, feeds(tier))
    return sorted(f"{r.table} {r.expectation}" for r in results if not r.passed)


def walked(database: Path, tier: str, policy: dict[str, str]) -> dict[str, int]:
    """How many things the simulator found to be so on the same days, by table.

    Raises:
        AssertionError: naming what differs on some day.
    """
    import duckdb

    from tests.naive.database import heard, window
    from tests.naive.laws import read_laws
    from tests.naive.simulator import Simulator
    from tests.promises.test_intervals_are_days import compare, under

    with duckdb.connect(str(database), read_only=True) as connection:
        laws = under(read_laws("full", tier), policy)
        found = Simulator(heard(connection), laws, *window(connection)).run()
        return compare(connection, found)


def rows(database: Path, sql: str) -> list[list]:
    """The rows of one query, days as texts."""
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        return json.loads(json.dumps(connection.execute(sql).fetchall(), default=str))


def follow(asked: dict[str, Any]) -> dict[str, Any]:
    """Build the world, look at it in every way, and replay one fault both ways."""
    from pipelines.home import Home
    from pipelines.replay import FaultSpec, replay
    from pipelines.run import build_home
    from sources.deliver import generate

    home, size = Home(asked["home"]), asked["size"]
    tier = asked.get("tier") or ("story" if size == "story" else "core")
    world = {"size": size, "seed": asked.get("seed", 1), "days": asked.get("days", 365)}
    world |= {"dirt": asked.get("dirt", 0.0), "tier": asked.get("tier")}
    generate(home.path / "landing", home.path / "world", **world)
    build_home(home, policy=asked.get("policy"))
    database, work = home.database(), Path(asked["home"]) / "work"
    spec = FaultSpec(**asked["fault"])
    quick = replay(home, spec).json()
    slow = replay(home, spec, rebuild=True, workdir=work).json()
    for found in (quick, slow):
        del found["mode"], found["seconds"]
    return {
        "listed": listed(asked["list"]) if asked["list"] else [],
        "broken": broken(database, tier) if asked["check"] else [],
        "broken_by_the_fault": broken(work / "faulty.duckdb", tier) if asked["check_fault"] else [],
        "walked": walked(database, tier, asked.get("policy") or {}) if asked["walk"] else {},
        "rows": rows(database, asked["sql"]),
        "replayed": json.loads(json.dumps(quick, default=str)),
        "rebuilt": json.loads(json.dumps(slow, default=str)),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(follow(json.loads(sys.argv[1])), ensure_ascii=False))
