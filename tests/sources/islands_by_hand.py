"""A hand-made world seen through an island's SQL, and believed rows brought to shape."""

from __future__ import annotations

import csv
import importlib.resources
import json
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID

import duckdb
import jsonschema
import pyarrow as pa

from schemas.contract import ROOT, Feed, Island
from schemas.said_once import read_yaml
from schemas.shape import shape_columns
from schemas.sql import duckdb_words
from sources.deliver_calendar import observed_columns
from sources.world.columns import COLUMNS
from sources.world.views import make_views
from tests.ids import as_id, named

CODES = ROOT / "schemas" / "codes"
D = date.fromisoformat
Row = dict[str, object]
TYPES = {"int64": "BIGINT", "string": "VARCHAR", "date32[day]": "DATE"}

FIRM: Row = {
    "kind": "enterprise",
    "uscc": "91870101PDY00001XE",
    "org_code": "PDY00001X",
    "registration_no": "870101100000014",
    "tax_no": "870101PDY00001X",
    "division": "870101",
    "born": "2012-05-08",
}
MAN: Row = {
    "kind": "resident",
    "resident_no": "870101198504120111",
    "division": "870101",
    "born": "1985-04-12",
    "sex": "M",
}
UNION: Row = {
    "kind": "social_organisation",
    "uscc": "51870000PDY042420A",
    "org_code": "PDY042420",
    "division": "870101",
    "born": "2001-01-01",
}


@cache
def standard() -> jsonschema.protocols.Validator:
    """The schema of ODCS v3.1, as `datacontract lint` has it."""
    file = importlib.resources.files("datacontract") / "schemas/odcs-3.1.0.schema.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def keeps_to_the_standard(folder: Path) -> None:
    """See that the contract in a folder keeps to its standard."""
    contract = (folder / "contract.odcs.yaml").read_text(encoding="utf-8")
    standard().validate(read_yaml(contract))


@cache
def code_list(name: str) -> tuple[dict[str, str], ...]:
    """A code list, row by row."""
    with (CODES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def code_lists() -> dict[str, pa.Table]:
    """Every code list as a table of text; an empty cell is missing."""
    return {
        path.stem: pa.table(
            {
                name: pa.array([row[name] or None for row in code_list(path.stem)], pa.string())
                for name in code_list(path.stem)[0]
            }
        )
        for path in sorted(CODES.glob("*.csv"))
    }


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory with the macros and the code lists."""
    con = duckdb.connect()
    con.execute(duckdb_words())
    con.execute("CREATE SCHEMA codes")
    for name, rows in code_lists().items():
        con.register("rows", rows)
        con.execute(f"CREATE TABLE codes.{name} AS FROM rows")
        con.unregister("rows")
    return con


shared = cache(connect)  # for tables that the next who uses it makes anew


def insert(con: duckdb.DuckDBPyConnection, table: str, row: Row) -> None:
    """One row; columns left out are NULL."""
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    con.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))


@cache
def unpeopled() -> duckdb.DuckDBPyConnection:
    """A database with the tables of the world, for whoever makes the next one."""
    con = connect()
    con.execute("CREATE TABLE codes.run AS SELECT 'full' AS join_level")
    con.execute("CREATE SCHEMA world")
    for table, columns in COLUMNS.items():
        held = ", ".join(f"{name} {TYPES[str(kind)]}" for name, kind in columns.items())
        con.execute(f"CREATE TABLE world.{table} ({held})")
    make_views(con)
    return con


class World:
    """A few rows of the world, and what an island sees of them; one at a time."""

    def __init__(self) -> None:
        self.con = unpeopled()
        for table in COLUMNS:
            self.con.execute(f"DELETE FROM world.{table}")

    def subject(self, subject_no: int, values: Row, **spells: str | list[tuple[str, str]]) -> None:
        """A subject and its attributes; each a text, or (value, first day) one after another."""
        insert(self.con, "world.subjects", {"subject_no": subject_no} | values)
        for name, held in spells.items():
            turns = [(held, values["born"])] if isinstance(held, str) else held
            ends = [day for _, day in turns[1:]] + [values.get("ended")]
            for (value, day), end in zip(turns, ends, strict=True):
                row = {"property": name, "value": value, "valid_from": day, "valid_to": end}
                insert(self.con, "world.attributes", {"subject_no": subject_no} | row)

    def link(self, kind: str, a_no: int, b_no: int, begins: str, ends: str | None = None) -> None:
        """A link of two subjects."""
        row = {"link_kind": kind, "a_no": a_no, "b_no": b_no, "valid_from": begins}
        number = self.con.execute("SELECT count(*) FROM world.links").fetchall()[0][0]
        insert(self.con, "world.links", {"link_no": number, "valid_to": ends} | row)

    def act(
        self, kind: str, conduct_no: int, subject_no: int, ground: str, **values: object
    ) -> None:
        """A piece of conduct, decided on 9 July 2019 and on file since the 18th unless said."""
        row = {
            "conduct_no": conduct_no,
            "conduct_kind": kind,
            "subject_no": subject_no,
            "ground": ground,
            "document_no": f"N{conduct_no}",
            "decided": "2019-07-09",
            "held_from": "2019-07-18",
        }
        insert(self.con, "world.conduct", row | values)

    def observed(self, feed: Feed) -> list[Row]:
        """What the island's register holds, by key and day; columns are checked on the way."""
        sql = feed.observe_file().read_text(encoding="utf-8")
        key = ", ".join(f'"{name}"' for name in feed.natural_key)
        found = self.con.execute(f"SELECT * FROM (\n{sql}\n) ORDER BY {key}, held_from")
        types = {column[0]: str(column[1]) for column in found.description}
        want = dict.fromkeys(observed_columns(feed), "VARCHAR")
        assert types == want | {"held_from": "DATE", "held_to": "DATE"}
        assert list(types) == [*want, "held_from", "held_to"]
        return [dict(zip(types, row, strict=True)) for row in found.fetchall()]


def believed_columns(feed: Feed) -> str:
    """Columns of `conform.<feed>`: those of landing, then what the row does and when."""
    text = ("feed", "delivery", "file", *feed.column_names, "effect")
    return (
        "record_id UUID, version UUID, "
        + ", ".join(f'"{name}" VARCHAR' for name in text)
        + ", published DATE, line BIGINT, from_day DATE, to_day DATE"
    )


def conformed(
    island: Island, shape: str, rows: dict[str, list[Row]], join: str = "full"
) -> list[Row]:
    """What an island's SQL makes of believed rows: feed -> rows, the rest of a row filled in.

    The shape's columns and types are checked on the way.
    """
    con = shared()
    con.execute(f"CREATE OR REPLACE TABLE codes.run AS SELECT '{join}' AS join_level")
    con.execute("DROP SCHEMA IF EXISTS conform CASCADE")
    con.execute("CREATE SCHEMA conform")
    for feed in island.feeds:
        con.execute(f"CREATE TABLE conform.{feed.name} ({believed_columns(feed)})")
        for number, row in enumerate(rows.get(feed.name, []), start=1):
            base = {
                "record_id": as_id(f"r{number}"),
                "version": as_id(f"v{number}"),
                "feed": feed.name,
                "effect": "assert",
                "from_day": "2024-01-01",
            }
            kept = {k: v for k, v in row.items() if k not in ("held_from", "held_to")}
            insert(con, f"conform.{feed.name}", base | kept)
    sql = island.conform_files()[shape].read_text(encoding="utf-8")
    found = con.execute(f"SELECT * FROM (\n{sql}\n) ORDER BY ALL")
    types = {column[0]: str(column[1]) for column in found.description}
    assert types == shape_columns(shape)
    assert list(types) == list(shape_columns(shape))
    return [
        {
            name: named(value.hex if isinstance(value, UUID) else value)
            for name, value in zip(types, row, strict=True)
        }
        for row in found.fetchall()
    ]


def picked(rows: list[Row], *names: str) -> list[tuple[object, ...]]:
    """Some columns of each row."""
    return [tuple(row[name] for name in names) for row in rows]
