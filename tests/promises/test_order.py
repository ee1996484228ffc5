"""Promise 5: order does not matter.

Rows shuffled within every file, files written in another order, one thread or two: the tables are
the same, but for `file` and `line`, which say where a row stood, and the digest of a file. Rows of one
record in one delivery keep their order where it means something: there the last of them counts.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pytest

from quality.policies import all_told
from schemas.contract import Feed, feeds
from schemas.record_id import record_id
from tests.promises.databases import copy_landing, delivered, told, unlike
from tests.promises.hard_world import EACH_LEVEL, IN_EVERY_RUN

PLACE = {"file", "line", "byte_from", "byte_to", "bytes", "digest"}


def but_for_place(database: str, table: str, columns: list[str]) -> str:
    kept = ", ".join(f'"{c}"' for c in columns if c not in PLACE)
    return f"SELECT {kept} FROM {database}.{table}"


def drawn(feed: Feed, rows: list[dict], draw: Random) -> list[int]:
    """Rows in another order; those of one record keep theirs where it means something.

    In a feed of changes, and where nothing is taken back, the last of several rows of a record counts.
    """
    order = list(range(len(rows)))
    draw.shuffle(order)
    if feed.mode == "snapshot" or not feed.natural_key:
        return order
    places = defaultdict(list)
    for place, row in enumerate(order):
        places[record_id(feed, rows[row])].append(place)
    for at in places.values():
        for place, row in zip(at, sorted(order[place] for place in at), strict=True):
            order[place] = row
    return order


def test_rows_of_one_record_keep_their_order_where_it_means_something() -> None:
    feed = feeds()["court"]
    rows = [{"id": f"000000000{n % 3}"} for n in range(12)]
    order = drawn(feed, rows, Random(1))
    assert sorted(order) == list(range(12)) != order
    for record in range(3):
        own = [row for row in order if row % 3 == record]
        assert own == sorted(own)


def shuffled(source: Path, target: Path, seed: int) -> Path:
    """The same deliveries, written in another order, with their rows in another order."""
    from sources.files import read, write

    draw, contracts = Random(seed), feeds()
    copy_landing(source, target, [])
    files = [path for path, _ in delivered(source)]
    draw.shuffle(files)
    moved = 0
    for path in files:
        feed = contracts[path.parent.name]
        table, unreadable = read(feed, path)
        assert not unreadable
        order = drawn(feed, table.to_pylist(), draw)
        moved += order != sorted(order)
        rows = table.select(list(feed.column_names)).take(pa.array(order, pa.int64()))
        write(feed, rows.combine_chunks(), target / path.relative_to(source))
    assert moved > 50
    return target


@pytest.fixture(scope="module")
def straight(generated, tmp_path_factory):
    """A dirty tiny world of four months, built with one thread; its gates keep aside all they can."""
    from pipelines.build import build

    world = generated("tiny", 4, days=120)
    database = tmp_path_factory.mktemp("straight") / "built.duckdb"
    build(world.landing, database, threads=1, policy=all_told(True))
    with duckdb.connect(str(database), read_only=True) as connection:
        ((kept,),) = connection.execute("SELECT count(*) FROM resolve.kept_aside").fetchall()
    assert kept
    return world, database


@pytest.mark.long  # of the hard world in every run
def test_order_of_rows_and_files(straight, tmp_path: Path) -> None:
    from pipelines.build import build

    world, database = straight
    landing = shuffled(world.landing, tmp_path / "landing", 4)
    build(landing, tmp_path / "built.duckdb", threads=2, policy=all_told(True))
    wrong = unlike(database, tmp_path / "built.duckdb", but_for_place)
    assert not wrong, told(wrong)


@pytest.fixture(scope="module")
def hard_shuffled(hard_at, tmp_path_factory) -> Path:
    """The hard world's files in another order."""
    target = tmp_path_factory.mktemp("shuffled") / "landing"
    return shuffled(hard_at(*IN_EVERY_RUN[0]).landing, target, 5)


@pytest.mark.parametrize(
    ("join", "gates"),
    [pytest.param(*at, marks=() if at in IN_EVERY_RUN else pytest.mark.long) for at in EACH_LEVEL],
)
def test_order_of_a_hard_world(
    join: str, gates: str, hard_at, hard_shuffled: Path, tmp_path: Path
) -> None:
    from pipelines.build import build

    other, policy = tmp_path / "built.duckdb", {"gates.out_of_bounds": gates}
    build(hard_shuffled, other, join=join, policy=policy, checks=False, threads=2)
    wrong = unlike(hard_at(join, gates).database, other, but_for_place)
    assert not wrong, told(wrong)


@pytest.mark.long  # the hard world is built with one thread and, in another order, with two
def test_order_of_threads(straight, tmp_path: Path) -> None:
    from pipelines.build import build

    world, database = straight
    build(world.landing, tmp_path / "built.duckdb", threads=2, policy=all_told(True))
    wrong = unlike(
        database, tmp_path / "built.duckdb", lambda base, table, _: f"SELECT * FROM {base}.{table}"
    )
    assert not wrong, told(wrong)


def test_equal_intervals_become_one() -> None:
    """Rows alike in everything, days included, are one period, whichever of them is met first."""
    from pipelines.engine import open_engine
    from pipelines.intervals import union_of_intervals

    alike = (
        "SELECT i % 3000 AS k, DATE '2024-01-01' AS from_day, DATE '2024-03-01' AS to_day "
        "FROM range(120000) AS t(i)"
    )
    with open_engine("duckdb") as engine:
        for _ in range(3):
            found = engine.fetch(union_of_intervals(alike, ("k", "from_day", "to_day")))
            assert len(found) == 3000
