"""Little worlds as databases: what `conform` believed is given, all that follows is worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from tests.naive.little_world import as_tables
from tests.naive.simulator import Heard, Row

DAY0, WINDOW, AFTER = date(2024, 1, 1), 150, 600
LAST_DAY = DAY0 + timedelta(days=WINDOW - 1)
HORIZON = LAST_DAY + timedelta(days=AFTER)


@contextmanager
def little_database(
    record: Heard,
    join: str,
    policy: Mapping[str, str] | None = None,
    last_day: date = LAST_DAY,
    mishaps: Sequence[Mapping[str, Any]] = (),
) -> Iterator:
    """An engine that holds every table after `conform` of a little world."""
    from pipelines.codes import load_codes
    from pipelines.engine import open_engine
    from pipelines.graph import all_models
    from schemas.contract import feeds

    run = {"day0": DAY0, "last_day": last_day, "horizon": HORIZON}
    given = dict(policy or {})
    with open_engine("duckdb", threads=1) as engine:
        load_codes(engine, feeds("core"), run, join, given)
        engine.create_schema("conform")
        for shape, (columns, rows) in as_tables(record).items():
            engine.execute(f"CREATE TABLE conform.{shape} ({columns})")
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                engine.connection.executemany(f"INSERT INTO conform.{shape} VALUES ({marks})", rows)
        for model in all_models("core", join, given, mishaps):
            if model.stage not in ("landing", "conform"):
                engine.create_table(model.name, model.sql)
        yield engine


def before(record: Heard, day: int) -> Heard:
    """What had been heard on the eve of a day: what came later is unknown, and so is each end."""

    def known(rows: list[Row]) -> list[Row]:
        return [
            Row(
                **row.__dict__
                | {"to_day": row.to_day if row.to_day is not None and row.to_day < day else None}
            )
            for row in rows
            if row.from_day < day
        ]

    return Heard(known(record.statements), known(record.events), known(record.links))
