"""The one picture, drawn from the models and the network themselves: nothing in it is kept by hand.

Above, the stages with their tables and what each stage reads; below, who hands lists to whom.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import wrap
from xml.sax.saxutils import escape

from pipelines.exchange.modes import modes
from pipelines.exchange.network import Edge, Network, read_network
from pipelines.explore.network import layers, owned_lists
from pipelines.graph import all_models
from pipelines.layered import curve, layout
from pipelines.model import STAGES, Model
from schemas.contract import Island, feeds, islands

WIDTH = 1240
MARGIN = 28
INK, FAINT, LINE, PAPER, CARD = "#1f2933", "#5b6770", "#9aa5b1", "#ffffff", "#f3f6f9"
FONT = "font-family='Helvetica, Arial, sans-serif'"

# How an edge is drawn, by its mode: colour, dashes. Of a mode that is not here, as `OTHERWISE`.
READMITS = ("#0f8a6d", "", "takes back what it sent out")
STROKES = {
    "snapshot": ("#2f6fb3", ""),
    "expire": ("#8a5fb0", "7 4"),
    "append": ("#c2410c", ""),
    "irrevocable": ("#c2410c", "2 4"),
}
OTHERWISE = ("#5b6770", "1 3")
RHYTHM = ((1, 2.8), (7, 1.7), (10**6, 1.0))  # a look every so many days -> width of the line

BOX_WIDTH, BOX_GAP, LINE_HEIGHT = 216, 26, 16
COLUMNS = 5
NODE_WIDTH, NODE_GAP, LANE = 174, 16, 13


@dataclass
class Box:
    """One stage: its tables, and the earlier stages it reads."""

    title: str
    tables: list[str]
    reads: list[str] = field(default_factory=list)

    @property
    def height(self) -> int:
        """In pixels."""
        return 50 + LINE_HEIGHT * len(self.tables) + 14 * len(self.told())

    def told(self) -> list[str]:
        """What it reads, in lines short enough for its box."""
        return wrap("reads " + ", ".join(self.reads), 32) if self.reads else []


def draw() -> str:
    """The picture as SVG."""
    flow, flow_height = _flow(_stages(all_models("core", "full")), top=74)
    top = flow_height + 22
    network, height = _network(read_network("core", "full"), top)
    text = _text
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title">',
        '<title id="title">How records become lists, and who hands lists to whom. '
        "All data is synthetic.</title>",
        "<defs>" + "".join(_arrow(color) for color in _colors()) + "</defs>",
        f'<rect width="{WIDTH}" height="{height}" rx="14" fill="{PAPER}" stroke="{LINE}"/>',
        text(MARGIN, 42, "How records become lists", 22, weight="bold"),
        text(
            WIDTH - MARGIN,
            42,
            "All data is synthetic. Drawn from the models and network.yml.",
            14,
            fill=FAINT,
            anchor="end",
        ),
        *flow,
        text(MARGIN, top, "Who hands lists to whom", 22, weight="bold"),
        *network,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


# --- stages -----------------------------------------------------------------------------------------


def _stages(models: list[Model]) -> list[Box]:
    """The islands' files, then every stage with its tables."""
    used = feeds("core")
    boxes = [
        Box("files", [_island(i) for i in islands("core").values()]),
        Box("landing", [f"{len(used)} tables, one a feed", "deliveries"], ["files"]),
    ]
    for stage in STAGES[1:]:
        own = [m for m in models if m.stage == stage]
        reads = {r.split(".")[0] for m in own for r in m.reads} - {stage, "codes"}
        order = ["landing", "quality", *STAGES[1:]]
        boxes.append(Box(stage, _tables(own), sorted(reads, key=order.index)))
    return boxes


def _island(island: Island) -> str:
    many = len(island.feeds)
    return island.name if many == 1 else f"{island.name}, {many} feeds"


def _tables(models: list[Model]) -> list[str]:
    """Names of a stage's tables; those alike but for a feed or a number are counted in one line."""
    named, of_feeds, numbered = [], 0, 0
    for model in models:
        if model.origin.endswith("contract.odcs.yaml"):
            of_feeds += 1
        elif model.table.rpartition("_")[2].isdigit():
            numbered += 1
        else:
            named.append(model.table)
    lines = sorted(named)
    if of_feeds:
        lines.append(f"{of_feeds} tables, one a feed")
    if numbered:
        lines.append(f"{numbered} tables, step by step")
    return lines


def _flow(boxes: list[Box], top: int) -> tuple[list[str], int]:
    """Boxes in rows, an arrow from each to the next; and where they end."""
    parts: list[str] = []
    rows = [boxes[n : n + COLUMNS] for n in range(0, len(boxes), COLUMNS)]
    y = top
    for number, row in enumerate(rows):
        tall = max(box.height for box in row)
        for at, box in enumerate(row):
            x = MARGIN + at * (BOX_WIDTH + BOX_GAP)
            parts.append(_box(box, x, y, tall))
            if at + 1 < len(row):
                x2 = x + BOX_WIDTH
                parts.append(_line(x2 + 3, y + 20, x2 + BOX_GAP - 4, y + 20, INK))
        if number + 1 < len(rows):
            end = MARGIN + (len(row) - 1) * (BOX_WIDTH + BOX_GAP) + BOX_WIDTH // 2
            start = MARGIN + BOX_WIDTH // 2
            middle = y + tall + 15
            parts.append(
                f'<path d="M{end},{y + tall + 3} V{middle} H{start} V{y + tall + 27}" fill="none" '
                f'stroke="{INK}" stroke-width="1.6" marker-end="url(#{_name(INK)})"/>'
            )
        y += tall + 31
    return parts, y


def _box(box: Box, x: int, y: int, tall: int) -> str:
    lines = [
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{tall}" rx="8" fill="{CARD}" '
        f'stroke="{LINE}"/>',
        _text(x + 12, y + 24, box.title, 16, weight="bold"),
    ]
    for n, table in enumerate(box.tables):
        lines.append(_text(x + 12, y + 46 + n * LINE_HEIGHT, table, 13))
    if box.reads:
        for n, told in enumerate(reversed(box.told())):
            lines.append(_text(x + 12, y + tall - 9 - 14 * n, told, 12, fill=FAINT, style="italic"))
    return "\n".join(lines)


# --- the network ------------------------------------------------------------------------------------


def _network(network: Network, top: int) -> tuple[list[str], int]:
    """Holders, edges and what they mean; and where the picture ends."""
    column = layers(network)
    owned = owned_lists(network)
    adopted = {a.list for a in network.adoptions}
    tall = {h: max(30 + 15 * len(owned.get(h, ())), _ends(h, network)) for h in column}
    placed = layout(
        column, [(e.source, e.target) for e in network.edges], tall, gap=NODE_GAP, lane=LANE
    )
    y0 = top + 26
    step = (WIDTH - 2 * MARGIN - NODE_WIDTH) / max(*column.values(), 1)
    left = {h: MARGIN + round(n * step) for h, n in column.items()}
    parts = []
    for edge, route in zip(network.edges, placed.routes, strict=True):
        first, last = column[edge.source], column[edge.target]
        parts.append(_edge(edge, first, last, [y0 + y for y in route], step))
    for holder, x in left.items():
        y = round(y0 + placed.top[holder])
        ink, wide = (INK, 1.6) if holder in owned else (LINE, 1)
        parts.append(
            f'<rect x="{x}" y="{y}" width="{NODE_WIDTH}" height="{tall[holder]}" rx="8" '
            f'fill="{CARD}" stroke="{ink}" stroke-width="{wide}"/>'
        )
        parts.append(_text(x + 10, y + 20, holder, 14, weight="bold"))
        for n, name in enumerate(owned.get(holder, ())):
            style = "italic" if name in adopted else "normal"
            parts.append(_text(x + 10, y + 36 + 15 * n, name, 12.5, fill=FAINT, style=style))
    return _legend(parts, round(y0 + placed.height + 44))


def _ends(holder: str, network: Network) -> int:
    """Height that lets the lines at the busier side of a holder's box end apart."""
    out = sum(e.source == holder for e in network.edges)
    return 12 + 9 * max(out, sum(e.target == holder for e in network.edges))


def _legend(parts: list[str], y: int) -> tuple[list[str], int]:
    """What lines, boxes and widths mean, below; and where that ends."""
    kinds = [*((*_stroke(m.code), m.title_en) for m in modes().values()), READMITS]
    widths = [42 + round(6.4 * len(meaning)) for _, _, meaning in kinds]
    gap = (WIDTH - 2 * MARGIN - sum(widths)) // (len(kinds) - 1)
    x = MARGIN
    for (color, dash, meaning), width in zip(kinds, widths, strict=True):
        parts.append(_line(x, y - 4, x + 34, y - 4, color, dash))
        parts.append(_text(x + 42, y, meaning, 13))
        x += width + gap
    for line in (
        "In a holder's box: the lists it owns; in italics those it makes because another has one.",
        "The thicker an arrow, the more often the receiver looks: daily, weekly, monthly or less.",
    ):
        y += 22
        parts.append(_text(MARGIN, y, line, 13, fill=FAINT))
    return parts, y + 22


def _edge(edge: Edge, first: int, last: int, route: list[float], step: float) -> str:
    """One edge: a curve from column to column, straight where it passes one."""
    color, dash = READMITS[:2] if edge.readmits else _stroke(edge.mode)
    path = curve(route, first, last, left=MARGIN, step=step, width=NODE_WIDTH)
    wide = next(w for days, w in RHYTHM if edge.every <= days)
    return (
        f'<path d="{path}" fill="none" stroke="{color}" stroke-width="{wide}" '
        f'stroke-dasharray="{dash or "none"}" stroke-linejoin="round" '
        f'marker-end="url(#{_name(color)})"/>'
    )


# --- pieces -----------------------------------------------------------------------------------------


def _colors() -> list[str]:
    used = [*(_stroke(mode)[0] for mode in modes()), READMITS[0]]
    return list(dict.fromkeys([INK, *used]))


def _stroke(mode: str) -> tuple[str, str]:
    return STROKES.get(mode, OTHERWISE)


def _name(color: str) -> str:
    return "to" + color.removeprefix("#")


def _arrow(color: str) -> str:
    return (
        f'<marker id="{_name(color)}" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="10" '
        'markerHeight="10" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0,0 L8,4 L0,8 z" fill="{color}"/></marker>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, color: str, dash: str = "") -> str:
    return (
        f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{color}" '
        f'stroke-width="1.8" stroke-dasharray="{dash or "none"}" '
        f'marker-end="url(#{_name(color)})"/>'
    )


def _text(
    x: float,
    y: float,
    content: str,
    size: float,
    *,
    fill: str = INK,
    weight: str = "normal",
    style: str = "normal",
    anchor: str = "start",
    halo: bool = False,
) -> str:
    around = f' stroke="{PAPER}" stroke-width="3.5" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" {FONT} font-size="{size:g}" font-weight="{weight}" '
        f'font-style="{style}" fill="{fill}" text-anchor="{anchor}"{around}>'
        f"{escape(content)}</text>"
    )
