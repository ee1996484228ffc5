"""Where an error is on each day: at which holders, along which edges, and on its way between them."""

from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd

from pipelines.codes import CODES, read_code_list
from pipelines.exchange.modes import modes
from pipelines.replay.compare import metrics
from pipelines.replay.compare.diff import CELL, MEASURE, SCORE
from pipelines.replay.plan.edits import Edit
from pipelines.replay.tell.figures.marks import (
    Count,
    as_followed,
    correction_day,
    fault_days,
    spoken,
    united,
)
from pipelines.replay.tell.result import Replay

Pair = tuple[str, str]
CELLS = {"lists": CELL, "measures": MEASURE, "scores": SCORE}
FILE = "file:"  # begins the name of the node that stands for a feed's files


@dataclass(frozen=True)
class Trip:
    """A change on its way along an edge: read on the first day, shown from the end on."""

    edge: Pair
    first: int
    end: int
    righting: bool

    def along(self, day: int) -> float | None:
        """How far it is on a day, between 0 and 1; None if it is not under way."""
        if not self.first <= day < self.end:
            return None
        return (day - self.first + 0.5) / (self.end - self.first)


@dataclass
class Spread:
    """An error's way through the network; days are numbers, see `metrics.day_number`."""

    edges: dict[Pair, list[str]]  # every edge -> what it hands over, for people
    owners: list[str]  # the holders who own lists, adopted ones left out, sorted
    # `first`, `end`: first day worth looking at, and the horizon.
    first: int
    end: int
    # Holder (or file) -> how many of its entries are wrong.
    entries: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    # Holder -> how many of its measures and scores are wrong.
    followed: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    # Edge -> how many wrong entries came along it.
    lit: dict[Pair, Count] = field(default_factory=lambda: defaultdict(Count))
    trips: list[Trip] = field(default_factory=list)  # what is on its way, and when

    @property
    def nodes(self) -> list[str]:
        """Everybody, sorted."""
        ends = {end for edge in self.edges for end in edge}
        return sorted(ends | set(self.entries) | set(self.followed))

    @property
    def days(self) -> list[int]:
        """Every day on which the picture changes."""
        counts = (*self.entries.values(), *self.followed.values(), *self.lit.values())
        days = {day for count in counts for day in count.days}
        days |= {day for trip in self.trips for day in range(trip.first, trip.end)}
        return sorted({self.first, *(day for day in days if self.first < day < self.end)})


def spread(replay: Replay) -> Spread:
    """Follow a replay's error through the network, with the correction if there was one."""
    first = metrics.day_number(fault_days(replay)[0]) - 1
    adopted = adopted_lists()
    owners = {owner for name, owner in replay.faulty.owners.items() if name not in adopted}
    end = metrics.day_number(replay.faulty.horizon)
    spreading = Spread(_edges(replay), sorted(owners), first, end)
    for what, key in CELLS.items():
        counts = spreading.entries if what == "lists" else spreading.followed
        runs = united(metrics.numbered(as_followed(replay, what)), key)
        for holder, *_, a, b in runs.itertuples(index=False):
            counts[holder].add(a, b)
    _travel(spreading, replay)
    _enter(spreading, replay)
    return spreading


def _edges(replay: Replay) -> dict[Pair, list[str]]:
    """Who can hand lists to whom, in words; without evidence, who did hand over something wrong."""
    edges: dict[Pair, list[str]] = defaultdict(list)
    if replay.evidence is None:
        ways = as_followed(replay, "ways")
        for row in ways[ways["distance"] > 0].itertuples():
            edges[row.came_from, row.holder] = []
        return dict(sorted(edges.items()))
    rows = replay.evidence.edges.sort_values(["came_from", "holder", "list"])
    for r in rows.itertuples():
        often = "daily" if r.every_days == 1 else f"every {r.every_days} days"
        late = "the next day" if r.lag_days == 1 else f"{r.lag_days} days later"
        edges[r.came_from, r.holder].append(
            f"{spoken(r.list)}: read {often}, shown {late}, {r.mode}"
        )
    return dict(edges)


def _carried(replay: Replay) -> pd.DataFrame:
    """Wrong cells by the holder they came from, with lag and mode of the edge."""
    if replay.evidence is not None:
        edges = replay.evidence.edges[["list", "holder", "came_from", "lag_days", "mode"]]
        runs = replay.evidence.carried.merge(edges, on=["list", "holder", "came_from"])
        return metrics.numbered(runs)
    cell = ["holder", "list", "subject_id"]
    ways = as_followed(replay, "ways")
    ways = ways[ways["distance"] > 0].groupby([*cell, "came_from"], as_index=False)
    seen = ways["first_day"].min()
    runs = metrics.numbered(as_followed(replay, "lists").merge(seen, on=cell))
    since = pd.to_datetime(runs["first_day"]).map(lambda day: metrics.day_number(day.date()))
    return runs.assign(a=runs["a"].clip(lower=since), lag_days=1, mode="")


def _travel(found: Spread, replay: Replay) -> None:
    """Light the edges along which something wrong came, and what is on its way along them."""
    runs = _carried(replay)
    fixed = correction_day(replay)
    since = None if fixed is None else metrics.day_number(fixed)
    trips: set[Trip] = set()
    key = ("came_from", "holder", "list", "subject_id", "lag_days", "mode")
    for run in united(runs, key).itertuples():
        edge = (run.came_from, run.holder)
        found.lit[edge].add(run.a, run.b)
        trips.add(Trip(edge, run.a - run.lag_days, run.a, righting=False))
        mode = modes().get(run.mode)
        cleared = mode is not None and mode.until_next_sync and run.b < found.end
        if cleared and since is not None and run.b - run.lag_days >= since:
            trips.add(Trip(edge, run.b - run.lag_days, run.b, righting=True))
    found.trips += sorted(trips, key=lambda t: (t.first, t.end, t.edge, t.righting))


def _enter(found: Spread, replay: Replay) -> None:
    """Add the files the faults are in, and the holders whose own doing they spoil first."""
    for edit in replay.edits:
        if edit.feed is None:
            continue  # it began at a holder, and in no file
        node = FILE + edit.feed.name
        found.entries[node].add(*_in_the_file(edit, found.end))
        for what, runs in _spoilt(replay, edit).items():
            by = [*CELLS[what], "a", "b"]
            for run in runs[by].drop_duplicates().itertuples(index=False):
                edge = (node, run[0])
                found.edges.setdefault(edge, [_ENTERS[what]])
                found.lit[edge].add(run.a, run.b)


_ENTERS = {
    "lists": "its records become entries on the lists it owns",
    "measures": "its links carry measures on",
    "scores": "its records change points",
}


def _spoilt(replay: Replay, edit: Edit) -> dict[str, pd.DataFrame]:
    """The runs of wrong days where a fault enters: own lists, else measures and scores it carries.

    What rests on the record struck is known where there is evidence. A register's records are
    behind everything without being named there, and so is a row that never came.
    """
    lists = metrics.numbered(as_followed(replay, "lists"))
    native = lists[~lists["list"].isin(adopted_lists())]
    own = native[native["list"].map(replay.faulty.owners) == native["holder"]]
    if replay.evidence is None or (len(replay.edits) == 1 and len(own)):
        return {"lists": own}
    rests, record = replay.evidence.rests, edit.struck.record_id
    mine = rests[rests["feed"] == edit.struck.feed.name]
    mine = mine if record is None else mine[mine["record_id"] == record]
    here = _of(own, mine[mine["what"] == "lists"], CELLS["lists"])
    if len(here):
        return {"lists": here}
    spoilt = {}
    for what, named in (("measures", "measures"), ("scores", "points")):
        runs = metrics.numbered(as_followed(replay, what))
        runs = _of(runs, mine[mine["what"] == named], CELLS[what])
        if len(runs):
            spoilt[what] = runs
    return spoilt or ({"lists": own} if edit.struck.feed.registry else {})


def _of(runs: pd.DataFrame, rests: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """The runs of cells that some lines of evidence are about."""
    names = ("holder", "item", "subject_id") if len(by) == 3 else ("holder", "subject_id")
    wanted = pd.MultiIndex.from_frame(rests[[*names]].astype("object"))
    return runs[pd.MultiIndex.from_frame(runs[[*by]].astype("object")).isin(wanted)]


def adopted_lists() -> set[str]:
    """The lists that are made because another has an entry."""
    rows = read_code_list(CODES / "lists.csv").to_pylist()
    return {row["list"] for row in rows if row["adopted"] == "yes"}


def _in_the_file(edit: Edit, end: int) -> tuple[int, int]:
    """From when to when the latest delivery of the feed is the wrong one."""
    struck = edit.struck
    first = metrics.day_number(struck.day)
    if edit.correction_day is not None and struck.scope != "once":
        return first, metrics.day_number(edit.correction_day)
    later = [day for day in struck.days if day > struck.day]
    if struck.scope == "once" and later:
        return first, metrics.day_number(later[0])
    return first, end
