"""Who hands lists to whom, as one picture in which every holder and every edge is a link."""

from collections import defaultdict

from markupsafe import Markup, escape

from pipelines.exchange.network import Edge, Network
from pipelines.explore.words import Words
from pipelines.layered import curve, layout

WIDTH, MARGIN, NODE, TALL, GAP, LANE = 1140, 6, 168, 42, 14, 12
MOST_LETTERS = 19  # of a name in a box
# How an edge is drawn: by its mode, dashes that need no colour.
DASHES = {"snapshot": "none", "expire": "7 4", "append": "2 4", "irrevocable": "2 4"}
RHYTHM = ((1, 2.8), (7, 1.7), (10**6, 1.0))  # a look every so many days -> width of the line


def layers(network: Network) -> dict[str, int]:
    """Holder -> column: the longest way from an owner, ways back to an earlier holder left out.

    A way back is an edge that closes a circle with those named before it.
    """
    adopted = {a.list for a in network.adoptions}
    owners = {owner for name, owner in network.owners.items() if name not in adopted}
    ahead: dict[str, set[str]] = defaultdict(set)

    def leads(a: str, b: str) -> bool:
        return a == b or any(leads(between, b) for between in ahead[a])

    for edge in network.edges:
        if not edge.readmits and not leads(edge.target, edge.source):
            ahead[edge.source].add(edge.target)
    found = dict.fromkeys(sorted(owners | set(ahead)), 0)
    for _ in range(len(found)):
        for holder, others in list(ahead.items()):
            for other in others:
                found[other] = max(found.get(other, 0), found[holder] + 1)
    return found


def owned_lists(network: Network) -> dict[str, list[str]]:
    """Holder -> the lists it owns, adopted ones too."""
    owned: dict[str, list[str]] = defaultdict(list)
    for name, owner in network.owners.items():
        owned[owner].append(name)
    return owned


def drawn(network: Network, words: Words) -> Markup:
    """The network as SVG, in the colours of the page."""
    column = layers(network)
    if not column:
        return Markup("")
    owned = owned_lists(network)
    ends = {h: sum(h in (e.source, e.target) for e in network.edges) for h in column}
    tall = {h: max(TALL, 10 + 8 * ends[h] // 2) for h in column}
    placed = layout(column, [(e.source, e.target) for e in network.edges], tall, gap=GAP, lane=LANE)
    step = (WIDTH - 2 * MARGIN - NODE) / max(*column.values(), 1)
    height = round(placed.height + 12)
    parts = [
        f'<svg class="network" viewBox="0 0 {WIDTH} {height}" role="group" '
        'aria-label="Holders of lists, from left to right as lists are handed on; each is a link">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="9" markerHeight="9" '
        'markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="currentColor"/>'
        "</marker></defs>",
    ]
    for edge, route in zip(network.edges, placed.routes, strict=True):
        first, last = column[edge.source], column[edge.target]
        parts.append(_edge(edge, first, last, [6 + y for y in route], step))
    for holder, at in column.items():
        english, chinese = words.both("holder", holder)
        x, y = MARGIN + round(at * step), round(6 + placed.top[holder])
        middle = y + tall[holder] / 2
        many = len(owned.get(holder, ()))
        parts.append(
            f'<a href="/holders/{escape(holder)}" '
            f'aria-label="{escape(holder.replace("_", " "))} {escape(chinese)}: {escape(english)}, owns '
            f'{many} lists"><rect x="{x}" y="{y}" width="{NODE}" height="{tall[holder]}" rx="8" '
            f'fill="var(--ground)" stroke="currentColor" stroke-width="{1.8 if many else 0.8}"/>'
            f'<text x="{x + 9}" y="{middle - 3:.0f}" font-size="{_size(holder)}" font-weight="700" '
            f'fill="currentColor">{escape(holder.replace("_", " "))}</text>'
            f'<text x="{x + 9}" y="{middle + 14:.0f}" font-size="12" fill="var(--faint)">'
            f"{escape(chinese)}</text><title>{escape(english)}</title></a>"
        )
    return Markup("\n".join([*parts, "</svg>"]))


def _size(name: str) -> int:
    """The size of a name's letters: smaller where it would not fit its box."""
    return 14 if len(name) <= MOST_LETTERS else 12


def _edge(edge: Edge, first: int, last: int, route: list[float], step: float) -> str:
    """One edge: a curve from column to column."""
    path = curve(route, first, last, left=MARGIN, step=step, width=NODE)
    wide = next(w for days, w in RHYTHM if edge.every <= days)
    dash = "none" if edge.readmits else DASHES.get(edge.mode, "1 3")
    return (
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-opacity="0.55" '
        f'stroke-width="{wide}" stroke-dasharray="{dash}" marker-end="url(#tip)"/>'
    )
