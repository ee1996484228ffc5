"""The network of holders, read from `network.yml` and unrolled into a finite tree of paths a list.

Every lag is at least a day and a copy never passes to a holder already on its own path (but once over
a `readmits` edge), so the paths from an owner are finitely many and no fixed point is needed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from pipelines.exchange.joins import JOINS
from pipelines.exchange.modes import modes
from quality.policies import PREFIX, of_gates
from schemas.code_lists import CODES, read_csv, see_code_lists
from schemas.contract import ROOT, TIERS
from schemas.holders import holders
from schemas.said_once import read_yaml_file
from schemas.suggest import suggestion

NETWORK_FILE = ROOT / "pipelines" / "exchange" / "network.yml"
LISTS_FILE = CODES / "lists.csv"
GRADED_FILE = CODES / "score_lists.csv"
MATCHES = ("code", "name", "name_division")
SEVERITIES = ("positive", "minor", "general", "serious")
CHOICES = {"mode": tuple(modes()), "match": MATCHES, "join": JOINS, "tier": TIERS}

# Policies of a whole run, each with its values, the first of which holds where nothing is said:
# whether withdrawals wait for the next sync or are sent on at once, whether a gate holds a delivery
# out of bounds or lets it through with a warning, over how many links measures follow, and whose scores
# move each other: partners', family's and friends', nobody's, or those of ten households.
OF_THE_RUN = {
    "corrections": ("sync", "pushed"),
    "gates.out_of_bounds": ("hold", "warn"),
    "links.depth": ("2", "1", "0"),
    "links.scores": ("today", "none", "baojia"),
}
OF_EDGES = ("corrections",)  # of these, what means nothing where nobody hands anything on

# Bounds of the numbers of an edge and of an adoption, in days, both included. A rhythm or a delay of
# more than ten years, or a term of more than a hundred, is taken for a mistake; and no day
# worked out from them can leave the calendar.
BOUNDS = {
    "every": (1, 3650),
    "offset": (0, 3650),
    "lag": (1, 3650),
    "expiry": (1, 36500),
    "term_days": (1, 36500),
}
MAX_PATHS = (1, 100_000)


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

    @property
    def keeps_days(self) -> int | None:
        """Days an entry is shown beyond the sync that saw it last; None: for ever."""
        return modes()[self.mode].keeps_days(self.every, self.expiry)


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
    def depth(self) -> int:
        """Steps from the owner."""
        return len(self.holders) - 1

    def row(self) -> dict[str, str | int | None]:
        """Its row of `exchange.paths`, column -> value; an owner has its own list from itself, every day."""
        edge, holder = self.edge, self.holders[-1]
        mode = modes()[edge.mode] if edge else None
        return {
            "list": self.list,
            "path": self.path,
            "parent_path": ">".join(self.holders[:-1]) if edge else None,
            "holder": holder,
            "came_from": self.holders[-2] if edge else holder,
            "distance": self.depth,
            "every_days": edge.every if edge else 1,
            "offset_days": edge.offset if edge else 0,
            "lag_days": edge.lag if edge else 0,
            "mode": edge.mode if edge else "owner",
            "keeps_days": edge.keeps_days if edge else None,
            "names_anew": mode is not None and mode.names_anew,
            "taken_back": mode is None or mode.taken_back,
            "match": edge.match if edge else "code",
            "readmitted": edge is not None and edge.readmits and holder in self.holders[:-1],
        }


@dataclass(frozen=True)
class Network:
    """Edges and adoptions in force at one tier and level of joining, and the owners of the lists.

    `graded` are the lists that are made of the grades their owners give.
    """

    edges: tuple[Edge, ...]
    adoptions: tuple[Adoption, ...]
    owners: dict[str, str]
    max_paths: int
    graded: frozenset[str] = frozenset()

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

    def by_name(self, list_names: Iterable[str], depth: int) -> set[bool]:
        """How paths of these lists go by name in their step of that depth; nothing if none does.

        Whether a name is looked up anew at every sync, or when an entry is first seen.
        """
        return {
            modes()[step.edge.mode].names_anew
            for name in list_names
            for step in self.paths(name)
            if step.depth == depth and step.edge is not None and step.edge.match != "code"
        }

    def generations(self) -> list[list[str]]:
        """Lists by how many adoptions lie behind an entry: first the native ones, then what adopts them.

        A list may stand in several generations. No chain passes through one list twice, so they end.
        Lists made of grades stand in none: they are handed on when all these have been.
        """
        made = {a.list for a in self.adoptions} | self.graded
        chains = [(name,) for name in sorted(self.owners) if name not in made]
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
    return {
        row["list"]: row["owner"]
        for row in read_csv(LISTS_FILE)
        if TIERS.index(row["tier"]) <= TIERS.index(tier)
    }


@cache
def made_of_grades() -> frozenset[str]:
    """The lists that keepers of scores make of the grades they give."""
    return frozenset(row["list"] for row in read_csv(GRADED_FILE))


def _whole(value: object, where: str, bounds: tuple[int, int], unit: str = "days") -> int:
    """A whole number within bounds."""
    least, most = bounds
    text = "" if isinstance(value, bool) else str(value).strip()
    # Longer numbers are out of bounds whatever they are, and may be too long to read.
    number = int(text) if re.fullmatch(r"-?[0-9]{1,12}", text) else None
    if number is None or not least <= number <= most:
        shown = str(value) if len(str(value)) <= 40 else str(value)[:40] + "…"
        raise NetworkError(
            f"{where} is {shown!r}; it is a whole number of {unit} from {least} to {most}."
        )
    return number


def _choice(value: object, where: str, choices: tuple[str, ...]) -> str:
    """One of the words there are."""
    if value not in choices:
        raise NetworkError(f"{where} is {str(value)[:40]!r}; it is one of {', '.join(choices)}.")
    return str(value)


def _yes_or_no(value: object, where: str) -> bool:
    """What YAML makes of true and false; a text, were it `no`, is neither."""
    if not isinstance(value, bool):
        raise NetworkError(f"{where} is {str(value)[:40]!r}; it is true or false.")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    """A list of at least one name."""
    if not (isinstance(value, list) and value and all(isinstance(v, str) and v for v in value)):
        raise NetworkError(f"{where} is {value!r}; it is a list of names, like [court_dishonest].")
    return tuple(value)


def _given(node: object, where: str, keys: tuple[str, ...], may_have: tuple[str, ...] = ()) -> dict:
    """A mapping that has all of some keys, and no others but those it may have."""
    if not isinstance(node, dict):
        raise NetworkError(f"{where} is {node!r}; it is a mapping with {', '.join(keys)}.")
    missing = [k for k in keys if node.get(k) is None]
    if missing:
        raise NetworkError(f"{where}: {', '.join(missing)} missing.")
    for key in node:
        _known(str(key), f"{where}: the key", (*keys, *may_have))
    return node


def _known(name: str, where: str, names: Iterable[str], code_list: str = "") -> str:
    """A name that is known.

    Raises:
        NetworkError: naming it and, if one is near, what may be meant.
    """
    known = list(names)
    if name not in known:
        where_to = f"; it has no row in {code_list}" if code_list else ""
        raise NetworkError(f"{where} {name!r} is not known{where_to}.{suggestion(name, known)}")
    return name


def _edge(node: object) -> Edge:
    names = (str(node.get(k)) for k in ("from", "to")) if isinstance(node, dict) else ("", "")
    where = f"network.yml, edge {'-'.join(names)}"
    node = _given(
        node,
        where,
        ("from", "to", "lists", "every", "lag", "mode"),
        ("offset", "match", "join", "tier", "readmits", "expiry", "basis"),
    )

    def whole(name: str, value: object) -> int:
        return _whole(value, f"{where}: {name}", BOUNDS[name])

    def choice(name: str, value: object) -> str:
        return _choice(value, f"{where}: {name}", CHOICES[name])

    edge = Edge(
        source=str(node["from"]),
        target=str(node["to"]),
        lists=_texts(node["lists"], f"{where}: lists"),
        every=whole("every", node["every"]),
        offset=whole("offset", node.get("offset", 0)),
        lag=whole("lag", node["lag"]),
        mode=choice("mode", node["mode"]),
        match=choice("match", node.get("match", "code")),
        join=choice("join", node.get("join", "full")),
        tier=choice("tier", node.get("tier", "core")),
        readmits=_yes_or_no(node.get("readmits", False), f"{where}: readmits"),
        expiry=None if node.get("expiry") is None else whole("expiry", node["expiry"]),
        basis=str(node.get("basis") or ""),
    )
    return _checked(edge, where)


def _checked(edge: Edge, where: str) -> Edge:
    """The edge, if what it says fits together."""
    mode = modes()[edge.mode]
    if mode.expires and (edge.expiry is None or edge.expiry < edge.every):
        raise NetworkError(
            f"{where}: mode {edge.mode} needs an expiry of at least `every` ({edge.every}) days, "
            f"not {edge.expiry}."
        )
    if not mode.expires and edge.expiry is not None:
        expiring = ", ".join(m.code for m in modes().values() if m.expires)
        raise NetworkError(
            f"{where}: expiry is for mode {expiring}; this edge has mode {edge.mode}, which has none."
        )
    if edge.keeps_days is not None and edge.keeps_days < edge.every:
        raise NetworkError(
            f"{where}: mode {edge.mode} keeps an entry {edge.keeps_days} days, so `every` is at most "
            f"that, not {edge.every}."
        )
    return edge


def _adoption(node: object) -> Adoption:
    where = f"network.yml, adoption of {node.get('list') if isinstance(node, dict) else node}"
    node = _given(
        node,
        where,
        ("by", "list", "from", "min_severity", "term_days", "join", "tier"),
        ("basis",),
    )
    return Adoption(
        by=str(node["by"]),
        list=str(node["list"]),
        sources=_texts(node["from"], f"{where}: from"),
        min_severity=_choice(node["min_severity"], f"{where}: min_severity", SEVERITIES),
        term_days=_whole(node["term_days"], f"{where}: term_days", BOUNDS["term_days"]),
        join=_choice(node["join"], f"{where}: join", JOINS),
        tier=_choice(node["tier"], f"{where}: tier", TIERS),
        basis=str(node.get("basis") or ""),
    )


def _see_names(
    edges: Iterable[Edge], adoptions: Iterable[Adoption], lists: Mapping[str, Mapping[str, str]]
) -> None:
    """See that the code lists know every holder and list, and that who adopts owns what it makes.

    A misspelt name would hand nothing on, and nobody would miss it.

    Raises:
        NetworkError: naming the edge or adoption and what it says wrongly.
    """
    for edge in edges:
        where = f"network.yml, edge {edge.name}:"
        for holder in (edge.source, edge.target):
            _known(holder, f"{where} the holder", holders(), "holders.csv")
        for name in edge.lists:
            _known(name, f"{where} the list", lists, "lists.csv")
        if edge.source == edge.target:
            raise NetworkError(f"{where} it leads from a holder to itself; take it out.")
    for adoption in adoptions:
        where = f"network.yml, adoption of {adoption.list}:"
        for name in (adoption.list, *adoption.sources):
            _known(name, f"{where} the list", lists, "lists.csv")
        made = lists[adoption.list]
        if (made["owner"], made["adopted"]) != (adoption.by, "yes"):
            raise NetworkError(
                f"{where} {adoption.by} makes it, so that its row in lists.csv says owner "
                f"{adoption.by} and adopted yes, not {made['owner']} and {made['adopted']}."
            )


def of_the_run(policy: Mapping[str, str], name: str) -> str:
    """What a policy says of the whole run, by one of the names `OF_THE_RUN`.

    Raises:
        NetworkError: if it is none of the values there are.
    """
    values = OF_THE_RUN[name]
    return _choice(str(policy.get(name, values[0])), f"policy {name}", values)


def with_policy(
    edges: list[Edge], adoptions: list[Adoption], policy: Mapping[str, str]
) -> tuple[list[Edge], list[Adoption]]:
    """Edges and adoptions with the numbers of a policy in place of their own.

    Args:
        policy: `<from>-<to>.<every|offset|lag|expiry|mode|match>` or `adopt.<list>.term_days` -> value,
            numbers within `BOUNDS`; those `OF_THE_RUN` change nothing here. What is said of one edge is
            taken together, in whatever order it is said.

    Raises:
        NetworkError: if a name means nothing, or a value breaks a rule.
    """
    changed: dict[str, dict[str, object]] = {}
    for name, value in policy.items():
        if name in OF_THE_RUN:
            of_the_run(policy, name)
            continue
        if name.startswith(PREFIX):
            of_gates({name: value})
            continue
        target, _, attribute = name.rpartition(".")
        if target.startswith("adopt."):
            which = target.removeprefix("adopt.")
            if attribute != "term_days" or which not in {a.list for a in adoptions}:
                known = ", ".join(f"adopt.{a.list}.term_days" for a in adoptions)
                raise NetworkError(
                    f"policy {name!r} is not known; adoptions have {known or 'none'}."
                )
            term = _whole(value, f"policy {name}", BOUNDS["term_days"])
            adoptions = [replace(a, term_days=term) if a.list == which else a for a in adoptions]
            continue
        if target not in {e.name for e in edges}:
            raise NetworkError(
                f"policy {name!r} means no edge; edges are {', '.join(e.name for e in edges) or 'none'}. "
                f"Of the whole run there are {', '.join(OF_THE_RUN)}; of a gate, gate.<stage>.<name>."
            )
        if attribute in ("every", "offset", "lag", "expiry"):
            given: object = _whole(value, f"policy {name}", BOUNDS[attribute])
        elif attribute in ("mode", "match"):
            given = _choice(value, f"policy {name}", CHOICES[attribute])
        else:
            raise NetworkError(
                f"policy {name!r}: an edge has every, offset, lag, expiry, mode and match."
            )
        changed.setdefault(target, {})[attribute] = given
    return [_varied(e, changed.get(e.name, {})) for e in edges], adoptions


def _varied(edge: Edge, changed: Mapping[str, object]) -> Edge:
    """An edge with all that a policy says of it, which must fit together."""
    if not changed:
        return edge
    if not modes()[str(changed.get("mode", edge.mode))].expires and "expiry" not in changed:
        changed = {**changed, "expiry": None}  # of an edge that no longer lets anything expire
    return _checked(replace(edge, **changed), f"policy of {edge.name}")


@lru_cache(maxsize=8)
def _said_in(
    file: Path, size: int, changed: int
) -> tuple[tuple[Edge, ...], tuple[Adoption, ...], int]:
    """All edges and adoptions that a file says, and how many ways it lets a list take; read once as it is."""
    see_code_lists(CODES)  # what an edge names is looked up there, before a build looks at them
    node = _given(
        read_yaml_file(file, NetworkError),
        "network.yml",
        ("edges", "max_paths_per_list"),
        ("adoptions",),
    )
    for name in ("edges", "adoptions"):
        if not isinstance(node.get(name), list | None):
            raise NetworkError(f"network.yml: {name} is {node[name]!r}; it is a list.")
    bound = _whole(
        node["max_paths_per_list"], "network.yml: max_paths_per_list", MAX_PATHS, "paths"
    )
    adoptions = tuple(_adoption(one) for one in node.get("adoptions") or [])
    return tuple(_edge(one) for one in node["edges"]), adoptions, bound


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
    state = file.stat()
    all_edges, all_adoptions, bound = _said_in(file, state.st_size, state.st_mtime_ns)
    owners = read_owners(tier)

    def in_force(item: Edge | Adoption) -> bool:
        return JOINS.index(item.join) <= JOINS.index(join) and TIERS.index(
            item.tier
        ) <= TIERS.index(tier)

    lists = {row["list"]: row for row in read_csv(LISTS_FILE)}
    _see_names(all_edges, all_adoptions, lists)
    edges, adoptions = with_policy(
        [e for e in all_edges if in_force(e)],
        [a for a in all_adoptions if in_force(a)],
        policy or {},
    )
    if join == "own-keys":
        for name, value in (policy or {}).items():
            if name.endswith(".match") and value != "name_division":
                raise NetworkError(
                    f"policy {name}={value}: islands joined by own keys share no code, so that every "
                    "edge matches by name_division; leave it out, or join further."
                )
        edges = [replace(e, match="name_division") for e in edges]
    seen: set[tuple[str, str, str]] = set()
    for edge in edges:
        for name in edge.lists:
            if (edge.source, edge.target, name) in seen:
                raise NetworkError(f"edge {edge.name} carries {name} twice; keep one.")
            seen.add((edge.source, edge.target, name))
    adopted = {a.list for a in adoptions}
    native = {p.stem for p in (ROOT / "pipelines" / "lists").glob("*.sql")}
    graded = made_of_grades()
    for row in lists.values():
        if row["adopted"] == "no" and row["list"] not in native | graded:
            raise NetworkError(
                f"lists.csv: {row['list']} has no rule; write pipelines/lists/{row['list']}.sql, or say in "
                "score_lists.csv at which grades it lists somebody."
            )
    for adoption in adoptions:
        for name in graded.intersection(adoption.sources):
            raise NetworkError(
                f"network.yml, adoption of {adoption.list}: {name} is made of grades, which are given when "
                "all adoptions have been made; take it out."
            )
    owners = {name: owner for name, owner in owners.items() if name in adopted | native | graded}
    return Network(
        tuple(edges), tuple(adoptions), owners, bound, frozenset(graded.intersection(owners))
    )


def varied(policy: Mapping[str, str], anew: Mapping[str, str]) -> dict[str, str]:
    """A policy with some of what it says said anew; what is not named stays.

    An expiry goes with the mode it was for, when the edge gets one that lets nothing expire.

    >>> varied({"a-b.every": "3", "a-b.mode": "expire", "a-b.expiry": "9"}, {"a-b.mode": "append"})
    {'a-b.every': '3', 'a-b.mode': 'append'}
    """
    gone = {
        f"{name.removesuffix('.mode')}.expiry"
        for name, value in anew.items()
        if name.endswith(".mode") and value in modes() and not modes()[value].expires
    }
    return {name: value for name, value in policy.items() if name not in gone} | dict(anew)


def in_reach(policy: Mapping[str, str], tier: str, join: str) -> dict[str, str]:
    """What of a policy means anything at a tier and level of joining."""
    network = read_network(tier, join)
    known = {e.name for e in network.edges} | {f"adopt.{a.list}" for a in network.adoptions}
    return {
        name: value
        for name, value in policy.items()
        if name.startswith(PREFIX)
        or (name in OF_THE_RUN and (network.edges or name not in OF_EDGES))
        or (
            name.rpartition(".")[0] in known
            and not (join == "own-keys" and name.endswith(".match"))
        )
    }
