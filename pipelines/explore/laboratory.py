"""A built home, open for as long as its pages are: the database to read, and a base to replay on.

Many ask at once. Each reads through a connection of its own; replays share one base a level of joining
and policy and are followed one after the other. If another database takes the place of the one that is
open, the next request finds it, and the old one is closed when the last who reads it has done.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.engine.base import Engine
from pipelines.engine.duckdb_engine import DuckDBEngine
from pipelines.exchange.network import Network, read_network
from pipelines.explore.asked import RequestError
from pipelines.explore.words import Words, read_words
from pipelines.home import Home
from pipelines.in_force import see_database
from pipelines.made_by import out_of_date
from pipelines.places import Place
from pipelines.trace import rows

if TYPE_CHECKING:
    from pipelines.replay import Scenario, Universes
    from pipelines.replay.otherwise import Worlds

MOST_BASES = 3  # levels of joining and policies kept open for replays
MOST_WORLDS = 4  # replays whose worlds are kept open to be looked at
MOST_KEPT = 60  # answers that took long and are kept
PATIENCE = 20  # seconds for which a request waits for a base to be laid out

REPLACED = "The database was just replaced; this page asks again by itself."

Key = tuple[Any, ...]


class NotYet(RequestError):
    """Something has to be made first that takes longer than a page may; the message says how far it is."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 503)


@dataclass
class Base:
    """A base for replays, and who may use it: one at a time."""

    universes: Universes | None = None  # None until it is laid out
    wrong: Exception | None = None  # what went wrong while it was
    at: str = "has just begun"  # how far it is
    ready: threading.Event = field(default_factory=threading.Event)
    turn: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Looked:
    """The worlds of a replay, and who may look at them: one at a time."""

    worlds: Worlds | None = None  # None until they are made
    gone: bool = False  # whether they were closed, to make room or for another database
    turn: threading.Lock = field(default_factory=threading.Lock)


class World(ABC):
    """One world, open for reading: the clean one of a home, or one of a replay in it.

    Attributes:
        landing: the folder of the delivered files.
        run: `day0`, `last_day`, `horizon`, `join_level`, `policy`, `tier` of the build.
        words: what codes are called.
    """

    landing: Place
    run: Mapping[str, Any]
    words: Words

    @property
    @abstractmethod
    def clean(self) -> World:
        """The world whose files lie in the landing folder."""

    @abstractmethod
    def engine(self) -> AbstractContextManager[Engine]:
        """A connection that nobody else uses meanwhile."""

    @abstractmethod
    def kept(self, key: Key, make: Callable[[], Any]) -> Any:
        """What was made for a key before, or is made now; a few dozen are kept, those asked for last."""

    def rows(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        """Rows of a query; see `pipelines.trace.rows`."""
        with self.engine() as engine:
            return rows(engine, sql, *params)

    @property
    def network(self) -> Network:
        """The network the database was built with."""
        return self.kept(
            ("network",),
            lambda: read_network(self.run["tier"], self.run["join_level"], self.policy),
        )

    @property
    def policy(self) -> dict[str, str]:
        """The numbers of the network that the database was built with."""
        return json.loads(self.run["policy"])


class Laboratory(World):
    """One database of a home.

    Raises:
        HomeError: if there is none, or the file is no database.

    Attributes:
        home, path, about: the home, the database's file, and what the pointer says of it.
        built: a few characters, others if another database takes its place that says other things.
        stale: one sentence if it was made by other models, network or codes than there are; else None.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self.about = home.current()
        self.path = see_database(home.database())
        self._idle: list[Engine] = []
        self._guard = threading.Lock()
        self._bases: OrderedDict[Key, Base] = OrderedDict()
        self._worlds: OrderedDict[Key, Looked] = OrderedDict()
        self._kept: OrderedDict[Key, Any] = OrderedDict()
        self._readers = 0
        self._replaced = False
        self.landing = home.delivered()
        with self.engine() as engine:
            self.run = rows(engine, "SELECT * FROM codes.run")[0]
            self.words = read_words(engine)
            self.stale = out_of_date(engine, self.path, home.path)
        said = [self.about.get(name) for name in ("landing_digest", "decisions", "version")]
        said += [self.run[name] for name in ("day0", "last_day", "join_level", "policy")]
        self.built = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]

    @contextlib.contextmanager
    def engine(self) -> Iterator[Engine]:
        with self._guard:
            engine = self._idle.pop() if self._idle else None
        engine = engine or DuckDBEngine(self.path, read_only=True)
        try:
            yield engine
        except BaseException:
            engine.close()
            raise
        with self._guard:
            if not self._replaced:
                self._idle.append(engine)
                return
        engine.close()

    def kept(self, key: Key, make: Callable[[], Any]) -> Any:
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._guard:
            self._kept[key] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def numbers(
        self,
        join: str | None = None,
        policy: Mapping[str, str] | None = None,
        scenario: Scenario | None = None,
    ) -> dict[str, str]:
        """The numbers of the network that a replay works with; see `numbers_at` of replays."""
        from pipelines.replay.recompute.levels import numbers_at

        return numbers_at(self.home, join, policy, scenario)

    @property
    def clean(self) -> World:
        return self

    # --- replays ------------------------------------------------------------------------------

    def begin(self, join: str | None = None, policy: Mapping[str, str] | None = None) -> Base:
        """The base of a level of joining and policy; it is laid out beside, if it is not yet.

        Args:
            policy: all its numbers, see `numbers`; None: those of the database.
        """
        join = None if join == self.run["join_level"] else join
        policy = self.numbers(join) if policy is None else policy
        key = (join, tuple(sorted(policy.items())))
        with self._guard:
            base = self._bases.get(key)
            if base is not None and base.wrong is None:
                self._bases.move_to_end(key)
                return base
            base = self._bases[key] = Base()
            old = [k for k in self._bases if k != key][: max(0, len(self._bases) - MOST_BASES)]
            for k in old:
                threading.Thread(target=_close, args=(self._bases.pop(k),), daemon=True).start()
        arguments = (base, join, policy)
        threading.Thread(target=self._lay_out, args=arguments, daemon=True).start()
        return base

    def _lay_out(self, base: Base, join: str | None, policy: Mapping[str, str] | None) -> None:
        def tell(label: str, done: int, total: int) -> None:
            base.at = f"{label}, {done} of {total}" if total else f"{label}, {done}"

        try:
            from pipelines.replay import Universes

            base.universes = Universes(self.home, join, policy, progress=tell, two_at_a_time=True)
        except Exception as error:  # whoever waits for it says what went wrong
            base.wrong = error
        finally:
            base.ready.set()

    @contextlib.contextmanager
    def universes(
        self, join: str | None = None, policy: Mapping[str, str] | None = None
    ) -> Iterator[Universes]:
        """A base on which to replay; one at a time.

        Raises:
            NotYet: if it has to be laid out first, and that takes a while.
            HomeError, NetworkError: if it cannot be.
        """
        base = self.begin(join, policy)
        if not base.ready.wait(PATIENCE):
            raise NotYet(
                f"The database is being laid out for replays ({base.at}); this page asks again by itself."
            )
        if base.wrong is not None:
            raise base.wrong
        with base.turn:
            if base.universes is None:
                raise NotYet(REPLACED)
            yield base.universes

    @contextlib.contextmanager
    def worlds(self, key: Key, make: Callable[[], Worlds]) -> Iterator[Worlds]:
        """The worlds of a replay, made once and kept; a few are, those asked for last, one reader at a time.

        Raises:
            NotYet: if the database was replaced meanwhile.
        """
        with self._guard:
            if self._replaced:
                raise NotYet(REPLACED)
            one = self._worlds.setdefault(key, Looked())
            self._worlds.move_to_end(key)
            old = [
                self._worlds.popitem(last=False)[1] for _ in range(len(self._worlds) - MOST_WORLDS)
            ]
        for other in old:
            threading.Thread(target=_forget, args=(other,), daemon=True).start()
        with one.turn:
            if one.gone:
                raise NotYet("This world was just closed; this page asks again by itself.")
            if one.worlds is None:
                one.worlds = make()
            yield one.worlds

    # --- the end ------------------------------------------------------------------------------

    def close(self) -> None:
        """Close everything that nobody uses, and let the others do so when they have done."""
        with self._guard:
            self._replaced = True
            idle, self._idle = self._idle, []
            bases, self._bases = [*self._bases.values()], OrderedDict()
            worlds, self._worlds = [*self._worlds.values()], OrderedDict()
        for engine in idle:
            engine.close()
        for one in worlds:
            _forget(one)
        for base in bases:
            _close(base)


def _close(base: Base) -> None:
    """Close a base once it is laid out and nobody replays on it."""
    base.ready.wait()
    with base.turn:
        if base.universes is not None:
            base.universes.close()
            base.universes = None


def _forget(one: Looked) -> None:
    """Close the worlds of a replay once nobody looks at them."""
    with one.turn:
        one.gone = True
        if one.worlds is not None:
            one.worlds.close()
            one.worlds = None


class Open:
    """The laboratory of a home as it is now; opened anew when another database is in force."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._guard = threading.Lock()
        self._seen: tuple[int, ...] = ()
        self._now: Laboratory | None = None

    def laboratory(self) -> Laboratory:
        """The laboratory of the database in force.

        Raises:
            HomeError: if there is none.
        """
        with self._guard:
            try:
                state = self.home.pointer.stat()
                seen = (state.st_mtime_ns, state.st_size, state.st_ino)
            except OSError:
                seen = ()
            if self._now is None or seen != self._seen:
                new = Laboratory(self.home)
                old, self._now, self._seen = self._now, new, seen
                if old is not None:
                    threading.Thread(target=old.close, daemon=True).start()
            return self._now

    def close(self) -> None:
        """Close the database."""
        with self._guard:
            if self._now is not None:
                self._now.close()
                self._now = None
