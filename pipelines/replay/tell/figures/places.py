"""Where the nodes of a small network are drawn: in layers from where an error starts.

Each layer is ordered by where its neighbours in earlier layers stand, a few times over, so that few
lines cross. Nothing is random: the same network gives the same picture.
"""

from collections.abc import Collection, Mapping, Sequence

SWEEPS = 12
MOST_ABREAST = 3  # nodes side by side on a narrow screen

Pair = tuple[str, str]


def layers(
    starts: Mapping[str, int], taken: Collection[Pair], others: Collection[Pair]
) -> dict[str, int]:
    """Node -> layer: how many steps it is from the starts.

    Args:
        starts: nodes whose layer is known.
        taken: edges the error took; they decide before all others.
        others: the rest; a node they do not lead to either stands in layer 1.
    """
    layer = dict(sorted(starts.items()))
    for edges in (sorted(taken), sorted({*taken, *others})):
        grown = True
        while grown:
            near = sorted((layer[a] + 1, b) for a, b in edges if a in layer and b not in layer)
            grown = bool(near)
            if near:
                layer[near[0][1]] = near[0][0]
    alone = sorted({end for edge in (*taken, *others) for end in edge} - set(layer))
    return layer | dict.fromkeys(alone, 1)


def ordered(layer: Mapping[str, int], edges: Collection[Pair]) -> list[list[str]]:
    """The nodes of each layer, in an order in which few lines cross."""
    rows: list[list[str]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for node in sorted(layer):
        rows[layer[node]].append(node)
    near: dict[str, list[str]] = {node: [] for node in layer}
    for a, b in sorted(edges):
        near[a].append(b)
        near[b].append(a)
    for sweep in range(SWEEPS):
        place = _places(rows)
        order = range(len(rows)) if sweep % 2 == 0 else range(len(rows) - 1, -1, -1)
        for n in order:
            side = n - 1 if sweep % 2 == 0 else n + 1

            def pull(node: str, side: int = side, place: dict[str, float] = place) -> float:
                met = [place[other] for other in near[node] if layer[other] == side]
                return sum(met) / len(met) if met else place[node]

            rows[n].sort(key=lambda node, pull=pull, place=place: (pull(node), place[node], node))
            place = _places(rows)
    return rows


def _places(rows: Sequence[Sequence[str]]) -> dict[str, float]:
    """Node -> how far along its layer it stands, between 0 and 1."""
    return {node: (n + 0.5) / len(row) for row in rows for n, node in enumerate(row)}


def staggered(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The layers, those of more than three nodes parted in two, for where there is little room."""
    parted = []
    for row in rows:
        parted += [[*row[0::2]], [*row[1::2]]] if len(row) > MOST_ABREAST else [[*row]]
    return parted


def placed(rows: Sequence[Sequence[str]], narrow: bool) -> dict[str, tuple[float, float]]:
    """Node -> (x, y), both between 0 and 1, y upwards: from left to right, or if narrow downwards.

    Narrow, every other row is shifted, so that lines pass between the nodes of the next.
    """
    places = {}
    for n, row in enumerate(rows):
        across = (n + 0.5) / len(rows)
        for k, node in enumerate(row):
            shift = (0.4 if n % 2 else 0.6) if narrow and len(row) > 1 else 0.5
            along = (k + shift) / len(row)
            places[node] = (along, 1 - across) if narrow else (across, 1 - along)
    return places
