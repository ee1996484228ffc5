"""On which edges and at which holders of a network each kind of mishap can happen.

What a network and the code lists say of it; that something is there to be changed on the day, only a
built world can say (`pipelines.replay.plan.mishaps`, which goes by the same rules).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.exchange.mishaps import Mishap, mishaps
from pipelines.exchange.modes import modes
from pipelines.exchange.network import LISTS_FILE, Network, PathStep, made_of_grades
from schemas.contract import read_csv


@dataclass(frozen=True)
class MishapPlaces:
    """Where one kind of mishap can happen."""

    edges: tuple[str, ...]  # `<from>-<to>`, in order; none if it happens at a holder
    # Codes of holders, in order; none if it happens on an edge. Of a list sent astray, who can send it.
    holders: tuple[str, ...]


def mishap_places(network: Network) -> dict[str, MishapPlaces]:
    """Kind of mishap -> its places in a network, in the order of the code list.

    Raises:
        NetworkError: if a list can travel more paths than the network allows.
    """
    steps = [step for name in sorted(network.owners) for step in network.paths(name)]
    for_good = {
        (step.holders[-1], step.list)
        for step in steps
        if step.edge is not None and not modes()[step.edge.mode].taken_back
    }
    rows: dict[str, Mapping[str, str]] = {row["list"]: row for row in read_csv(LISTS_FILE)}

    def fits(kind: Mishap, step: PathStep) -> bool:
        """Whether it can strike what a step of a list's path brings, or an owner's own list."""
        said, edge = rows[step.list], step.edge
        if edge is None and (kind.place == "edge" or kind.strikes == "all"):
            return False
        if kind.shows in ("new", "twice") and said["adopted"] != "no":
            return False
        if kind.shows == "twice" and step.list in made_of_grades():
            return False
        if kind.shows == "new" and said["polarity"] != "negative":
            return False
        if kind.takes_down and (step.holders[-1], step.list) in for_good:
            return False
        return not kind.with_removal or (edge is not None and modes()[edge.mode].until_next_sync)

    found = {}
    for name, kind in mishaps().items():
        if kind.place == "between":
            found[name] = MishapPlaces((), _senders(steps))
            continue
        struck = [step for step in steps if fits(kind, step)]
        on_edges = kind.place == "edge"
        edges = {step.edge.name for step in struck if on_edges and step.edge is not None}
        holders = set() if on_edges else {step.holders[-1] for step in struck}
        found[name] = MishapPlaces(tuple(sorted(edges)), tuple(sorted(holders)))
    return found


def _senders(steps: list[PathStep]) -> tuple[str, ...]:
    """Holders with a list that some other holder of the network does not get, in order."""
    get: dict[str, set[str]] = {}
    for step in steps:
        get.setdefault(step.list, set()).add(step.holders[-1])
    everybody = {holder for holders in get.values() for holder in holders}
    return tuple(sorted({h for holders in get.values() if holders < everybody for h in holders}))
