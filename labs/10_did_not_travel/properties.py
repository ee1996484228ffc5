"""A network in which corrections get stuck, and what it takes to let them through.

The clocks are those of the laboratory's own network: see the table of modes in docs/time.md.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from pipelines.lab.property import Case, Made, Property, frame, rows
from pipelines.lab.worlds import Base

DAY0 = date(2024, 1, 1)
ENOUGH, BY_HAND = (
    30,
    20,
)  # days after a correction: nobody may show it any more; when it is deleted by hand
FAR = 4000  # no look is later
RIGHT, WRONG = 14, 8  # entries
HOLDERS = 9
MOST_USEFUL = 12  # mends to be tried in every combination
EDGE = (
    "edge",
    "sender",
    "receiver",
    "mode",
    "every_days",
    "offset_days",
    "lag_days",
    "expiry_days",
)


@dataclass(frozen=True)
class Edge:
    """How a holder gets a list; days are counted from `DAY0`."""

    name: str
    sender: str
    receiver: str
    mode: str
    every: int
    offset: int
    lag: int
    expiry: int | None


Span = tuple[int, int | None]


def arrive(edge: Edge, spans: Iterable[Span]) -> list[Span]:
    """Over which days the receiver shows what the sender shows over some; looks are every so many days."""
    found: list[Span] = []
    for start, end in sorted(spans):
        first = edge.offset + -(-(start - edge.offset) // edge.every) * edge.every
        last = (
            FAR if end is None else edge.offset + (end - 1 - edge.offset) // edge.every * edge.every
        )
        if first > last:
            continue  # it came and went between two looks
        begins = first + edge.lag
        if edge.mode == "snapshot":
            ends = None if end is None else last + edge.every + edge.lag
        elif edge.mode == "expire":
            ends = None if end is None else last + edge.lag + (edge.expiry or 0)
        else:  # append, irrevocable: nothing is taken back
            ends = None
        if found and (found[-1][1] is None or begins <= found[-1][1]):
            before = found.pop()
            ends = None if None in (before[1], ends) else max(before[1], ends)
            begins = before[0]
        found.append((begins, ends))
    return found


def paths(edges: Iterable[Edge], owner: str) -> list[tuple[Edge, ...]]:
    """All ways from the owner on that come to no holder twice."""
    found, now = [], [()]
    while now:
        now = [
            (*path, edge)
            for path in now
            for edge in edges
            if edge.sender == (path[-1].receiver if path else owner)
            and edge.receiver not in (owner, *(e.receiver for e in path))
        ]
        found += now
    return found


def show(
    edges: Iterable[Edge],
    owner: str,
    entry: Span,
    deleted: Iterable[str] = (),
    day: int | None = None,
) -> dict[tuple[str, ...], list[Span]]:
    """Path -> when its last holder shows an entry; what some holders delete by hand on a day is gone there
    until the next look brings it back, or for good where nothing is sent twice."""
    found = {}
    for path in paths(edges, owner):
        names = (owner, *(edge.receiver for edge in path))
        spans = arrive(path[-1], [entry] if len(path) == 1 else found[names[:-1]])
        if path[-1].receiver in deleted and day is not None:
            source = [entry] if len(path) == 1 else found[names[:-1]]
            spans = _without(path[-1], spans, source, day)
        found[names] = spans
    return found


def _without(edge: Edge, spans: list[Span], source: list[Span], day: int) -> list[Span]:
    """Spans after a deletion by hand."""
    kept = [(s, day if e is None or e > day else e) for s, e in spans if s < day]
    later = [(s, e) for s, e in spans if s >= day]
    if edge.mode == "snapshot":
        look = edge.offset + -(-(day - edge.lag - edge.offset) // edge.every) * edge.every
        rest = [(max(s, look), e) for s, e in source if e is None or e > look]
        later = arrive(edge, [(s, e) for s, e in rest if e is None or s < e])
    return kept + later


def make(base: Base, draw: Random) -> Made:
    """A network of the world's holders, whose edges forget well but for a few."""
    names = base.query("SELECT DISTINCT holder FROM exchange.paths ORDER BY holder")[
        "holder"
    ].tolist()
    while True:
        owner, *others = draw.sample(names, HOLDERS)
        edges = _network(owner, others, draw)
        entries = _entries(draw)
        menu = _menu(edges, others, draw)
        if left(edges, owner, entries, ()) and (best := _best(edges, owner, entries, menu)):
            break
    shown = [
        (
            path[-1],
            ">".join(path),
            entry,
            DAY0 + timedelta(days=s),
            None if e is None else DAY0 + timedelta(days=e),
        )
        for entry, s, e, _ in entries
        for path, spans in show(edges, owner, (s, e)).items()
        for s, e in spans
    ]
    told = [
        (
            entry,
            DAY0 + timedelta(days=s),
            None if e is None else DAY0 + timedelta(days=e),
            corrected,
        )
        for entry, s, e, corrected in entries
    ]
    given = {
        "edges": frame([tuple(vars(edge).values()) for edge in edges], EDGE),
        "entries": frame(told, ["entry_id", "from_day", "to_day", "corrected"]),
        "shown": frame(shown, ["holder", "path", "entry_id", "from_day", "to_day"]),
        "menu": frame(menu, ["mend", "target", "what", "price"]),
    }
    return Made(given, {"best": frame([(owner, best)], ["owner", "price"])})


def _network(owner: str, others: list[str], draw: Random) -> list[Edge]:
    """A tree of at most three steps and an edge more; two or three edges do not forget, or look seldom."""
    depth, edges = {owner: 0}, []
    for holder in others:
        sender = draw.choice([h for h, steps in depth.items() if steps < 3])
        depth[holder] = depth[sender] + 1
        edges.append((sender, holder))
    made = []
    for sender, receiver in edges:
        every = draw.choice((1, 2, 7))
        name = f"{sender}-{receiver}"
        made.append(
            Edge(
                name,
                sender,
                receiver,
                "snapshot",
                every,
                draw.randrange(every),
                draw.choice((1, 2)),
                None,
            )
        )
    for at in draw.sample(range(len(made)), draw.choice((2, 3, 3))):
        kind = draw.choice(("append", "irrevocable", "expire", "slow", "slow append"))
        edge = made[at]
        if "slow" in kind:
            edge = replace(
                edge, every=(every := draw.choice((60, 90))), offset=draw.randrange(every)
            )
        if kind == "expire":
            edge = replace(edge, mode="expire", expiry=draw.choice((120, 365)))
        elif kind != "slow":
            edge = replace(edge, mode=kind.split()[-1])
        made[at] = edge
    return made


def _entries(draw: Random) -> list[tuple[str, int, int | None, bool]]:
    found = []
    for n in range(RIGHT + WRONG):
        start = draw.randrange(0, 200)
        wrong = n < WRONG
        end = (
            start + draw.randrange(40, 120)
            if wrong
            else draw.choice((None, start + draw.randrange(200, 500)))
        )
        found.append((start, end, wrong))
    draw.shuffle(found)
    return [(f"E{n:03}", *one) for n, one in enumerate(found)]


def _menu(edges: list[Edge], others: list[str], draw: Random) -> list[tuple[str, str, str, int]]:
    found = []
    for edge in edges:
        found.append((edge.name, "snapshot", draw.randrange(20, 60)))
        found.append((edge.name, "weekly", draw.randrange(10, 40)))
        found.append((edge.name, "stop", draw.randrange(1, 6)))
    found += [(holder, "delete", draw.randrange(8, 30)) for holder in others]
    return [(f"M{n:02}", *one) for n, one in enumerate(found, start=1)]


def mended(edges: Iterable[Edge], chosen: Iterable[tuple[str, str]]) -> tuple[list[Edge], set[str]]:
    """The network after mends (target, what), and who deletes by hand."""
    chosen = set(chosen)
    found = []
    for edge in edges:
        if (edge.name, "stop") in chosen:
            continue
        if (edge.name, "snapshot") in chosen:
            edge = replace(edge, mode="snapshot", expiry=None)
        if (edge.name, "weekly") in chosen:
            edge = replace(edge, every=7, offset=edge.offset % 7)
        found.append(edge)
    return found, {target for target, what in chosen if what == "delete"}


def left(
    edges: Iterable[Edge], owner: str, entries: Iterable[tuple], chosen: Iterable[tuple[str, str]]
) -> set[tuple[tuple[str, ...], str]]:
    """Paths and wrong entries that are shown still, or again, so many days after the correction."""
    network, deleted = mended(edges, chosen)
    return {
        (path, entry)
        for entry, start, end, corrected in entries
        if corrected
        for path, spans in show(network, owner, (start, end), deleted, end + BY_HAND).items()
        if any(e is None or e > end + ENOUGH for _, e in spans)
    }


def _best(edges: list[Edge], owner: str, entries: list[tuple], menu: list[tuple]) -> int | None:
    """The lowest price at which nothing is left and no edge is stopped; by trying all that can matter."""
    stuck = {holder for path, _ in left(edges, owner, entries, ()) for holder in path}
    broken = {e.name for e in edges if e.mode != "snapshot" or e.every > 7}
    useful = [
        (target, what, price)
        for _, target, what, price in menu
        if what != "stop" and ((what == "delete" and target in stuck) or target in broken)
    ]
    if len(useful) > MOST_USEFUL:
        return None
    wrong = [one for one in entries if one[3]]
    tries: list[tuple[int, tuple[int, ...]]] = [(0, ())]  # the cheapest first
    while tries:
        price, some = heapq.heappop(tries)
        if not left(edges, owner, wrong, [useful[n][:2] for n in some]):
            return price
        for n in range(some[-1] + 1 if some else 0, len(useful)):
            heapq.heappush(tries, (price + useful[n][2], (*some, n)))
    return None


def _read(
    case: Case,
) -> tuple[list[Edge], str, list[tuple], dict[str, tuple[str, str, int]], list[str]]:
    edges = [Edge(*row) for row in rows(case.given["edges"], *EDGE)]
    entries = [
        (entry, (s - DAY0).days, None if e is None else (e - DAY0).days, corrected)
        for entry, s, e, corrected in rows(
            case.given["entries"], "entry_id", "from_day", "to_day", "corrected"
        )
    ]
    menu = {mend: (target, what, price) for mend, target, what, price in rows(case.given["menu"])}
    return edges, case.truth["best"]["owner"][0], entries, menu, case.out["mend"].tolist()


def _chosen(menu: Mapping[str, tuple], told: Iterable[str]) -> list[tuple[str, str]]:
    return [menu[mend][:2] for mend in told if mend in menu]


def _mended(case: Case) -> tuple[int, int]:
    edges, owner, entries, menu, told = _read(case)
    before = left(edges, owner, entries, ())
    return len(before - left(edges, owner, entries, _chosen(menu, told))), len(before)


def _keeps(case: Case) -> tuple[int, int]:
    """Of the days of right entries that are shown, counted by path, those still shown."""
    edges, owner, entries, menu, told = _read(case)
    network, _ = mended(edges, _chosen(menu, told))
    right = of = 0
    for _, start, end, corrected in entries:
        if not corrected:
            was, now = show(edges, owner, (start, end)), show(network, owner, (start, end))
            of += sum(bool(spans) for spans in was.values())
            right += sum(bool(spans) and bool(now.get(path)) for path, spans in was.items())
    return right, of


def _worlds_mended(case: Case) -> tuple[int, int]:
    edges, owner, entries, menu, told = _read(case)
    return int(not left(edges, owner, entries, _chosen(menu, told))), 1


def _cheapest(case: Case) -> tuple[int, int]:
    edges, owner, entries, menu, told = _read(case)
    price = sum(menu[mend][2] for mend in told if mend in menu)
    kept, of = _keeps(case)
    done = kept == of and not left(edges, owner, entries, _chosen(menu, told))
    return int(done and price <= case.truth["best"]["price"][0]), 1


def _on_the_menu(case: Case) -> tuple[int, int]:
    menu = set(case.given["menu"]["mend"])
    return sum(mend in menu for mend in case.out["mend"]), len(case.out)


PROPERTIES = [
    Property(
        "mended",
        "of the wrong entries that were stuck are gone in time, by a replay with the mends",
        25,
        _mended,
        0.999,
    ),
    Property("whole", "of the networks have nothing stuck any more", 20, _worlds_mended),
    Property("keeps", "of the right entries are shown by every way as before", 15, _keeps, 0.99),
    Property("cheapest", "of the networks are mended at the lowest price there is", 20, _cheapest),
    Property("on_the_menu", "of the mends are on the menu", 5, _on_the_menu, public=True),
]
