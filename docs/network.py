"""The network of holders as a page: every edge with its clock and where the clock comes from."""

from __future__ import annotations

from docs.markdown import code, rows
from pipelines.exchange.network import JOINS, Edge, read_network


def network_page() -> str:
    """The whole page."""
    network = read_network("whole", "full")
    edges = sorted(network.edges, key=lambda e: (JOINS.index(e.join), e.source, e.target))
    holders = {e.source for e in edges} | {e.target for e in edges}
    paths = {name: network.paths(name) for name in sorted(network.owners)}
    parts = [
        "# Who hands lists to whom",
        "All data is synthetic. Written by `python -m docs.generate` from "
        "`pipelines/exchange/network.yml`.",
        "The receiver looks on day 0 of the window, plus `from day`, and every so many days after; what "
        "it sees it shows so many days later. *join* is the lowest level of joining at which the edge is "
        "there. Whatever is marked *ours* is no fact but a choice of this project, and can be varied with "
        "`--policy FROM-TO.NAME=VALUE`.",
        f"## {len(edges)} edges between {len(holders)} holders",
        rows(
            (
                "from",
                "to",
                "lists",
                "every",
                "from day",
                "shown after",
                "mode",
                "match",
                "join",
                "basis",
            ),
            map(_edge, edges),
        ),
        "## Adoptions",
        "A holder makes an entry of its own, for a term of its own, because another list has one.",
        rows(
            ("by", "its list", "from", "at least", "term", "join", "basis"),
            (
                (
                    a.by,
                    code(a.list),
                    ", ".join(a.sources),
                    a.min_severity,
                    f"{a.term_days} days",
                    a.join,
                    a.basis,
                )
                for a in network.adoptions
            ),
        ),
        "## How far each list travels",
        f"More than {network.max_paths} paths of one list would stop a build.",
        rows(
            ("list", "owner", "paths", "holders", "longest path"),
            (
                (
                    code(name),
                    network.owners[name],
                    len(found),
                    len({p.holders[-1] for p in found}),
                    " > ".join(found[-1].holders),
                )
                for name, found in paths.items()
            ),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _edge(edge: Edge) -> tuple[object, ...]:
    mode = edge.mode if edge.expiry is None else f"{edge.mode} after {edge.expiry} days"
    return (
        edge.source,
        edge.target,
        ", ".join(edge.lists),
        f"{edge.every} d",
        edge.offset,
        f"{edge.lag} d",
        f"{mode}, readmits" if edge.readmits else mode,
        edge.match,
        edge.join,
        edge.basis,
    )
