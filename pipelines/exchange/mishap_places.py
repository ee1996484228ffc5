"""On which edges and at which holders of a network each kind of mishap can happen.

What the paths of lists and the code lists say of it; that something is there to be changed on the day, only
a built world can say (`pipelines.replay.plan.mishaps`, which asks `struck` of the paths it was built with).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.exchange.mishaps import Mishap, mishaps
from pipelines.exchange.modes import modes
from pipelines.exchange.network import LISTS_FILE, Network, made_of_grades
from schemas.code_lists import read_csv

Row = Mapping[str, Any]


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
    paths = [step.row() for name in network.owners for step in network.paths(name)]
    lists = {row["list"]: row for row in read_csv(LISTS_FILE)}
    found = {}
    for name, kind in mishaps().items():
        rows = struck(kind, paths, lists, made_of_grades())
        if kind.place == "edge":
            edges = {f"{row['came_from']}-{row['holder']}" for row in rows}
            found[name] = MishapPlaces(tuple(sorted(edges)), ())
        else:
            where = "came_from" if kind.place == "between" else "holder"
            found[name] = MishapPlaces((), tuple(sorted({row[where] for row in rows})))
    return found


def struck(
    kind: Mishap, paths: Sequence[Row], lists: Mapping[str, Row], graded: Collection[str]
) -> list[Row]:
    """The rows of `exchange.paths` whose last step, or whose holder, a kind of mishap can strike.

    Args:
        paths: the rows there are.
        lists: list -> its row of the code list.
        graded: the lists that are made of grades.

    Returns:
        Of a list sent astray, a row for each way it can go: `came_from`, `list`, and a `holder` of the
        network who does not get it.
    """
    if kind.place == "between":
        get: dict[str, set[str]] = {}
        for path in paths:
            get.setdefault(path["list"], set()).add(path["holder"])
        everybody = {path["holder"] for path in paths}
        return [
            {"came_from": sender, "list": name, "holder": holder}
            for name, holders in get.items()
            for sender in holders
            for holder in everybody - holders
        ]
    for_good = {(path["holder"], path["list"]) for path in paths if not path["taken_back"]}

    def fits(path: Row) -> bool:
        said, at_owner = lists[path["list"]], path["distance"] == 0
        if at_owner and (kind.place == "edge" or kind.strikes == "all"):
            return False
        if kind.shows in ("new", "twice") and said["adopted"] != "no":
            return False
        # A list made of grades has one entry a subject, by its grade, whatever arrives.
        if kind.shows == "twice" and path["list"] in graded:
            return False
        if kind.shows == "new" and said["polarity"] != "negative":
            return False
        if kind.takes_down and (path["holder"], path["list"]) in for_good:
            return False
        return not kind.with_removal or (not at_owner and modes()[path["mode"]].until_next_sync)

    return [path for path in paths if fits(path)]
