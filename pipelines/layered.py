"""Nodes in columns and edges between them, ordered so that few lines cross.

The usual four steps of layered drawing: an edge that spans several columns gets a place in each it
passes; each column is ordered by the mean place of its neighbours, and the ordering with the fewest
crossings is kept; heights follow; each edge gets an end of its own along the side of a box. Nothing is
random: the same graph gives the same picture.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SWEEPS = 24
SETTLE = 60


@dataclass(frozen=True)
class Layout:
    """Where things are."""

    top: dict[str, float]  # node -> upper edge of its box
    # Edge number -> heights at which it leaves, passes each column between, and arrives.
    routes: list[list[float]]
    height: float  # of the whole


def layout(
    column: Mapping[str, int],
    edges: Sequence[tuple[str, str]],
    tall: Mapping[str, float],
    gap: float,
    lane: float,
) -> Layout:
    """Lay out a graph whose nodes have their columns already.

    Args:
        column: node -> column, from 0.
        edges: pairs of nodes; to the right or to the left, never within a column.
        tall: node -> height of its box.
        gap: least room between two boxes.
        lane: room a passing line takes.
    """
    chains = [_chain(n, a, b, column) for n, (a, b) in enumerate(edges)]
    # a place where an edge passes is named (edge, column)
    at = dict(column) | {step: step[1] for chain in chains for step in chain[1:-1]}
    by_column: list[list] = [[] for _ in range(max(at.values()) + 1)]
    for node in sorted(at, key=str):
        by_column[at[node]].append(node)
    near: dict = defaultdict(list)
    for chain in chains:
        for a, b in zip(chain, chain[1:], strict=False):
            near[a].append(b)
            near[b].append(a)
    order = _ordered(by_column, near, at)
    size = {node: tall.get(node, lane) for node in at}
    centre, height = _settled(order, near, size, gap)
    top = {node: centre[node] - size[node] / 2 for node in column}
    return Layout(top, _routes(chains, centre, size, at), height)


def _chain(number: int, a: str, b: str, column: Mapping[str, int]) -> list:
    direction = 1 if column[b] > column[a] else -1
    return [a, *((number, c) for c in range(column[a] + direction, column[b], direction)), b]


def _ordered(columns: list[list], near: Mapping, at: Mapping) -> list[list]:
    """The columns, each ordered by the mean place of its neighbours; the best of many sweeps."""
    best, fewest = [list(c) for c in columns], None
    order = [list(c) for c in columns]
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        for n in range(len(order)) if forth else reversed(range(len(order))):
            rank = {
                node: (place + 0.5) / len(nodes)
                for nodes in order
                for place, node in enumerate(nodes)
            }
            side = n - 1 if forth else n + 1
            order[n] = sorted(
                order[n],
                key=lambda node, r=rank, s=side: (_mean(node, near, at, r, s), r[node]),
            )
        crossings = _crossings(order, near, at)
        if fewest is None or crossings < fewest:
            best, fewest = [list(c) for c in order], crossings
    return best


def _mean(node: object, near: Mapping, at: Mapping, rank: Mapping, side: int) -> float:
    ranks = [rank[n] for n in near[node] if at[n] == side]
    return sum(ranks) / len(ranks) if ranks else rank[node]


def _crossings(order: list[list], near: Mapping, at: Mapping) -> int:
    total = 0
    for n, nodes in enumerate(order[:-1]):
        place = {node: k for k, node in enumerate(order[n + 1])}
        ends = [(k, place[b]) for k, node in enumerate(nodes) for b in near[node] if at[b] == n + 1]
        total += sum(
            (a1 - b1) * (a2 - b2) < 0 for i, (a1, a2) in enumerate(ends) for b1, b2 in ends[:i]
        )
    return total


def _settled(order: list[list], near: Mapping, size: Mapping, gap: float) -> tuple[dict, float]:
    """Heights of all centres: each drawn towards its neighbours, none nearer to the next than it may."""

    def apart(a: object, b: object) -> float:
        boxes = isinstance(a, str) + isinstance(b, str)
        return (size[a] + size[b]) / 2 + (gap if boxes == 2 else gap * 0.55 if boxes else 0)

    def length(nodes: list) -> float:
        inner = sum(apart(a, b) for a, b in zip(nodes, nodes[1:], strict=False))
        return inner + (size[nodes[0]] + size[nodes[-1]]) / 2

    height = max(map(length, order))
    centre: dict = {}
    for nodes in order:
        slack = (height - length(nodes)) / (len(nodes) + 1)
        y = slack + size[nodes[0]] / 2
        for n, node in enumerate(nodes):
            y += apart(nodes[n - 1], node) + slack if n else 0
            centre[node] = y
    for turn in range(SETTLE):
        for nodes in order if turn % 2 else reversed(order):
            for node in nodes:
                pull = sum(centre[n] for n in near[node]) / max(len(near[node]), 1)
                strength = 0.25 if isinstance(node, str) else 0.8
                centre[node] += strength * ((pull if near[node] else centre[node]) - centre[node])
            low = 0.0
            for n, node in enumerate(nodes):
                low = max(low + apart(nodes[n - 1], node), 0) if n else size[node] / 2
                low = centre[node] = max(centre[node], low)
            high = height
            for n, node in reversed(list(enumerate(nodes))):
                last = n == len(nodes) - 1
                high = height - size[node] / 2 if last else high - apart(node, nodes[n + 1])
                high = centre[node] = min(centre[node], high)
    return centre, height


def _routes(chains: list[list], centre: Mapping, size: Mapping, at: Mapping) -> list[list[float]]:
    """Each edge's heights, its ends spread along the side of the box in the order of where they lead."""
    ends: dict = defaultdict(
        list
    )  # (node, side) -> (height of the next place, edge, first or last)
    for number, chain in enumerate(chains):
        for node, next_, which in ((chain[0], chain[1], 0), (chain[-1], chain[-2], -1)):
            side = 1 if at[next_] > at[node] else -1
            ends[node, side].append((centre[next_], number, which))
    routes = [[centre[step] for step in chain] for chain in chains]
    for (node, _), found in ends.items():
        room = size[node] - 12
        for n, (_, number, which) in enumerate(sorted(found)):
            offset = ((n + 0.5) / len(found) - 0.5) * room
            routes[number][which] = centre[node] + offset
    return routes


def curve(
    route: Sequence[float], first: int, last: int, *, left: float, step: float, width: float
) -> str:
    """The path of an edge as SVG has it: a curve from column to column, straight where it passes one.

    Args:
        route: heights, as `Layout.routes` has them.
        first, last: columns that it goes from and to.
        left: of the first column's boxes.
        step: from column to column.
        width: of a box.

    >>> curve([10, 20], 0, 1, left=0, step=100, width=40)
    'M41,10 C68,10 68,20 95,20'
    """
    ahead = 1 if last > first else -1
    columns = list(range(first, last + ahead, ahead))
    path = ""
    for n, (a, b) in enumerate(zip(route, route[1:], strict=False)):
        start = left + columns[n] * step + (width + 1 if ahead > 0 else -1)
        stop = left + columns[n + 1] * step + (-1 if ahead > 0 else width + 1)
        if n == len(route) - 2:
            stop -= 4 * ahead  # the tip of the arrow
        bend = (stop - start) / 2
        path += f"L{start:.0f},{a:.0f} " if path else f"M{start:.0f},{a:.0f} "
        path += f"C{start + bend:.0f},{a:.0f} {stop - bend:.0f},{b:.0f} {stop:.0f},{b:.0f} "
    return path.strip()
