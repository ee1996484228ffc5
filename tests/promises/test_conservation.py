"""Promise 2: conservation.

Read = landed + unreadable: records are counted once more by reading the files as dumbly as their
formats allow. Each landed row then has exactly one verdict, whole: quarantined, held with its
delivery, or conformed. What is conformed is worked out once more, delivery by delivery.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import shutil
import zipfile
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.naive.diary import days_of
from tests.naive.laws import read_yaml
from tests.promises.databases import copy_landing, delivered
from tests.promises.hard_world import EACH_LEVEL, IN_EVERY_RUN

ROOT = Path(__file__).resolve().parents[2]


def contracts() -> dict[str, dict]:
    """Feed -> what its contract says beside the columns."""
    found = {}
    for path in sorted(ROOT.glob("sources/*/contract.odcs.yaml")):
        if not path.parent.name.startswith("_"):
            for feed in read_yaml(path)["schema"]:
                found[feed["name"]] = {p["property"]: p["value"] for p in feed["customProperties"]}
    return found


FEEDS = contracts()
UNREADABLE = "file, line, byte_from, byte_to, reason"


@cache
def records_in(path: Path) -> int:
    """How many records a file holds, readable or not."""
    feed = FEEDS[path.parent.name]
    kind, data = feed["format"], path.read_bytes()
    if kind == "parquet":
        return pyarrow.parquet.read_metadata(path).num_rows
    if kind == "xlsx":
        with zipfile.ZipFile(path) as book:
            (sheet,) = [n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
            return len(re.findall(rb"<row[ >]", book.read(sheet))) - 2  # notice and header
    if kind == "jsonl.gz":
        data = gzip.decompress(data)
    text = data.decode(feed["encoding"], errors="replace")
    if kind == "json":
        return len(json.loads(text)["records"])
    if kind == "xml":
        return len(re.findall(rf"<{feed['record_tag']}[ />]", text))
    if kind == "csv":
        rows = csv.reader(io.StringIO(text), delimiter=feed.get("delimiter") or ",")
        return sum(1 for row in rows if row) - 2
    return sum(1 for line in text.splitlines() if line.strip()) - 1


def counted(world) -> None:
    """Every record of every file landed or is told to be unreadable, with its reason."""
    landed = Counter()
    for feed in FEEDS:
        for file, rows in world.rows(f"SELECT file, count(*) FROM landing.{feed} GROUP BY file"):
            landed[file] = rows
    unreadable = Counter(
        dict(
            world.rows(
                "SELECT file, count(*) FROM quality.unreadable WHERE reason <> '' GROUP BY file"
            )
        )
    )
    said = {
        file: (rows, bad, count, whole)
        for file, rows, bad, count, whole in world.rows(
            "SELECT file, rows, unreadable, counted, whole FROM landing.deliveries"
        )
    }
    files = {
        path.relative_to(world.landing).as_posix(): path.resolve()  # builds share files by links
        for path, _ in delivered(world.landing)
    }
    assert files.keys() == said.keys()
    for file, path in files.items():
        read, bad = landed[file], unreadable[file]
        assert said[file] == (read, bad, records_in(path), bad == 0), file
        assert records_in(path) == read + bad, file


def test_read_is_landed_and_unreadable(one_tiny) -> None:
    counted(one_tiny)


def test_conformed_is_what_passed_the_gates(one_tiny) -> None:
    passed(one_tiny)


def test_conformed_rows_are_whole(one_tiny) -> None:
    whole(one_tiny)


LEVELS_IN_TURN = pytest.mark.parametrize(
    ("join", "gates"),
    [pytest.param(*at, marks=() if at in IN_EVERY_RUN else pytest.mark.long) for at in EACH_LEVEL],
)


@LEVELS_IN_TURN
def test_nothing_is_lost_of_a_hard_world(join: str, gates: str, hard_at) -> None:
    hard = hard_at(join, gates)
    counted(hard)
    passed(hard)
    whole(hard)


@LEVELS_IN_TURN
def test_the_hard_world_is_hard(join: str, gates: str, hard_at) -> None:
    """Of its deliveries some are held, or not, and rows are kept aside of most feeds."""
    out = "SELECT count(DISTINCT feed) FROM quality.deliveries WHERE outcome = 'hold'"
    aside = "SELECT count(DISTINCT feed) FROM quality.verdicts WHERE outcome = 'quarantine'"
    ((held,),) = hard_at(join, gates).rows(out)
    assert held > 3 if gates == "hold" else held == 0
    ((feeds,),) = hard_at(join, gates).rows(aside)
    assert feeds > 10


def passed(world) -> None:
    """What is believed is what the gates passed, day by day."""
    quarantined = {
        row
        for row in world.rows(
            "SELECT DISTINCT feed, delivery, record_id, version FROM quality.verdicts "
            "WHERE outcome = 'quarantine'"
        )
    }
    assert quarantined, "dirt that no gate finds proves nothing"
    held = {
        row
        for row in world.rows(
            "SELECT DISTINCT feed, delivery FROM quality.deliveries WHERE outcome = 'hold'"
        )
    }
    for feed, about in FEEDS.items():
        expected = believed(world, feed, about, quarantined, held)
        found = days_of(
            world.rows(f"SELECT record_id, version, from_day, to_day FROM conform.{feed}"),
            0,
            10**7,
        )
        assert found == expected, feed


def believed(world, feed: str, about: dict, quarantined: set, held: set) -> dict:
    """(record, version) -> the days on which it is believed, one delivery after the other."""
    codes = {str(code): effect for code, effect in (about.get("effect_codes") or {}).items()}
    effect = f'"{about["effect_column"]}"' if about.get("effect_column") else "NULL"
    rows, kept_aside = defaultdict(list), defaultdict(set)
    for delivery, record, version, code in world.rows(
        f"SELECT delivery, record_id, version, {effect} FROM landing.{feed} ORDER BY line"
    ):
        if (feed, delivery, record, version) in quarantined:
            kept_aside[delivery].add(record)
        else:
            rows[delivery].append((record, version, codes.get(code, "assert")))
    state: set[tuple[str, str]] = set()
    spans = []
    since: dict[tuple[str, str], object] = {}
    for delivery, day, whole in world.rows(
        f"SELECT delivery, published, whole FROM quality.deliveries WHERE feed = '{feed}' ORDER BY 2"
    ):
        if (feed, delivery) in held:
            continue
        # Of several rows of one record the last one counts.
        told = {record: (version, does) for record, version, does in rows[delivery]}
        now = {(record, version) for record, (version, does) in told.items() if does != "withdraw"}
        if about["mode"] == "snapshot":
            # A row kept aside names its record, and what is not whole withdraws nothing.
            missed = (thing for thing in state if thing[0] not in told)
            now |= {thing for thing in missed if not whole or thing[0] in kept_aside[delivery]}
        elif about["mode"] == "append":
            now |= state
        else:
            now |= {thing for thing in state if thing[0] not in told}
        spans += [(*gone, since.pop(gone), day) for gone in state - now]
        since |= {new: day for new in now - state}
        state = now
    spans += [(*thing, day, None) for thing, day in since.items()]
    return days_of(spans, 0, 10**7)


def whole(world) -> None:
    """A believed row is the landed row, every column of it."""
    for feed in FEEDS:
        columns = [row[0] for row in world.rows(f"DESCRIBE landing.{feed}")]
        kept = ", ".join(f'"{column}"' for column in columns)
        lost = world.rows(
            f"SELECT count(*) FROM (SELECT {kept} FROM conform.{feed} "
            f"EXCEPT SELECT {kept} FROM landing.{feed})"
        )
        assert lost == [(0,)], feed


def break_line(data: bytes) -> bytes:
    """Bytes no encoding knows, in the middle of the fifth line."""
    lines = data.split(b"\n")
    middle = len(lines[4]) // 2
    lines[4] = lines[4][:middle] + b"\xff\xff" + lines[4][middle + 2 :]
    return b"\n".join(lines)


def cut_off(data: bytes) -> bytes:
    """The last line cut in half, as when a transfer breaks."""
    whole = data.rstrip(b"\n")
    last = whole.rfind(b"\n")
    return whole[: last + (len(whole) - last) // 2]


@pytest.mark.parametrize(
    "feed", ["city_penalties", "market_registry", "residents", "tax_violations"]
)
@pytest.mark.parametrize("spoil", [break_line, cut_off])
def test_what_cannot_be_read_is_counted(feed: str, spoil, one_tiny, tmp_path: Path) -> None:
    """Line by line: a bad one is kept aside with its reason, the others land."""
    from pipelines.engine import open_engine
    from pipelines.landing import land
    from schemas.contract import feeds

    first = min(path for path, _ in delivered(one_tiny.landing) if path.parent.name == feed)
    landing = copy_landing(one_tiny.landing, tmp_path / "landing", [])
    spoilt = landing / first.relative_to(one_tiny.landing)
    spoilt.write_bytes(spoil(first.read_bytes()))
    with open_engine("duckdb") as engine:
        land(engine, landing, {feed: feeds()[feed]})
        ((rows, bad, count, whole),) = engine.fetch(
            "SELECT rows, unreadable, counted, whole FROM landing.deliveries"
        )
        reasons = engine.fetch(f"SELECT {UNREADABLE} FROM quality.unreadable")
    assert records_in(spoilt) == count == rows + bad
    assert bad == len(reasons) == 1
    assert not whole
    ((file, line, byte_from, byte_to, reason),) = reasons
    assert file == first.relative_to(one_tiny.landing).as_posix()
    assert line and reason and 0 < byte_from < byte_to <= spoilt.stat().st_size


def test_a_file_that_cannot_be_read_is_no_delivery(one_tiny, tmp_path: Path) -> None:
    """Of each format, one file emptied: it leaves one row with its reason, and no delivery."""
    from pipelines.engine import open_engine
    from pipelines.landing import land
    from schemas.contract import feeds

    emptied, files = [], []
    for feed in FEEDS:
        mine = [path for path, _ in delivered(one_tiny.landing) if path.parent.name == feed][:2]
        files += mine
        emptied.append(mine[-1].relative_to(one_tiny.landing).as_posix())
    landing = copy_landing(one_tiny.landing, tmp_path / "landing", files)
    for file in emptied:
        (landing / file).write_bytes(b"")
    with open_engine("duckdb") as engine:
        land(engine, landing, feeds())
        told = engine.fetch("SELECT file FROM quality.unreadable WHERE reason <> ''")
        landed = engine.fetch("SELECT file FROM landing.deliveries")
    assert sorted(file for (file,) in told) == sorted(emptied)
    assert not {file for (file,) in landed} & set(emptied)
    shutil.rmtree(landing)


@pytest.mark.parametrize(
    "feed",
    [
        "city_penalties",
        "market_registry",
        "court",
        "abnormal_operations",
        "county_penalties",
        "central_bank",
        "residents",
    ],
)
def test_a_row_lost_by_a_reader_is_a_delivery_lost(
    feed: str, one_tiny, tmp_path: Path, monkeypatch
) -> None:
    """One feed of each format: the count from the bytes does not believe the reader."""
    from pipelines.engine import open_engine
    from pipelines.landing import land
    from schemas.contract import feeds
    from sources import files

    first = min(path for path, _ in delivered(one_tiny.landing) if path.parent.name == feed)
    landing = copy_landing(one_tiny.landing, tmp_path / "landing", [first])

    def forgetful(reading):
        def read(*asked):
            table, *rest = reading(*asked)
            return table.slice(1), *rest

        return read

    contract = feeds()[feed]
    form = files.layout(contract) if files.is_text(contract) else files.TABLES[contract.format]
    for name in ("parse", "careful", "read"):
        if hasattr(form, name):
            monkeypatch.setattr(form, name, forgetful(getattr(form, name)))
    with open_engine("duckdb") as engine:
        land(engine, landing, {feed: contract})
        assert engine.fetch("SELECT * FROM landing.deliveries") == []
        ((records, reason),) = engine.fetch("SELECT records, reason FROM quality.unreadable")
    assert records == records_in(first)
    assert reason.startswith(f"not all read: by count the file holds {records} records, ")
