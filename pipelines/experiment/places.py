"""Where an error can begin, and how often others come to show it: by feed, by edge, by holder.

At each place so many random faults are followed, of every kind that fits there in turn: at a feed what
spoils its deliveries, on an edge and at a holder the mishaps. Counted is how many of those that found
something to change changed what *another* holder shows: another than the owner of the list, than the
holder who sends, or than the holder at which it began. On an edge it is counted besides how many changed
what a holder *beyond* the receiver shows, since the receiver is where an edge errs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.exchange.mishaps import mishaps
from pipelines.exchange.network import read_network
from pipelines.experiment.design import BLOCK
from pipelines.home import Home, whole, write_json
from pipelines.landing import read_manifest
from pipelines.manifest import make_manifest
from pipelines.replay.compare.outcome import Outcome
from pipelines.replay.compare.universes import Universes
from pipelines.replay.plan.edits import Edit
from pipelines.replay.plan.faults import FaultSpec
from schemas.contract import Column
from schemas.identifiers import SCHEMES
from schemas.normal_form import normal_form
from schemas.processes import each, kept
from schemas.progress import Progress
from sources.faults import FaultError, kinds
from sources.faults.figures import FIGURES, figure_columns
from sources.faults.identifiers import identifier_columns, name_columns
from sources.world.draws import Stream


@dataclass(frozen=True)
class Place:
    """A place at which errors begin, and the kinds that fit there."""

    kind: str
    name: str
    faults: tuple[str, ...]

    def spec(self, n: int, seed: int) -> FaultSpec:
        """The n-th fault at this place."""
        kind = self.faults[n % len(self.faults)]
        drawn = int(Stream(seed, f"place.{self.kind}.{self.name}").below(n, 1 << 31))
        if self.kind == "feed":
            return FaultSpec(kind, feed=self.name, seed=drawn)
        if self.kind == "edge":
            sender, receiver = self.name.split("-")
            return FaultSpec(kind, sender=sender, holder=receiver, seed=drawn)
        if mishaps()[kind].place == "between":
            return FaultSpec(kind, sender=self.name, seed=drawn)
        return FaultSpec(kind, holder=self.name, seed=drawn)


@dataclass(frozen=True)
class Found:
    """What was found at one place."""

    where: str
    place: str  # its name, and `where`, what it is: feed, edge or holder
    faults: int  # how many found something to change there
    reached: int  # how many of them changed what another holder shows
    # Of an edge, how many changed what another than its two ends shows; else None.
    beyond: int | None
    # After how many of those faults a key, a name or a figure of a record reads otherwise: not after
    # those of another column, a row or a delivery, nor of a code in another form of writing;
    # `cells_reached`: how many of these changed what another holder shows.
    cells: int
    cells_reached: int
    most_pairs: int  # the most (holder, list) pairs that one of them changed

    def json(self) -> dict[str, object]:
        """The same as plain values, with the shares that reached another holder, and one beyond."""
        return asdict(self) | {"share": self.share(), "share_beyond": self.share(beyond=True)}

    def share(self, beyond: bool = False) -> float | None:
        """Share of the faults that reached another holder, or one beyond an edge; None of none."""
        part = self.beyond if beyond else self.reached
        return None if part is None or not self.faults else part / self.faults


def places(universes: Universes) -> list[Place]:
    """Every feed, edge and holder of the network in force."""
    tier, join = universes.db.rows("SELECT max(tier), max(join_level) FROM base.codes.run")[0]
    network = read_network(tier, join)
    at_feeds = {name: fault for name, fault in kinds().items() if name != "free_edit"}
    on_edges = tuple(name for name, m in mishaps().items() if m.place == "edge")
    at_holders = tuple(name for name, m in mishaps().items() if m.place != "edge")
    edges = sorted({edge.name for edge in network.edges})
    holders = {*network.owners.values()}
    holders |= {name for edge in network.edges for name in (edge.source, edge.target)}
    return [
        *(
            Place("feed", feed.name, tuple(k for k, f in at_feeds.items() if f.fits(feed)))
            for feed in universes.landed.feeds.values()
        ),
        *(Place("edge", name, on_edges) for name in edges),
        *(Place("holder", name, at_holders) for name in sorted(holders)),
    ]


def places_of(
    home: Home, join: str | None = None, policy: Mapping[str, str] | None = None
) -> list[Place]:
    """The places of a home with a finished build, which is laid out for those who follow faults there."""
    with Universes(home, join, policy) as universes:
        return places(universes)


def by_place(
    home: Home,
    all_places: Sequence[Place],
    drawn: int,
    seed: int,
    join: str | None = None,
    policy: Mapping[str, str] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[Found]:
    """Follow random faults at every place.

    Args:
        all_places: see `places_of`.
        drawn: how many faults are drawn at each place.
        join, policy: see `pipelines.replay.replay`.
        workers: how many processes follow them; what is found does not depend on it.
    """
    base = (str(home.path), join, tuple(sorted((policy or {}).items())))
    found: dict[int, Found] = {}
    for at, one in each(_follow, [(base, place, drawn, seed) for place in all_places], workers):
        found[at] = one
        if progress:
            progress(f"{one.where} {one.place}", len(found), len(all_places))
    return [found[at] for at in range(len(all_places))]


_Base = tuple[str, str | None, tuple[tuple[str, str], ...]]  # a home, a level of joining, a policy
_OPEN: dict[_Base, Universes] = {}


def _follow(base: _Base, place: Place, drawn: int, seed: int) -> Found:
    """What faults at one place do, in whatever process."""
    home, join, policy = base
    universes = kept(_OPEN, base, lambda: Universes(Home(home), join, dict(policy) or None))
    return found_at(universes, place, drawn, seed)


def write_places(
    found: Sequence[Found],
    out: Path,
    home: Home,
    command: Sequence[str],
    said: Mapping[str, Any],
) -> Path:
    """Write the table of places, `places.parquet`, and the manifest of it.

    Args:
        home: of the world they were found in.
        said: what was asked for: n, join and policy among it.
    """
    table = out / "places.parquet"
    with whole(table) as partial:
        pd.DataFrame([one.json() for one in found]).to_parquet(partial, index=False)
    about = home.current()
    landing = read_manifest(home.delivered())
    digest = about.get("landing_digest")
    write_json(out / "manifest.json", make_manifest(command, landing, digest=digest, **said))
    return table


def found_at(universes: Universes, place: Place, drawn: int, seed: int) -> Found:
    """What so many random faults at one place do."""
    outcomes: list[Outcome] = []
    for start in range(0, drawn, BLOCK):
        some = range(start, min(start + BLOCK, drawn))
        planned = universes.cases([place.spec(n, seed)] for n in some)
        # Others have no place there, or nothing to change.
        cases = [edits for edits in planned if not isinstance(edits, FaultError)]
        outcomes += universes.follow(cases) if cases else []
    reached = [_others(outcome, place) for outcome in outcomes]
    beyond = [_others(outcome, place, beyond=True) for outcome in outcomes]
    cell = [place.kind == "feed" and _spoils_a_value(outcome.edits[0]) for outcome in outcomes]
    pairs = [outcome.faulty.lists.groupby(["holder", "list"]).ngroups for outcome in outcomes]
    return Found(
        place.kind,
        place.name,
        len(outcomes),
        sum(reached),
        sum(beyond) if place.kind == "edge" else None,
        sum(cell),
        sum(one and is_cell for one, is_cell in zip(reached, cell, strict=True)),
        max(pairs, default=0),
    )


def _spoils_a_value(edit: Edit) -> bool:
    """Whether rows of a feed read otherwise in a column that holds a key, a name or a figure.

    A code in full-width characters, or with hyphens, is read as the same code.
    """
    if edit.struck.fault.level != "cell":
        return False
    feed = edit.struck.feed
    names = (*identifier_columns(feed), *name_columns(feed), *figure_columns(feed, FIGURES))
    held = [feed.column(name) for name in names]
    both = [(row.before, row.after) for row in edit.rows() if row.before and row.after]
    return any(_as_read(c, one) != _as_read(c, other) for one, other in both for c in held)


def _as_read(column: Column, row: Mapping[str, str | None]) -> str | None:
    """A cell in the form in which it is compared."""
    text = row.get(column.name)
    return SCHEMES[column.scheme].compact(text) if column.scheme and text else normal_form(text)


def _others(outcome: Outcome, place: Place, beyond: bool = False) -> bool:
    """Whether another holder shows something else; beyond: than either end of an edge."""
    cells = outcome.faulty.lists
    if place.kind == "feed":
        return bool((cells["holder"] != cells["list"].map(outcome.faulty.owners)).any())
    ends = place.name.split("-")
    return bool((~cells["holder"].isin(ends if beyond else ends[:1])).any())
