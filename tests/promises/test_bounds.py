"""No arithmetic after a gate may fail: amounts and days at their bounds build, and beyond are kept aside.

In every feed, rows of the first delivery get each number and each day at its least and at its greatest;
others get what lies just beyond. The world is then built with everything that is made of it.
"""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest

from schemas.contract import DAYS, EARLIEST, MOST, Column, Feed, feeds

AHEAD = 36_525


def as_written(example: str, day: date) -> str:
    """A day in the form of another: the digits of YYYYMMDD put in the place of its own."""
    digits = iter(f"{day:%Y%m%d}")
    return re.sub("[0-9]", lambda _: next(digits), example)


def at(column: Column, example: str, published: date, high: bool, beyond: bool) -> str:
    """The least or the greatest a column may say, or what lies just beyond."""
    if column.parse in DAYS:
        last = published + timedelta(days=AHEAD * column.may_lie_ahead)
        day = last if high else column.not_before or EARLIEST
        return as_written(example, day + timedelta(days=(1 if high else -1) * beyond))
    least = column.at_least or Decimal(0)
    most = column.at_most or MOST[column.parse]
    step = {"money": "0.01", "wan": "0.000001", "integer": "1"}[column.parse]
    bound = most if high else least
    return str(bound + (Decimal(step) if high else -Decimal(step)) * beyond)


def bounded(feed: Feed) -> list[Column]:
    """The columns that have bounds and are no part of the key, which says which record it is."""
    return [c for c in feed.columns if c.parse and c.name not in feed.natural_key]


@pytest.fixture(scope="module")
def edge(generated, tmp_path_factory):
    """A built world at its bounds, and the rows that lie beyond them: feed -> lines -> column."""
    from pipelines.build import build
    from sources.files import read, write

    folder = tmp_path_factory.mktemp("bounds")
    shutil.copytree(generated("tiny", 4, days=40, dirt=0.0).landing, folder / "landing")
    beyond: dict[str, dict[int, str]] = {}
    for feed in feeds("core").values():
        columns = bounded(feed)
        path = sorted((folder / "landing" / feed.name).iterdir())[0]
        published = date.fromisoformat(re.search("[0-9]{8}", path.name)[0])
        table, _ = read(feed, path)
        lines, rows = table.column("line").to_pylist(), table.to_pylist()
        filled = {c.name: [n for n, r in enumerate(rows) if r[c.name]] for c in columns}
        number = 0
        for high in (False, True):
            for column in columns:
                if not filled[column.name] or number >= len(rows):
                    continue
                example = rows[filled[column.name][0]][column.name]
                said = at(column, example, published, high, beyond=True)
                if column.width and len(said) > column.width:
                    continue  # a narrow column cannot say it
                rows[number][column.name] = said
                beyond.setdefault(feed.name, {})[lines[number]] = column.name
                number += 1
        for high in (False, True, True):
            for column in columns:
                if filled[column.name] and number < len(rows):
                    example = rows[filled[column.name][-1]][column.name]
                    said = at(column, example, published, high, beyond=False)
                    rows[number][column.name] = said[: column.width or len(said)]
            number += 1
        names = list(feed.column_names)
        schema = pa.schema([(name, pa.string()) for name in names])
        kept = [{name: row[name] for name in names} for row in rows]
        write(feed, pa.Table.from_pylist(kept, schema), path)
    build(folder / "landing", folder / "built.duckdb")
    with duckdb.connect(str(folder / "built.duckdb"), read_only=True) as connection:
        yield connection, beyond


def test_what_lies_beyond_a_bound_is_kept_aside_and_nothing_else(edge) -> None:
    connection, beyond = edge
    for feed in feeds("core").values():
        found = connection.execute(
            "SELECT line, column_name FROM quality.verdicts WHERE feed = ? "
            "AND outcome = 'quarantine'",
            [feed.name],
        ).fetchall()
        assert sorted(found) == sorted(beyond.get(feed.name, {}).items()), feed.name


def test_amounts_at_the_bound_are_added_up(edge) -> None:
    connection, _ = edge
    ((greatest,),) = connection.execute(
        "SELECT max(amount_yuan) FROM conform.events WHERE feed = 'court'"
    ).fetchall()
    assert greatest == 2 * MOST["money"]
