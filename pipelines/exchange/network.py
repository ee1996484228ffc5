"""The network of holders, read from `network.yml` and unrolled into a finite tree of paths a list.

Every lag is at least a day and a copy never passes to a holder already on its own path (but once over
a `readmits` edge), so the paths from an owner are finitely many and no fixed point is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from schemas.contract import ROOT, TIERS, read_yaml

NETWORK_FILE = ROOT / "pipelines" / "exchange" / "network.yml"
LISTS_FILE = ROOT / "schemas" / "codes" / "lists.csv"
JOINS = ("none", "own-keys", "unified-code", "full")
MODES = ("snapshot", "append", "expire", "irrevocable")
MATCHES = ("code", "name", "name_division")

# Policies of a whole run, each with its values, the first of which holds where nothing is said:
# whether withdrawals wait for the next sync or are sent on at once, whether a gate holds a delivery
# out of bounds or lets it through with a warning, and over how many links measures follow.
OF_THE_RUN = {
    "corrections": ("sync", "pushed"),
    "gates.out_of_bounds": ("hold", "warn"),
    "links.depth": ("2", "1", "0"),
}
OF_EDGES = ("corrections",)  # of these, what means nothing where nobody hands anything on


class NetworkError(ValueError):
    """A network that cannot be used; the message names the edge and the rule."""


@dataclass(frozen=True)
class Edge:
    """One holder handing lists to another. Days are counted from day 0 of the window."""

    source: str
    target: str
    lists: tuple[str, ...]
    every: int
    offset: int
    lag: int
    mode: str
    match: str
    join: str
    tier: str
    readmits: bool = False
    expiry: int | None = None
    basis: str = ""

    @property
    def name(self) -> str:
        """`<from>-<to>`, by which policies speak of the edge."""
        return f"{self.source}-{self.target}"


@dataclass(frozen=True)
class Adoption:
    """A holder that makes an entry of its own, for a term of its own, because another has one."""

    by: str
    list: str
    sources: tuple[str, ...]
    min_severity: str
    term_days: int
    join: str
    tier: str
    basis: str = ""


@dataclass(frozen=True)
class PathStep:
    """One node of a list's tree: the holder at the end of a path from the owner."""

    list: str
    holders: tuple[str, ...]
    edge: Edge | None

    @property
    def path(self) -> str:
        """Holders from the owner on, joined by `>`."""
        return ">".join(self.holders)

    @property
    def parent(self) -> str | None:
        """The path one step nearer to the owner."""
        return ">".join(self.holders[:-1]) if self.edge else None

    @property
    def depth(self) -> int:
        """Steps from the owner."""
        return len(self.holders) - 1


@dataclass(frozen=True)
class Network:
    """Edges and adoptions in force at one tier and level of joining, and the owners of the lists."""

    edges: tuple[Edge, ...]
    adoptions: tuple[Adoption, ...]
    owners: dict[str, str]
    max_paths: int

    def paths(self, list_name: str) -> list[PathStep]:
        """Every path a list can travel, shortest first, then by name.

        Raises:
            NetworkError: if there are more than the network's own bound.
        """
        found = [PathStep(list_name, (self.owners[list_name],), None)]
        edges = [e for e in self.edges if list_name in e.lists]
        at = 0
        while at < len(found):
            step = found[at]
            at += 1
            for edge in edges:
                if edge.source != step.holders[-1]:
                    continue
                returns = edge.target in step.holders
                readmitted = len(set(step.holders)) < len(step.holders)
                if returns and (not edge.readmits or readmitted):
                    continue
                found.append(PathStep(list_name, (*step.holders, edge.target), edge))
                if len(found) > self.max_paths:
                    raise NetworkError(
                        f"list {list_name} can travel more than {self.max_paths} paths; take edges "
                        "out of network.yml or raise max_paths_per_list."
                    )
        return sorted(found, key=lambda step: (step.depth, step.path))

    def by_name(self, list_names: Iterable[str], depth: int) -> bool:
        """Whether any path of these lists takes its step of that depth over an edge that goes by name."""
        return any(
            step.edge is not None and step.edge.match != "code"
            for name in list_names
            for step in self.paths(name)
            if step.depth == depth
        )

    def generations(self) -> list[list[str]]:
        """Lists by how many adoptions lie behind an entry: first the native ones, then what adopts them.

        A list may stand in several generations. No chain passes through one list twice, so they end.
        """
        adopted = {a.list for a in self.adoptions}
        chains = [(name,) for name in sorted(self.owners) if name not in adopted]
        levels = []
        while chains:
            levels.append(sorted({chain[-1] for chain in chains}))
            chains = [
                (*chain, a.list)
                for chain in chains
                for a in self.adoptions
                if chain[-1] in a.sources and a.list not in chain
            ]
        return levels


def read_owners(tier: str) -> dict[str, str]:
    """List -> owner for the lists of a tier."""
    lines = LISTS_FILE.read_text(encoding="utf-8").splitlines()
    names = lines[0].split(",")
    rows = [dict(zip(names, line.split(","), strict=False)) for line in lines[1:] if line]
    return {r["list"]: r["owner"] for r in rows if TIERS.index(r["tier"]) <= TIERS.index(tier)}


def _int(value: object, what: str) -> int:
    try:
        return int(str(value))
    except ValueError as error:
        raise NetworkError(f"{what} must be a whole number of days, not {value!r}.") from error


def _edge(node: dict) -> Edge:
    where = f"network.yml, edge {node.get('from')}-{node.get('to')}"
    missing = [k for k in ("from", "to", "lists", "every", "lag", "mode") if k not in node]
    if missing:
        raise NetworkError(f"{where}: {', '.join(missing)} missing.")
    edge = Edge(
        source=node["from"],
        target=node["to"],
        lists=tuple(node["lists"]),
        every=_int(node["every"], f"{where}: every"),
        offset=_int(node.get("offset", 0), f"{where}: offset"),
        lag=_int(node["lag"], f"{where}: lag"),
        mode=node["mode"],
        match=node.get("match", "code"),
        join=node.get("join", "full"),
        tier=node.get("tier", "core"),
        readmits=bool(node.get("readmits", False)),
        expiry=None if node.get("expiry") is None else _int(node["expiry"], f"{where}: expiry"),
        basis=node.get("basis", ""),
    )
    return checked(edge)


def checked(edge: Edge) -> Edge:
    """The edge, if it keeps the rules of the network.

    Raises:
        NetworkError: naming the edge and the rule it breaks.
    """
    where = f"edge {edge.name}"
    if edge.lag < 1:
        raise NetworkError(f"{where}: a lag is at least one day, not {edge.lag}.")
    if edge.every < 1:
        raise NetworkError(f"{where}: an edge syncs every one or more days, not {edge.every}.")
    if edge.offset < 0:
        raise NetworkError(f"{where}: an offset is zero or more days, not {edge.offset}.")
    if edge.mode not in MODES:
        raise NetworkError(f"{where}: mode {edge.mode!r} is none of {', '.join(MODES)}.")
    if edge.match not in MATCHES:
        raise NetworkError(f"{where}: match {edge.match!r} is none of {', '.join(MATCHES)}.")
    if edge.join not in JOINS:
        raise NetworkError(f"{where}: join {edge.join!r} is none of {', '.join(JOINS)}.")
    if edge.mode == "expire" and (edge.expiry is None or edge.expiry < edge.every):
        raise NetworkError(f"{where}: expiry must be given and at least `every` ({edge.every}).")
    return edge


def of_the_run(policy: Mapping[str, str], name: str) -> str:
    """What a policy says of the whole run, by one of the names `OF_THE_RUN`.

    Raises:
        NetworkError: if it is none of the values there are.
    """
    values = OF_THE_RUN[name]
    value = str(policy.get(name, values[0]))
    if value not in values:
        raise NetworkError(f"policy {name}={value}: it is one of {', '.join(values)}.")
    return value


def with_policy(
    edges: list[Edge], adoptions: list[Adoption], policy: Mapping[str, str]
) -> tuple[list[Edge], list[Adoption]]:
    """Edges and adoptions with the numbers of a policy in place of their own.

    Args:
        policy: `<from>-<to>.<every|offset|lag|expiry|mode|match>` or `adopt.<list>.term_days` -> value;
            those `OF_THE_RUN` change nothing here.

    Raises:
        NetworkError: if a name means nothing, or a value breaks a rule.
    """
    for name, value in policy.items():
        if name in OF_THE_RUN:
            of_the_run(policy, name)
            continue
        target, _, attribute = name.rpartition(".")
        if target.startswith("adopt."):
            which = target.removeprefix("adopt.")
            if attribute != "term_days" or which not in {a.list for a in adoptions}:
                known = ", ".join(f"adopt.{a.list}.term_days" for a in adoptions)
                raise NetworkError(
                    f"policy {name!r} is not known; adoptions have {known or 'none'}."
                )
            adoptions = [
                replace(a, term_days=_int(value, name)) if a.list == which else a for a in adoptions
            ]
            continue
        if target not in {e.name for e in edges}:
            raise NetworkError(
                f"policy {name!r} means no edge; edges are {', '.join(e.name for e in edges) or 'none'}. "
                f"Of the whole run there are {', '.join(OF_THE_RUN)}."
            )
        if attribute in ("every", "offset", "lag", "expiry"):
            given: object = _int(value, name)
        elif attribute in ("mode", "match"):
            given = str(value)
        else:
            raise NetworkError(
                f"policy {name!r}: an edge has every, offset, lag, expiry, mode and match."
            )
        edges = [
            checked(replace(e, **{attribute: given})) if e.name == target else e for e in edges
        ]
    return edges, adoptions


def read_network(
    tier: str = "core",
    join: str = "full",
    policy: Mapping[str, str] | None = None,
    file: Path = NETWORK_FILE,
) -> Network:
    """The network in force at a tier and level of joining, under a policy.

    Raises:
        NetworkError: if the file or the policy breaks a rule.
    """
    if join not in JOINS:
        raise NetworkError(f"join {join!r} is none of {', '.join(JOINS)}.")
    node = read_yaml(file.read_text(encoding="utf-8"))
    owners = read_owners(tier)

    def in_force(item: Edge | Adoption) -> bool:
        return JOINS.index(item.join) <= JOINS.index(join) and TIERS.index(
            item.tier
        ) <= TIERS.index(tier)

    adoptions = [
        Adoption(
            by=a["by"],
            list=a["list"],
            sources=tuple(a["from"]),
            min_severity=a["min_severity"],
            term_days=_int(a["term_days"], f"adoption of {a['list']}"),
            join=a["join"],
            tier=a["tier"],
            basis=a.get("basis", ""),
        )
        for a in node.get("adoptions") or []
    ]
    edges, adoptions = with_policy(
        [e for e in map(_edge, node["edges"]) if in_force(e)],
        [a for a in adoptions if in_force(a)],
        policy or {},
    )
    if join == "own-keys":
        edges = [replace(e, match="name_division") for e in edges]
    seen: set[tuple[str, str, str]] = set()
    for edge in edges:
        for name in edge.lists:
            if (edge.source, edge.target, name) in seen:
                raise NetworkError(f"edge {edge.name} carries {name} twice; keep one.")
            seen.add((edge.source, edge.target, name))
    adopted = {a.list for a in adoptions}
    native = {p.stem for p in (ROOT / "pipelines" / "lists").glob("*.sql")}
    owners = {name: owner for name, owner in owners.items() if name in adopted or name in native}
    return Network(tuple(edges), tuple(adoptions), owners, int(node["max_paths_per_list"]))


def in_reach(policy: Mapping[str, str], tier: str, join: str) -> dict[str, str]:
    """What of a policy means anything at a tier and level of joining."""
    network = read_network(tier, join)
    known = {e.name for e in network.edges} | {f"adopt.{a.list}" for a in network.adoptions}
    return {
        name: value
        for name, value in policy.items()
        if (name in OF_THE_RUN and (network.edges or name not in OF_EDGES))
        or name.rpartition(".")[0] in known
    }
