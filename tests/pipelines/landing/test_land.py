"""Landing a folder: what stands in the tables, given a few files."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.engine import open_engine
from pipelines.landing import LandingError, land, reading
from pipelines.landing.keys import landing_columns, landing_select
from schemas.contract import Column
from schemas.record_id import record_id, version
from sources import files
from sources.files import delimited
from tests.sources.files.tiny_contracts import FORMATS, rows, tiny_feed

KEYED = tiny_feed("csv", ("no", "name", "note"), name="keyed")
COUNTED = tiny_feed(
    "jsonl",
    ("no", Column("line_no", "", "", content=False), "name"),
    name="keyless",
    natural_key=(),
)


def put(landing: Path, feed, day: str, *given) -> Path:
    folder = landing / feed.name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{feed.name}_{day}.{feed.extension}"
    files.write(feed, rows(feed, *given), path)
    return path


@pytest.fixture
def engine():
    with open_engine("duckdb") as opened:
        yield opened


def test_a_feed_is_told_of_once_all_its_rows_have_landed(engine, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 1)  # each file is a batch of its own
    put(tmp_path, KEYED, "20240101", ("1", "甲", "x"), ("2", "乙", None))
    put(tmp_path, KEYED, "20240108", ("2", "乙", "now"))
    told = []
    land(
        engine,
        tmp_path,
        {"keyed": KEYED, "keyless": COUNTED},
        landed_whole=lambda feed: told.append((feed.name, engine.count(f"landing.{feed.name}"))),
    )
    assert told == [("keyed", 3), ("keyless", 0)]


def test_rows_land_with_their_place(engine, tmp_path) -> None:
    first = put(tmp_path, KEYED, "20240101", ("1", "甲", "x"), ("2", "乙", None))
    put(tmp_path, KEYED, "20240108", ("2", "乙", "now"))
    landed = land(engine, tmp_path, {"keyed": KEYED})
    assert (landed.rows, landed.unreadable, landed.notes) == ({"keyed": 2 + 1}, {"keyed": 0}, [])
    assert tuple(engine.columns("landing.keyed")) == landing_columns(KEYED)
    one, two = {"no": "1", "name": "甲", "note": "x"}, {"no": "2", "name": "乙", "note": None}
    day, file = date(2024, 1, 1), "keyed/keyed_20240101.csv"
    assert engine.fetch("SELECT * FROM landing.keyed ORDER BY published, line") == [
        (
            *(record_id(KEYED, one), version(KEYED, one), "keyed"),
            *("2024-01-01", day, file, 3, "1", "甲", "x"),
        ),
        (
            *(record_id(KEYED, two), version(KEYED, two), "keyed"),
            *("2024-01-01", day, file, 4, "2", "乙", None),
        ),
        (
            *(record_id(KEYED, two), version(KEYED, two | {"note": "now"}), "keyed"),
            *("2024-01-08", date(2024, 1, 8), "keyed/keyed_20240108.csv", 3, "2", "乙", "now"),
        ),
    ]
    ((digest, size, count, bad),) = engine.fetch(
        'SELECT digest, bytes, "rows", unreadable FROM landing.deliveries '
        "WHERE delivery = '2024-01-01'"
    )
    assert (size, count, bad) == (first.stat().st_size, 2, 0)
    assert len(digest) == 64
    assert engine.count("quality.unreadable") == 0


def test_ids_are_what_the_words_say(engine, tmp_path) -> None:
    import hashlib

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    put(tmp_path, KEYED, "20240101", ("1", "甲", None))
    land(engine, tmp_path, {"keyed": KEYED})
    key = md5("keyed|1")
    assert engine.fetch("SELECT record_id, version FROM landing.keyed") == [
        (key, md5(f"{key}|1|甲|∅"))
    ]


def test_identical_rows_without_a_key_are_counted(engine, tmp_path) -> None:
    """The n-th identical row of a delivery; what is no content makes no difference."""
    put(tmp_path, COUNTED, "20240101", ("1", "a", "x"), ("1", "b", "x"), ("2", "c", "x"))
    put(tmp_path, COUNTED, "20240108", ("2", "a", "x"), ("1", "b", "x"))
    land(engine, tmp_path, {"keyless": COUNTED})
    row = {"no": "1", "line_no": "any", "name": "x"}
    expected = [
        ("2024-01-01", "1", record_id(COUNTED, row, 1), version(COUNTED, row, 1)),
        ("2024-01-01", "1", record_id(COUNTED, row, 2), version(COUNTED, row, 2)),
        ("2024-01-08", "1", record_id(COUNTED, row, 1), version(COUNTED, row, 1)),
    ]
    found = engine.fetch(
        "SELECT delivery, no, record_id, version FROM landing.keyless WHERE no = '1'"
    )
    assert sorted(found) == sorted(expected)


def test_an_effect_is_no_content(engine, tmp_path) -> None:
    feed = tiny_feed(
        "csv",
        ("no", "effect", "name"),
        name="turns",
        mode="changes",
        effect_column="effect",
        effect_codes={"01": "assert", "03": "withdraw"},
    )
    put(tmp_path, feed, "20240101", ("1", "01", "x"))
    put(tmp_path, feed, "20240108", ("1", "03", "x"))
    land(engine, tmp_path, {"turns": feed})
    assert engine.fetch("SELECT count(DISTINCT version), count(*) FROM landing.turns") == [(1, 2)]


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_every_format_lands(format, encoding, delimiter, engine, tmp_path) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    for day in ("20240101", "20240108", "20240115"):
        put(tmp_path, feed, day, (day, "王小明", None), ("2", "青松路18号", "x"))
    put(tmp_path, feed, "20240122")
    land(engine, tmp_path, {"tiny": feed})
    assert engine.fetch(
        "SELECT delivery, no, name, note FROM landing.tiny ORDER BY delivery, line"
    ) == [
        row
        for day in ("2024-01-01", "2024-01-08", "2024-01-15")
        for row in (
            (day, day.replace("-", ""), "王小明", None),
            (day, "2", "青松路18号", "x"),
        )
    ]
    assert engine.fetch('SELECT delivery, "rows" FROM landing.deliveries ORDER BY 1') == [
        ("2024-01-01", 2),
        ("2024-01-08", 2),
        ("2024-01-15", 2),
        ("2024-01-22", 0),
    ]


def test_read_is_landed_and_unreadable(engine, tmp_path) -> None:
    """One bad line costs that line, one refused file that file; all else lands."""
    put(tmp_path, KEYED, "20240101", ("1", "a", "x"), ("2", "b", "y"))
    path = put(tmp_path, KEYED, "20240108", ("3", "c", "x"), ("4", "d", "y"))
    path.write_bytes(path.read_bytes().replace(b"3,c,x", b"3,c,x,z"))
    path = put(tmp_path, KEYED, "20240115", ("5", "e", "x"))
    path.write_bytes(path.read_bytes().replace(b"no,name,note", b"no,name,memo"))
    put(tmp_path, KEYED, "20240122", ("6", "f", "x"))
    landed = land(engine, tmp_path, {"keyed": KEYED})
    assert (landed.rows["keyed"], landed.unreadable["keyed"]) == (4, 2)
    assert engine.fetch("SELECT no FROM landing.keyed ORDER BY no") == [
        ("1",),
        ("2",),
        ("4",),
        ("6",),
    ]
    assert engine.fetch(
        'SELECT delivery, "rows", unreadable, whole FROM landing.deliveries ORDER BY 1'
    ) == [
        ("2024-01-01", 2, 0, True),
        ("2024-01-08", 1, 1, False),
        ("2024-01-22", 1, 0, True),
    ]
    assert engine.fetch(
        "SELECT feed, delivery, file, line, reason, raw FROM quality.unreadable ORDER BY delivery"
    ) == [
        (
            *("keyed", "2024-01-08", "keyed/keyed_20240108.csv", 3),
            *("wrong column count: 4 values for 3 columns", "3,c,x,z"),
        ),
        (
            *("keyed", "2024-01-15", "keyed/keyed_20240115.csv", None),
            "unknown column: 'memo' not in the contract; "
            "column gone: 'note' promised by the contract",
            engine.fetch("SELECT raw FROM quality.unreadable WHERE line IS NULL")[0][0],
        ),
    ]


@pytest.mark.parametrize("format", ["csv", "fixed", "jsonl", "json", "xml"])
def test_a_delivery_cut_off_is_not_whole(format, engine, tmp_path) -> None:
    """Wherever it ends but between two lines: what is gone may be a record or only the closing."""
    feed = tiny_feed(format)
    path = put(tmp_path, feed, "20240101", ("1", "a", "x"), ("2", "b", "y"))
    path.write_bytes(path.read_bytes()[:-5])
    land(engine, tmp_path, {"tiny": feed})
    assert engine.fetch("SELECT whole FROM landing.deliveries") == [(False,)]


def test_a_feed_without_a_folder_is_empty_and_noted(engine, tmp_path) -> None:
    put(tmp_path, KEYED, "20240101", ("1", "a", "x"))
    landed = land(engine, tmp_path, {"keyed": KEYED, "keyless": COUNTED})
    assert engine.count("landing.keyless") == 0
    assert tuple(engine.columns("landing.keyless")) == landing_columns(COUNTED)
    assert len(landed.notes) == 1
    assert landed.notes[0].startswith("keyless: no delivery in ")


def window(landing: Path, first: str, last: str) -> None:
    manifest = {"day0": first, "last_day": last}
    (landing / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize("day", ["19700101", "20231231", "20240201", "20420110"])
def test_a_day_outside_the_window_is_not_believed(day, engine, tmp_path) -> None:
    put(tmp_path, KEYED, "20240101", ("1", "a", "x"))
    put(tmp_path, KEYED, day, ("2", "b", "y"))
    window(tmp_path, "2024-01-01", "2024-01-31")
    landed = land(engine, tmp_path, {"keyed": KEYED})
    assert (landed.rows, landed.unreadable) == ({"keyed": 1}, {"keyed": 1})
    assert engine.fetch("SELECT delivery FROM landing.deliveries") == [("2024-01-01",)]
    ((file, line, records, reason),) = engine.fetch(
        "SELECT file, line, records, reason FROM quality.unreadable"
    )
    assert (file, line, records) == (f"keyed/keyed_{day}.csv", None, None)
    assert reason == (
        f"outside the window: its name says {date.fromisoformat(day)}, and deliveries were "
        "published from 2024-01-01 to 2024-01-31; rename the file, or correct the manifest"
    )


def test_each_delivery_says_how_many_records_it_holds(engine, tmp_path) -> None:
    """Counted, read and unreadable; of a file that is refused, how many were lost with it."""
    path = put(tmp_path, KEYED, "20240101", ("1", "a", "x"), ("2", "b", "y"))
    path.write_bytes(path.read_bytes().replace(b"1,a,x", b"1,a,x,z"))
    put(tmp_path, KEYED, "20240108", ("1", "a", "x"), ("2", "b", "y"), ("3", "c", "z"))
    path = put(tmp_path, KEYED, "20240115", *((str(n), "a", "x") for n in range(7)))
    lost = path.read_bytes().replace(b"3,a,x\n", b"3,a,x")  # two records on one line
    path.write_bytes(lost)
    land(engine, tmp_path, {"keyed": KEYED})
    assert engine.fetch(
        'SELECT delivery, counted, "rows", unreadable FROM landing.deliveries ORDER BY 1'
    ) == [("2024-01-01", 2, 1, 1), ("2024-01-08", 3, 3, 0), ("2024-01-15", 6, 5, 1)]
    assert engine.fetch("SELECT records FROM quality.unreadable") == [(1,), (1,)]


def test_a_reader_that_loses_rows_is_found_out(engine, tmp_path, monkeypatch) -> None:
    put(tmp_path, KEYED, "20240101", ("1", "a", "x"), ("2", "b", "y"))
    put(tmp_path, KEYED, "20240108", ("1", "a", "x"))
    whole = delimited.careful

    def careful(feed, data):
        table, bad = whole(feed, data)
        return table.slice(0, 1), bad

    monkeypatch.setattr(delimited, "careful", careful)
    monkeypatch.setattr(files, "read_quickly", odd)
    land(engine, tmp_path, {"keyed": KEYED})
    assert engine.fetch("SELECT delivery FROM landing.deliveries") == [("2024-01-08",)]
    assert engine.fetch("SELECT delivery, records, reason FROM quality.unreadable") == [
        (
            *("2024-01-01", 2),
            "not all read: by count the file holds 2 records, the reader gives 1 and 0 that it "
            "cannot read",
        )
    ]


def odd(*_):
    raise files.Irregular("as if")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("keyed/keyed_２０２４０１０１.csv", "must be named keyed_<YYYYMMDD>.csv"),
        ("keyed/keyed_20240101 (1).csv", "must be named keyed_<YYYYMMDD>.csv"),
        ("keyed/keyed_20240101.csv.gz", "must be named keyed_<YYYYMMDD>.csv"),
        ("keyed/keyed_00000101.csv", "00000101 is no day"),
        ("keyed/keyed_2024.csv", "must be named keyed_<YYYYMMDD>.csv"),
        ("keyed/keyed_20240101.json", "must be named keyed_<YYYYMMDD>.csv"),
        ("keyed/other_20240101.csv", "must be named keyed_<YYYYMMDD>.csv"),
        ("keyed/keyed_20240230.csv", "20240230 is no day"),
        ("nobody/nobody_20240101.csv", "no contract has a feed 'nobody'"),
        ("keyed_20240101.csv", "lies beside the folders of the feeds"),
    ],
)
def test_a_file_that_is_no_delivery_is_an_error(name, word, engine, tmp_path) -> None:
    put(tmp_path, KEYED, "20240101", ("1", "a", "x"))
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(LandingError, match=word):
        land(engine, tmp_path, {"keyed": KEYED})


def test_what_only_looks_like_a_file_is_named(engine, tmp_path) -> None:
    put(tmp_path, KEYED, "20240101", ("1", "a", "x"))
    (tmp_path / "keyed/keyed_20240108.csv").mkdir()
    with pytest.raises(LandingError, match=r"keyed_20240108\.csv is no file that can be read"):
        land(engine, tmp_path, {"keyed": KEYED})
    (tmp_path / "keyed/keyed_20240108.csv").rmdir()
    (tmp_path / "keyed/keyed_20240108.csv").symlink_to(tmp_path / "gone")
    with pytest.raises(LandingError, match=r"keyed_20240108\.csv is no file that can be read"):
        land(engine, tmp_path, {"keyed": KEYED})


def test_a_folder_that_is_not_there(engine, tmp_path) -> None:
    with pytest.raises(LandingError, match="is no folder; run `islands generate` first"):
        land(engine, tmp_path / "none", {"keyed": KEYED})


def test_hidden_files_are_passed_over(engine, tmp_path) -> None:
    put(tmp_path, KEYED, "20240101", ("1", "a", "x"))
    for name in (".DS_Store", "keyed/.keyed_20240101.csv.partial", "keyed/~$keyed_20240101.csv"):
        (tmp_path / name).write_bytes(b"x")
    land(engine, tmp_path, {"keyed": KEYED})
    assert engine.count("landing.keyed") == 1


def test_only_some_feeds(engine, tmp_path) -> None:
    both = {"keyed": KEYED, "keyless": COUNTED}
    put(tmp_path, KEYED, "20240101", ("1", "a", "x"))
    path = put(tmp_path, COUNTED, "20240101", ("1", "a", "x"))
    path.write_bytes(path.read_bytes() + b"{\n")
    land(engine, tmp_path, both)
    put(tmp_path, KEYED, "20240108", ("2", "a", "x"))
    landed = land(engine, tmp_path, both, only=["keyed"])
    assert landed.rows == {"keyed": 2}
    assert engine.fetch("SELECT feed, delivery FROM landing.deliveries ORDER BY ALL") == [
        ("keyed", "2024-01-01"),
        ("keyed", "2024-01-08"),
        ("keyless", "2024-01-01"),
    ]
    assert engine.fetch("SELECT feed, line FROM quality.unreadable") == [("keyless", 3)]
    assert engine.count("landing.keyless") == 1


def test_order_does_not_matter(tmp_path) -> None:
    """Rows shuffled within their files, and another number of threads: the same rows."""
    draw = random.Random(1)
    given = [(str(n), f"name {n}", str(n % 3)) for n in range(500)]
    found = []
    for threads in (1, 2):
        folder = tmp_path / str(threads)
        for feed in (KEYED, COUNTED):
            for day in ("20240101", "20240108"):
                sent = given + given[:50] if feed is COUNTED else list(given)
                draw.shuffle(sent)
                put(folder, feed, day, *sent)
        with open_engine("duckdb", threads=threads) as engine:
            land(engine, folder, {"keyed": KEYED, "keyless": COUNTED})
            found.append(
                [
                    sorted(
                        engine.fetch(f"SELECT * EXCLUDE (file, line) FROM landing.{name}"), key=str
                    )
                    for name in ("keyed", "keyless")
                ]
            )
    assert found[0] == found[1]


def test_small_batches_give_the_same(engine, tmp_path, monkeypatch) -> None:
    for n in range(1, 10):
        put(tmp_path, KEYED, f"2024010{n}", *((str(k), "a", "x") for k in range(n)))
    land(engine, tmp_path, {"keyed": KEYED})
    whole = engine.fetch("SELECT * FROM landing.keyed ORDER BY ALL")
    monkeypatch.setattr(reading, "BATCH", 200)
    told = []
    land(engine, tmp_path, {"keyed": KEYED}, lambda *step: told.append(step))
    assert engine.fetch("SELECT * FROM landing.keyed ORDER BY ALL") == whole
    assert len(told) > 2
    assert told[-1] == ("keyed", 9, 9)


def test_landing_twice_changes_nothing(engine, tmp_path) -> None:
    put(tmp_path, KEYED, "20240101", ("1", "a", "x"))
    for _ in range(2):
        land(engine, tmp_path, {"keyed": KEYED})
    assert engine.count("landing.keyed") == 1
    assert engine.count("landing.deliveries") == 1


def test_types_of_the_tables(engine, tmp_path) -> None:
    put(tmp_path, KEYED, "20240101", ("1", "a", "x"))
    land(engine, tmp_path, {"keyed": KEYED})
    types = {name: kind for name, kind, *_ in engine.fetch("DESCRIBE landing.keyed")}
    assert types.pop("published") == "DATE"
    assert types.pop("line") == "BIGINT"
    assert set(types.values()) == {"VARCHAR"}
    assert pa.types.is_date32(
        engine.query("FROM landing.deliveries").schema.field("published").type
    )


def test_a_select_can_be_read() -> None:
    sql = landing_select(KEYED)
    assert sql.startswith("WITH keyed AS (")
    assert "md5(concat_ws('|', 'keyed', coalesce(part_of_key(\"no\"), '∅'))) AS record_id" in sql
