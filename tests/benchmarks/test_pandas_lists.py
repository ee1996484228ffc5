"""The lists made with pandas are, row for row, the lists the build makes of the same files."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from benchmarks.pandas_lists import EVENTS, REGISTERS, lists
from pipelines.build import build
from pipelines.engine import open_engine
from pipelines.landing import deliveries_in
from schemas.contract import Feed, feeds
from sources.files import read, write

# What damage must bring about, or the test would prove less than it says.
HAPPENED = {
    "a delivery is held": "SELECT 1 FROM quality.deliveries WHERE outcome = 'hold'",
    "a row contradicts another": "SELECT 1 FROM quality.verdicts WHERE expectation = 'one_version'",
    "a row is said again": "SELECT 1 FROM quality.verdicts WHERE expectation = 'one_row'",
    "a snapshot is not whole": "SELECT 1 FROM quality.deliveries WHERE NOT whole",
    "a file cannot be read": "SELECT 1 FROM quality.unreadable WHERE line IS NULL",
    "a name finds somebody": "SELECT 1 FROM merge.events WHERE method = 'name'",
    "a part of a code finds somebody": "SELECT 1 FROM merge.events WHERE method = 'substring'",
    "a masked number finds somebody": "SELECT 1 FROM merge.events WHERE method = 'masked'",
    "several could be meant": "SELECT 1 FROM resolve.decisions WHERE outcome = 'ambiguous'",
}


def damaged(feed: Feed, cells: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rows some of which come twice, with cells exchanged, missing or wrong; codes above all."""
    cells = np.concatenate([cells, cells[rng.random(len(cells)) < 0.1]])
    wrong_code, wrong_text = (
        np.vectorize(lambda value, end=end: value and value[:-1] + end, otypes=[object])(cells)
        for end in ("7", "x")
    )
    hit = rng.random(cells.shape) / [6 if column.scheme else 1 for column in feed.columns]
    exchanged, missing = rng.permuted(cells, axis=0), np.full_like(cells, None)
    damage = [exchanged, missing, wrong_code, wrong_text]
    cells = np.select([hit < most for most in (0.01, 0.015, 0.025, 0.03)], damage, cells)
    if feed.effect_column:
        does = feed.column_names.index(feed.effect_column)
        other = rng.random(len(cells)) < 0.1
        cells[other, does] = rng.choice(list(feed.effect_codes), other.sum())
    return cells


def damage(landing: Path, seed: int) -> None:
    """Damage the files of a landing folder: cells, rows, whole deliveries."""
    rng = np.random.default_rng(seed)
    for feed in (feeds()[name] for name in (*REGISTERS, *EVENTS)):
        names, first = feed.column_names, None
        coded = [name.startswith("code_") for name in names]
        for number, one in enumerate(deliveries_in(landing, feed)):
            columns = read(feed, one.path)[0].select(names).columns
            cells = np.array([column.to_pylist() for column in columns], dtype=object).T
            first = cells if first is None else first
            if number % 5 == 2:  # too little of a snapshot, too much of changes
                all_again = np.concatenate([first, cells])
                cells = cells[: len(cells) // 3] if feed.mode == "snapshot" else all_again
            cells[np.outer(rng.random(len(cells)) < 0.3, coded)] = None
            texts = [pa.array(column, pa.string()) for column in damaged(feed, cells, rng).T]
            write(feed, pa.table(texts, names=names), one.path)
            if number % 11 == 1:
                one.path.write_bytes(b"\xff\xfe\x00")


def as_rows(frame: pd.DataFrame) -> Counter:
    """The rows of a frame as a database gives them: days as dates, None for what is missing."""
    days = {day: frame[day].dt.date for day in ("from_day", "to_day")}
    plain = frame.assign(**days).astype(object)
    return Counter(plain.where(plain.notna(), None).itertuples(index=False, name=None))


def assert_alike(landing: Path, database: Path) -> None:
    """Every list made of the files with pandas is the one in the database, but for its words.

    `value`, what is published in the island's own words, is not made with pandas.
    """
    found = lists(landing)
    assert len(found) == 4
    with open_engine("duckdb", database, read_only=True) as engine:
        for name, frame in found.items():
            assert [c for c in engine.columns(name) if c != "value"] == list(frame.columns)
            rows = engine.fetch(f"SELECT * EXCLUDE (value) FROM {name}")
            assert as_rows(frame) == Counter(rows), name
            assert len(frame), f"{name}: no row proves nothing"


def test_pandas_gives_the_lists_of_the_build(tiny) -> None:
    assert_alike(tiny.landing, tiny.database)


def test_pandas_gives_the_lists_of_a_world_without_some_feeds(story) -> None:
    """The story knows no tax bureau: its lists are empty here and not there at all."""
    found = lists(story.landing)
    there = {name for (name,) in story.rows("SELECT 'lists.' || table_name FROM duckdb_tables()")}
    for name, frame in found.items():
        rows = story.rows(f"SELECT * EXCLUDE (value) FROM {name}") if name in there else []
        assert as_rows(frame) == Counter(rows), name
    assert found.keys() - there == {"lists.tax_a_class", "lists.tax_violations"}


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_pandas_gives_the_lists_of_damaged_files(one_tiny, tmp_path: Path, seed: int) -> None:
    """The dirt of a tiny world is little; here every gate and every way to find somebody is met."""
    landing, database = tmp_path / "landing", tmp_path / "built.duckdb"
    shutil.copytree(one_tiny.landing, landing)
    damage(landing, seed)
    build(landing, database, checks=False)  # lists are compared here, promises kept elsewhere
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        for what, query in HAPPENED.items():
            assert connection.execute(query).fetchone(), f"{what}: it did not happen"
    assert_alike(landing, database)
