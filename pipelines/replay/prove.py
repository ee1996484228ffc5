"""Replay equals rebuild: random faults worked out both ways and compared table by table, row by row.

    python -m pipelines.replay.prove --cases 1000 --home build/prove

Every kind of fault, every feed it fits, both scopes, with and without a correction and at every level
of joining comes up in turn, in worlds of several seeds. What agreed is written down case by case, so
that a run that was stopped goes on where it left off. A case that does not agree is printed with the
command that shows it.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice, takewhile
from pathlib import Path

from pipelines.build import build
from pipelines.exchange.mishaps import mishaps
from pipelines.exchange.network import JOINS
from pipelines.home import Home
from pipelines.options import options_of
from pipelines.replay.compare.universes import Universes
from pipelines.replay.plan.case import rows_of_states
from pipelines.replay.plan.edits import Edit, EditError, RowOrFile, apply, decided_after
from pipelines.replay.plan.faults import FaultSpec
from pipelines.replay.plan.mishaps import rows_of
from pipelines.replay.recompute.small import Small
from pipelines.run import make_home
from schemas.contract import feeds
from schemas.processes import each, kept
from schemas.sql import quoted
from sources.faults import FaultError, kinds
from sources.faults.base import SCOPES
from sources.world.draws import Stream

# A row's place in a file is no part of what it says, and rewriting a file may move it.
PLACE = frozenset({"file", "line", "bytes", "digest", "unreadable", "counted"})
COUNTED = frozenset({"quality.row_counts", "quality.unreadable"})  # no model reads them

WORLDS = (1, 2, 3)

# What is done about a fault: the days after which its source corrects it, and a remedy beside that.
CORRECTED: tuple[tuple[int | None, str | None], ...] = (
    *((days, None) for days in (None, 1, 10, 30, 90)),
    *((None, remedy) for remedy in ("notice", "dispute", "reconciliation", "repair")),
    (30, "reconciliation"),
)


@dataclass(frozen=True)
class Case:
    """One fault to be followed both ways."""

    number: int  # which of the cases of a seed
    world: int  # seed of the world it happens in
    join: str
    # `kind`, `feed`, `scope`, `correct_after`, `seed`: see `FaultSpec`.
    kind: str
    feed: str
    scope: str | None
    correct_after: int | None
    seed: int
    # What is done about it beside that, see `pipelines.replay.plan.remedies`.
    remedy: str | None = None

    def spec(self) -> FaultSpec:
        """The fault as it is asked for."""
        return FaultSpec(
            self.kind,
            feed=self.feed or None,
            scope=self.scope,
            correct_after=self.correct_after,
            seed=self.seed,
        )

    def __str__(self) -> str:
        said = {
            "fault": self.kind,
            "seed": self.seed,
            "join": self.join,
            "feed": self.feed or None,
            "scope": self.scope,
            "correct_after": self.correct_after,
            "remedy": self.remedy,
        }
        options = options_of(said.items())
        return f"case {self.number}, world {self.world}: islands replay {options}"


def cases(seed: int, worlds: Sequence[int] = WORLDS) -> Iterator[Case]:
    """Cases without end: each round takes every kind in every feed it fits, in an order of its own.

    Args:
        worlds: seeds of the worlds they happen in.
    """
    pairs = [
        (name, feed.name)
        for name, fault in sorted(kinds().items())
        if name != "free_edit"
        for feed in feeds("core").values()
        if fault.fits(feed)
    ] + [(name, "") for name in mishaps()]

    def below(what: str, n: int) -> int:
        return int(Stream(seed, f"prove.{what}").below(number, n))

    number = 0
    while True:
        left = list(pairs)
        while left:
            kind, feed = left.pop(below("pair", len(left)))
            after, remedy = CORRECTED[below("correct", len(CORRECTED))]
            yield Case(
                number,
                worlds[below("world", len(worlds))],
                JOINS[below("join", len(JOINS))],
                kind,
                feed,
                (None, *SCOPES)[below("scope", 3)] if feed else None,
                after,
                number,
                remedy,
            )
            number += 1


def unlike(small: Small, universe: int, database: Path) -> dict[str, tuple[int, int]]:
    """Tables in which a universe is not what was rebuilt.

    Args:
        small: where the universe was worked out, every table of it.
        database: rebuilt from the edited files.

    Returns:
        Table -> how many rows only the rebuilt one has, and how many only the universe.
    """
    tables = {}
    small.engine.attach("rebuilt", database)
    try:
        for table, all_columns in small.columns.items():
            if table.split(".")[0] in ("world", "codes") or table in COUNTED:
                continue
            columns = ", ".join(quoted(c) for c in all_columns if c not in PLACE)
            other = f"SELECT {columns} FROM rebuilt.{table}"
            if _sum_of(small, universe, table, columns) == _sum(small, f"({other})", columns):
                continue
            mine = small.whole(table, universe, columns)
            missing, extra = (
                small.engine.fetch(f"SELECT count(*) FROM (({a}) EXCEPT ALL ({b}))")[0][0]
                for a, b in ((other, mine), (mine, other))
            )
            if missing or extra:
                tables[table] = (missing, extra)
    finally:
        small.engine.execute("DETACH rebuilt")
    return tables


# (file, table) -> number and sum of the hashes of its rows in the base.
_BASE: dict[tuple[str, str], tuple[int, int]] = {}


def _sum(small: Small, rows: str, columns: str, side: str = "1") -> tuple[int, int]:
    """Number of rows and sum of their hashes, which tell whether two tables hold the same rows."""
    row = small.engine.fetch(
        f"SELECT coalesce(sum({side}), 0), "
        f"coalesce(sum({side} * CAST(hash({columns}) AS HUGEINT)), 0) FROM {rows}"
    )[0]
    return int(row[0]), int(row[1])


def _sum_of(small: Small, universe: int, table: str, columns: str) -> tuple[int, int]:
    """The same of a table as one universe has it: the base's, less what is gone, and what came."""
    key = (str(small.base), table)
    if key not in _BASE:
        _BASE[key] = _sum(small, f"base.{table}", columns)
    rows, hashes = _BASE[key]
    if table in small.moved:
        changed = f"(FROM changed.{quoted(table)} WHERE universe = {universe})"
        more = _sum(small, changed, columns, "side")
        rows, hashes = rows + more[0], hashes + more[1]
    return rows, hashes


def tried(
    universes: Universes, case: Case, folder: Path, policy: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Work one case out both ways.

    Args:
        folder: where the rebuilt states lie for a while.
        policy: the numbers that the base of the universes was built with.

    Returns:
        `outcome`: agreed, differs, or nothing (if so small a world has nothing for the fault to
        change); and of what differs the tables.
    """
    spec = case.spec()
    try:
        try:
            (edit,) = universes.case([spec])
        except FaultError:
            (edit,) = universes.case([replace(spec, correct_after=None)])
    except FaultError:
        return {"outcome": "nothing"}
    states = _states([edit])
    try:
        if case.remedy:
            states = _states(universes.put_right([[edit]], case.remedy)[0])
        universes.work_out(states)
        refused = False
    except EditError:
        refused = True
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        for universe, rows in states.items():
            landing, log = Path(scratch) / f"{universe}", Path(scratch) / f"log{universe}"
            try:
                apply(rows, universes.landing, landing, universes.feeds, log, universes.decided)
            except EditError:
                return {"outcome": "agreed" if refused else "differs", "tables": "refused"}
            if refused:
                return {"outcome": "differs", "tables": "not refused"}
            database = Path(scratch) / f"{universe}.duckdb"
            build(
                landing,
                database,
                join=case.join,
                policy=policy,
                mishaps=rows_of(rows),
                decided=decided_after(universes.decided, rows, landing),
                threads=1,
                checks=False,
            )
            tables = unlike(universes.small, universe, database)
            if tables:
                return {"outcome": "differs", "tables": tables, "universe": universe}
    return {"outcome": "agreed", "universes": len(states)}


def _states(edits: Sequence[Edit]) -> dict[int, list[RowOrFile]]:
    """Universe -> what a case changes in it: 0 if it is never put right, 1 if it is."""
    return {n: rows for n, rows in enumerate(rows_of_states(edits)) if rows is not None}


_OPEN: dict[tuple[str, str], Universes] = {}


def _try(home: str, case: Case) -> dict[str, object]:
    """One case in a process of its own, which keeps the last base open."""
    key = (home, case.join)
    base = kept(_OPEN, key, lambda: Universes(Home(home), join=case.join, everything=True))
    return asdict(case) | tried(base, case, Path(home))


def make_world(folder: Path, seed: int, size: str = "tiny", days: int = 180) -> Home:
    """A home with a small dirty world, built once."""
    home = Home(folder / f"{size}-{seed}-{days}")
    return make_home(home, size=size, seed=seed, days=days)


def prove(folder: Path, count: int, seed: int = 1, workers: int = 2, seconds: float | None = None,
          size: str = "tiny", days: int = 180,
          worlds: Sequence[int] = WORLDS) -> list[dict[str, object]]:  # fmt: skip
    """Try cases until so many have been tried, going on where an earlier run left off.

    Args:
        folder: where worlds and `tried.jsonl` are kept.
        seconds: after which no new case is begun.
        size, days, worlds: of the worlds their size, window and seeds.

    Returns:
        What came of each case, by number.
    """
    from rich.progress import Progress

    folder.mkdir(parents=True, exist_ok=True)
    book = folder / f"tried-{size}-{days}-{seed}.jsonl"
    done = {}
    if book.exists():
        for line in book.read_text(encoding="utf-8").splitlines():
            outcome = json.loads(line)
            done[outcome["number"]] = outcome
    todo = [case for case in islice(cases(seed, worlds), count) if case.number not in done]
    todo.sort(key=lambda case: (case.number // 200, case.world, case.join, case.number))
    homes = {w: str(make_world(folder, w, size, days).path) for w in {c.world for c in todo}}
    for world in sorted(homes):  # laid out here, so that no two processes do it at once
        for join in sorted({c.join for c in todo if c.world == world}):
            Universes(Home(homes[world]), join=join, everything=True).close()
    end = None if seconds is None else time.monotonic() + seconds
    in_time = takewhile(lambda _: end is None or time.monotonic() < end, todo)
    work = ((homes[case.world], case) for case in in_time)
    with (
        book.open("a", encoding="utf-8") as out,
        Progress(transient=True, disable=not sys.stderr.isatty()) as bar,
    ):
        task = bar.add_task("cases", total=len(todo))
        for _, outcome in each(_try, work, workers):
            done[outcome["number"]] = outcome
            out.write(json.dumps(outcome, ensure_ascii=False) + "\n")
            out.flush()
            bar.advance(task)
    return [done[number] for number in sorted(done) if number < count]


def main(args: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code is the number of cases that differ, at most 1."""
    parser = argparse.ArgumentParser(prog="prove", description=__doc__.split("\n\n")[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, default=Path("build/prove"))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=None, help="begin no case after so long")
    given = parser.parse_args(args)
    outcomes = prove(given.home, given.cases, given.seed, given.workers, given.seconds)
    count = {o: sum(t["outcome"] == o for t in outcomes) for o in ("agreed", "differs", "nothing")}
    for one in outcomes:
        if one["outcome"] == "differs":
            case = Case(**{k: one[k] for k in Case.__dataclass_fields__})
            print(f"{case}\n  differs in {one['tables']}")
    covered = {name: len({t[name] for t in outcomes if t["outcome"] == "agreed"})
               for name in ("kind", "feed", "scope", "join", "world")}  # fmt: skip
    print(
        f"{count['agreed']} of {count['agreed'] + count['differs']} cases agree, row for row in "
        f"every table ({covered['kind']} kinds of fault, {covered['feed']} feeds, {covered['join']} "
        f"levels of joining, {covered['world']} worlds); in {count['nothing']} more the fault "
        "found nothing to change."
    )
    return int(count["differs"] > 0)


if __name__ == "__main__":
    sys.exit(main())
