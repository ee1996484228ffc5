"""Pages of the world of a replay, beside the clean one: which is asked for, and what is otherwise in it.

An address names a saved scenario (`scenario=NAME`), or a replay by what stands behind the `?` of its own
address (`replay=...`); and, where something is done about the fault, which of the two worlds is meant
(`state`). An address that a page gives for a replay also names the database it was followed on (`built`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, Any

from pipelines.engine.base import Engine
from pipelines.explore.asked import Asked, RequestError, pairs_of, query_of
from pipelines.explore.beside import beside
from pipelines.explore.case import TAKES, Case, case_of
from pipelines.explore.laboratory import Key, Laboratory, World
from pipelines.explore.page import Answer
from pipelines.explore.replays import follow
from pipelines.trace import NotFound

if TYPE_CHECKING:
    from pipelines.replay import Replay
    from pipelines.replay.otherwise import Worlds

OF_A_WORLD = ("scenario", "replay", "state", "built")  # what a page takes that can tell of one
LONGEST = 6_000  # characters of a replay's address

Seen = Mapping[str, Any]
Look = Callable[[World, Asked], Seen]


class WorldOfReplay(World):
    """One of the worlds of a replay, as pages ask for it.

    Args:
        worlds: of the replay; held by whoever looks.
        state: which.
        key: names the replay among what the laboratory keeps.
    """

    def __init__(self, laboratory: Laboratory, worlds: Worlds, state: str, key: Key) -> None:
        self.landing, self.words = laboratory.landing, laboratory.words
        self._laboratory, self._worlds, self._state = laboratory, worlds, state
        self._key = (*key, state)
        self.run = self.kept(("run",), lambda: self.rows("SELECT * FROM codes.run")[0])

    @property
    def clean(self) -> World:
        return self._laboratory

    @contextlib.contextmanager
    def engine(self) -> Iterator[Engine]:
        with self._worlds.world(self._state) as engine:
            yield engine

    def kept(self, key: Key, make: Callable[[], Any]) -> Any:
        return self._laboratory.kept((*self._key, *key), make)


@dataclass(frozen=True)
class Under:
    """What a template is told of the world that its page tells of."""

    title: str  # of the scenario
    state: str  # `faulty` or `corrected`
    # `replay`, `clean`: addresses of the replay's page, and of this one in the clean world.
    replay: str
    clean: str
    # The address of this page in the other of the two worlds; None if nothing is done about the fault.
    other: str | None
    query: str  # what other pages are to be asked for the same world
    pairs: Sequence[tuple[str, str]]  # what this one was asked for it
    marks: int  # how many rows of the page are otherwise than in the clean world, and say so
    alone: str | None  # the world that alone has what the page tells of; None: both have it

    def at(self, address: str) -> str:
        """The address of another page in the same world."""
        return with_query(address, self.query)


def with_query(address: str, query: str) -> str:
    """An address that asks for more."""
    return f"{address}{'&' if '?' in address else '?'}{query}"


def query_for(laboratory: Laboratory, case: Case, state: str = "faulty") -> str:
    """What a page is asked to tell of a world of a replay."""
    built = ""
    if len(case.pairs) == 1 and case.saved:
        named = case.pairs[0]
    else:
        named, built = ("replay", case.query), laboratory.built
    corrected = state if state != "faulty" else ""
    return query_of([named, ("state", corrected), ("built", built)])


def replay_asked(laboratory: Laboratory, asked: Asked) -> Case | None:
    """The replay whose world a page is asked to tell of; None: it tells of the clean one.

    Raises:
        RequestError: if there is no such scenario or replay, or it was followed on another database.
        FaultError, ScenarioError, NetworkError: if it makes no sense, or is of another world.
    """
    name, query, built = (
        asked.text("scenario", 60),
        asked.text("replay", LONGEST),
        asked.text("built"),
    )
    if name is None and query is None:
        if given := [n for n in OF_A_WORLD if asked.texts(n)]:
            raise RequestError(f"Say by `scenario` or `replay` which replay `{given[0]}` is of.")
        return None
    if name is not None and query is not None:
        raise RequestError("A page tells of one replay; give either `scenario` or `replay`.")
    if built not in (None, laboratory.built):
        raise RequestError(
            f"The replay was followed when this home held another database ({built[:16]}, and now "
            f"{laboratory.built}); follow it again, and go on from its page.",
            404,
        )
    pairs = pairs_of(query) if query is not None else [("scenario", name or "")]
    unknown = [n for n, _ in pairs if n not in TAKES]
    if not pairs or unknown:
        raise RequestError(
            f"There is no replay {(query or '')[:80]!r}: give what stands behind the `?` of a replay's "
            "address.",
            404,
        )
    return case_of(laboratory, Asked("/replay", pairs=pairs))


def in_every_world(look: Look) -> Callable[[Laboratory, Asked], Seen | Answer]:
    """A page that tells of the clean world, made to tell of that of a replay where one is asked for."""

    @wraps(look)
    def looked(laboratory: Laboratory, asked: Asked) -> Seen | Answer:
        case = replay_asked(laboratory, asked)
        return look(laboratory, asked) if case is None else _look(laboratory, asked, case, look)

    return looked


def _look(laboratory: Laboratory, asked: Asked, case: Case, look: Look) -> Answer:
    """What a page says in the world of a replay and in the clean one, and how they differ."""
    from pipelines.replay.otherwise import STATES, side_by_side

    state = asked.one_of("state", STATES) or "faulty"
    found = follow(laboratory, case)
    key: Key = ("world", case.means)
    with laboratory.worlds(key, lambda: _made(laboratory, case, found)) as worlds:
        if state not in worlds.states:
            raise RequestError(
                "Nothing is done about this fault, so there is no corrected world.", 404
            )
        there, clean = (
            _tried(look, WorldOfReplay(laboratory, worlds, one, key), asked)
            for one in (state, "clean")
        )
        states = worlds.states
    sides = side_by_side(there, clean)
    either = sides["there"] or sides["clean"]
    told = {"title": either["title"], "state": state, "scenario": title(found)}
    told |= {"replay": f"/replay?{case.query}", **sides}
    if "holder" in either:
        told["wrong"] = _wrong_at(found, state, either)

    def shown() -> dict[str, Any]:
        alone = "clean" if sides["there"] is None else state if sides["clean"] is None else None
        merged, marks = dict(either), 0
        if alone is None:
            merged, marks = beside(sides["there"], sides["clean"], state)
            merged |= _nearest_changes(sides["there"], sides["clean"])
        others = [one for one in states if one != state]
        under = Under(
            title=told["scenario"],
            state=state,
            replay=told["replay"],
            clean=asked.link(*((name, None) for name in OF_A_WORLD)),
            other=_link(laboratory, asked, case, others[0]) if others else None,
            query=query_for(laboratory, case, state),
            pairs=[pair for pair in asked.pairs if pair[0] in OF_A_WORLD],
            marks=marks + len(told.get("wrong", ())),
            alone=alone,
        )
        on = f"?day={either['day']}" if "day" in either else ""
        return {**merged, "under": under, "at": under.at, "on": on}

    return Answer(told, shown)


def _wrong_at(found: Replay, state: str, page: Seen) -> list[dict[str, Any]]:
    """Who is wrong at the holder of a page on its day, as the replay tells it; of an edge, by its sender.

    Returns:
        Rows of `list`, `subject_id`, `name`, `kind`, `from_day` and `to_day`.
    """
    remains = state == "corrected" and found.remaining is not None
    difference = found.remaining.difference if remains else found.faulty
    ways = difference.ways[difference.ways["holder"] == page["holder"]]
    sent = ways[ways["came_from"] == page["source"]] if page.get("edge") else None
    cells = None if sent is None else set(zip(sent["list"], sent["subject_id"], strict=True))
    rows = difference.lists[difference.lists["holder"] == page["holder"]]
    day = date.fromisoformat(page["day"])
    return [
        {
            "list": row.list,
            "subject_id": row.subject_id,
            "name": found.words.name(row.subject_id),
            "kind": row.kind,
            "from_day": row.from_day.date().isoformat(),
            "to_day": None
            if row.to_day.date() >= difference.horizon
            else row.to_day.date().isoformat(),
        }
        for row in rows.itertuples()
        if row.from_day.date() <= day < row.to_day.date()
        and (cells is None or (row.list, row.subject_id) in cells)
    ]


def _made(laboratory: Laboratory, case: Case, found: Replay) -> Worlds:
    """The worlds of a replay that was followed."""
    from pipelines.replay import Universes
    from pipelines.replay.otherwise import Worlds

    asked = case.scenario
    universes = Universes(
        laboratory.home, asked.join, asked.policy, everything=True, two_at_a_time=True
    )
    try:
        return Worlds(universes, found.edits)
    except BaseException:
        universes.close()
        raise


def _nearest_changes(there: Seen, clean: Seen) -> dict[str, str | None]:
    """The days of the changes before and after the one that is looked at, in whichever world; if told."""
    return {
        name: nearest((day for side in (there, clean) if (day := side[name])), default=None)
        for name, nearest in (("before", max), ("after", min))
        if name in there
    }


def _tried(look: Look, world: World, asked: Asked) -> Any:
    """What a page says in a world, or why it says nothing there."""
    try:
        return look(world, asked)
    except (NotFound, RequestError) as nothing:
        return nothing


def _link(laboratory: Laboratory, asked: Asked, case: Case, state: str) -> str:
    """The address of the same page in another world of the same replay."""
    kept: Sequence[tuple[str, str]] = [p for p in asked.pairs if p[0] not in OF_A_WORLD]
    query = "&".join(filter(None, (query_of(kept), query_for(laboratory, case, state))))
    return with_query(asked.address, query)


def title(found: Replay) -> str:
    """What a replay is called: its scenario's title, or what went wrong and where."""
    if found.scenario.title:
        return found.scenario.title
    places = (
        f"{one.struck.fault.title} in {one.feed.name if one.feed else one.struck.spec.holder}, "
        f"{one.struck.day}"
        for one in found.edits
    )
    return "; ".join(places).replace("_", " ")
