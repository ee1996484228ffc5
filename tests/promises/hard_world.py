"""A world in which nearly everything that can be wrong with deliveries is.

A dirty tiny world of eleven weeks, one cell in six rows spoilt by a text on which readers and engines
are known to stumble, and in the middle of each feed a delivery out of bounds, which a gate holds or
lets through as the policy says: of a snapshot a tenth, of other feeds the whole first delivery once
more. It is built at every level of joining and with both policies, once a session.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from schemas.contract import Feed, feeds
from sources.files import read, write
from tests.naive.laws import JOINS
from tests.pipelines.engine.nasty import spoil

GATES = ("hold", "warn")
LEVELS = [(join, gates) for join in JOINS for gates in GATES]
EACH_LEVEL = list(zip(JOINS, GATES * 2, strict=True))  # with one policy or the other
IN_EVERY_RUN = EACH_LEVEL[-1:]  # everything joined; the rest with the long tests
DAYS = 75


def make_hard(landing: Path, target: Path) -> None:
    """Spoil a dirty world's deliveries; in the middle of a feed comes far too little, or all again."""
    contracts = feeds("core")
    assert spoil(landing, target, contracts, of_six=1) > 300
    for feed in contracts.values():
        files = sorted((target / feed.name).iterdir())
        if len(files) > 1:
            first, middle = (rows_of(feed, path) for path in (files[0], files[len(files) // 2]))
            snapshot = feed.mode == "snapshot"
            rows = middle[: len(middle) // 10 + 1] if snapshot else [*first, *middle]
            schema = pa.schema([(name, pa.string()) for name in feed.column_names])
            write(feed, pa.Table.from_pylist(rows, schema), files[len(files) // 2])


def rows_of(feed: Feed, path: Path) -> list[dict]:
    """The rows of a file, with the columns of the contract."""
    table, _ = read(feed, path)
    return table.select(list(feed.column_names)).to_pylist()
