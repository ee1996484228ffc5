"""Databases made by hand: only the few tables that replays compare, a dozen rows in all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipelines.engine import open_engine

DAY0 = date(2024, 1, 1)
HORIZON = DAY0 + timedelta(days=100)

TABLES = {
    "codes.run": "day0 DATE, last_day DATE, horizon DATE, join_level VARCHAR",
    "codes.lists": "list VARCHAR, owner VARCHAR, title_en VARCHAR",
    "codes.measures": "measure VARCHAR, title_en VARCHAR",
    "codes.keepers": "keeper VARCHAR, start VARCHAR",
    "codes.grades": "keeper VARCHAR, min_points VARCHAR, grade VARCHAR",
    "resolve.identifiers": "subject_id VARCHAR, scheme VARCHAR, value VARCHAR, from_day DATE",
    "resolve.names": "subject_id VARCHAR, subject_kind VARCHAR, name VARCHAR, from_day DATE",
    "exchange.entries": "entry_id VARCHAR, entry_version VARCHAR, list VARCHAR, "
    "subject_id VARCHAR, ground VARCHAR, severity VARCHAR, value VARCHAR, from_day DATE, "
    "to_day DATE",
    "exchange.ancestry": "entry_version VARCHAR, ancestor_kind VARCHAR, ancestor_id VARCHAR, "
    "steps INTEGER",
    "exchange.paths": "list VARCHAR, path VARCHAR, holder VARCHAR, distance INTEGER, "
    "mode VARCHAR, taken_back BOOLEAN, readmitted BOOLEAN",
    "exchange.copies": "holder VARCHAR, list VARCHAR, entry_id VARCHAR, entry_version VARCHAR, "
    "subject_id VARCHAR, path VARCHAR, came_from VARCHAR, from_day DATE, to_day DATE, "
    "distance INTEGER",
    "consequences.measures": "measure_id VARCHAR, measure VARCHAR, agency VARCHAR, list VARCHAR, "
    "subject_id VARCHAR, because_entry_version VARCHAR, link_path VARCHAR, from_day DATE, "
    "to_day DATE",
    "scores.grades": "keeper VARCHAR, subject_id VARCHAR, points INTEGER, grade VARCHAR, "
    "from_day DATE, to_day DATE",
    "scores.points": "keeper VARCHAR, subject_id VARCHAR, day DATE, change INTEGER, "
    "reason VARCHAR, because VARCHAR",
}


MADE = "".join(f"CREATE SCHEMA {s}; " for s in sorted({t.split(".")[0] for t in TABLES}))
MADE += "; ".join(f"CREATE TABLE {name} ({columns})" for name, columns in TABLES.items())


def day(n):
    """The n-th day of the window; None stays None ("still")."""
    return None if n is None else DAY0 + timedelta(days=n)


def write_database(path, **rows):
    """A database with the given rows, each table named by its part after the dot.

    Code lists are named with their schema, as `codes_measures`.

    Whole numbers in columns of type DATE are days of the window.
    """
    rows.setdefault("codes_run", [(0, 9, 100, "full")])
    rows.setdefault("codes_keepers", [("portal", "1000")])
    rows.setdefault("codes_grades", [("portal", "0", "C"), ("portal", "960", "A")])
    with open_engine("duckdb", path, words=False, small=True) as engine:
        engine.execute(MADE)
        for name, columns in TABLES.items():
            schema, short = name.split(".")
            kinds = [column.split()[1] for column in columns.split(", ")]
            given = name.replace(".", "_") if schema == "codes" else short
            for row in rows.get(given, ()):
                values = [
                    day(value) if kind == "DATE" else value
                    for kind, value in zip(kinds, row, strict=True)
                ]
                marks = ", ".join("?" * len(values))
                engine.execute(f"INSERT INTO {name} VALUES ({marks})", values)
    return path


def shown(holder, name, entry, subject, path, first, end, version=None):
    """One row of exchange.copies."""
    version = version or entry
    holders = path.split(">")
    came_from = holders[-2] if len(holders) > 1 else holders[-1]
    return (
        holder, name, entry, version, subject, path, came_from, first, end, len(holders) - 1,
    )  # fmt: skip


def entry(version, name, subject, ground="debt", severity="general", first=0, end=None, value=None):
    """One row of exchange.entries, whose id is what stands before the dot of its version."""
    return (version.split(".")[0], version, name, subject, ground, severity, value, first, end)


@pytest.fixture
def hand():
    """The helpers above, for tests."""

    class Hand:
        pass

    Hand.day, Hand.database, Hand.shown, Hand.entry = day, write_database, shown, entry
    Hand.horizon = HORIZON
    return Hand
