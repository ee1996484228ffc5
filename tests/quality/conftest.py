"""A small engine, a small feed, and tables to put single rows into."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pipelines.engine.duckdb_engine import DuckDBEngine
from quality.gates import VERDICTS_COLUMNS
from quality.suites import CHECKED_STAGES
from quality.written import written
from schemas.contract import ROOT, Column, Feed

INTERVAL = {"from_day": "DATE", "to_day": "DATE"}
ENTRY = {
    "entry_id": "VARCHAR",
    "entry_version": "VARCHAR",
    "list": "VARCHAR",
    "subject_id": "VARCHAR",
    "ground": "VARCHAR",
    "severity": "VARCHAR",
    **INTERVAL,
}
EVIDENCE = {"entry_version": "VARCHAR", "parent_kind": "VARCHAR", "parent_id": "VARCHAR"}
SAID = {"record_id": "VARCHAR", "version": "VARCHAR", "feed": "VARCHAR", "effect": "VARCHAR"}
# Tables of intervals; of those not described below nothing more is asked.
BARE = [e.table for stage in CHECKED_STAGES for e in written(stage) if e.name == "interval"]
# A delivery out of bounds is held, unless a run is told otherwise.
HEEDED = {"out_of_bounds": "VARCHAR DEFAULT 'hold'"}

TABLES: dict[str, dict[str, str]] = {
    **dict.fromkeys(BARE, INTERVAL),
    "landing.deliveries": {
        "feed": "VARCHAR",
        "delivery": "VARCHAR",
        "published": "DATE",
        "file": "VARCHAR",
        "rows": "BIGINT",
        "unreadable": "BIGINT",
        "whole": "BOOLEAN DEFAULT true",
        "counted": "BIGINT DEFAULT 0",
        "bytes": "BIGINT",
        "digest": "VARCHAR",
    },
    "quality.unreadable": {
        "feed": "VARCHAR",
        "delivery": "VARCHAR",
        "file": "VARCHAR",
        "line": "BIGINT",
        "byte_from": "BIGINT",
        "byte_to": "BIGINT",
        "records": "BIGINT DEFAULT 1",
        "reason": "VARCHAR",
        "raw": "VARCHAR",
    },
    "quality.row_verdicts": VERDICTS_COLUMNS,
    "conform.statements": {
        **SAID,
        "id_scheme": "VARCHAR",
        "id_value": "VARCHAR",
        "name": "VARCHAR",
        "division": "VARCHAR",
        "subject_kind": "VARCHAR",
        "property": "VARCHAR",
        "value": "VARCHAR",
        "valid_from": "DATE",
        "valid_to": "DATE",
        **INTERVAL,
    },
    "conform.events": {
        **SAID,
        "id_scheme": "VARCHAR",
        "id_value": "VARCHAR",
        "name": "VARCHAR",
        "division": "VARCHAR",
        "address": "VARCHAR",
        "subject_kind": "VARCHAR",
        "event_kind": "VARCHAR",
        "ground": "VARCHAR",
        "severity": "VARCHAR",
        "amount_yuan": "DECIMAL(18,2)",
        "document_no": "VARCHAR",
        "authority": "VARCHAR",
        "details": "VARCHAR",
        "event_day": "DATE",
        "valid_from": "DATE",
        "valid_to": "DATE",
        **INTERVAL,
    },
    "conform.links": {
        **SAID,
        "link_kind": "VARCHAR",
        "a_scheme": "VARCHAR",
        "a_value": "VARCHAR",
        "a_name": "VARCHAR",
        "a_division": "VARCHAR",
        "a_kind": "VARCHAR",
        "b_scheme": "VARCHAR",
        "b_value": "VARCHAR",
        "b_name": "VARCHAR",
        "b_division": "VARCHAR",
        "b_kind": "VARCHAR",
        "valid_from": "DATE",
        "valid_to": "DATE",
        **INTERVAL,
    },
    "resolve.identifiers": {
        "subject_id": "VARCHAR",
        "subject_kind": "VARCHAR",
        "scheme": "VARCHAR",
        "value": "VARCHAR",
        **INTERVAL,
    },
    "resolve.designations": {
        "reference_id": "VARCHAR",
        "id_scheme": "VARCHAR",
        "id_value": "VARCHAR",
        "name_key": "VARCHAR",
    },
    "resolve.names": {
        "subject_id": "VARCHAR",
        "subject_kind": "VARCHAR",
        "name_key": "VARCHAR",
        "name": "VARCHAR",
        **INTERVAL,
    },
    "resolve.mentions": {
        "record_id": "VARCHAR",
        "version": "VARCHAR",
        "role": "VARCHAR",
        "feed": "VARCHAR",
        "reference_id": "VARCHAR",
        "id_scheme": "VARCHAR",
        "id_value": "VARCHAR",
        "name_key": "VARCHAR",
        **INTERVAL,
    },
    "resolve.decisions": {
        "reference_id": "VARCHAR",
        "subject_id": "VARCHAR",
        "method": "VARCHAR",
        "outcome": "VARCHAR",
        **INTERVAL,
    },
    "resolve.matches": {
        "record_id": "VARCHAR",
        "version": "VARCHAR",
        "role": "VARCHAR",
        "feed": "VARCHAR",
        "reference_id": "VARCHAR",
        "subject_id": "VARCHAR",
        "method": "VARCHAR",
        "score": "INTEGER",
        **INTERVAL,
    },
    "resolve.unmatched": {
        "record_id": "VARCHAR",
        "version": "VARCHAR",
        "role": "VARCHAR",
        "feed": "VARCHAR",
        "reference_id": "VARCHAR",
        "reason": "VARCHAR",
        **INTERVAL,
    },
    "merge.statements": {
        "subject_id": "VARCHAR",
        "record_id": "VARCHAR",
        "version": "VARCHAR",
        "feed": "VARCHAR",
        "property": "VARCHAR",
        "value": "VARCHAR",
        "valid_from": "DATE",
        **INTERVAL,
    },
    "merge.facts": {
        "subject_id": "VARCHAR",
        "property": "VARCHAR",
        "value": "VARCHAR",
        "won": "BOOLEAN",
        "rank": "INTEGER",
        "record_id": "VARCHAR",
        "version": "VARCHAR",
        "valid_from": "DATE",
        "valid_to": "DATE",
        **INTERVAL,
    },
    "merge.events": {
        "subject_id": "VARCHAR",
        "record_id": "VARCHAR",
        "version": "VARCHAR",
        "feed": "VARCHAR",
        "method": "VARCHAR",
        "event_kind": "VARCHAR",
        "ground": "VARCHAR",
        "amount_yuan": "DECIMAL(18,2)",
        "document_no": "VARCHAR",
        "event_day": "DATE",
        **INTERVAL,
    },
    "merge.links": {
        "link_kind": "VARCHAR",
        "a_id": "VARCHAR",
        "b_id": "VARCHAR",
        "record_id": "VARCHAR",
        "version": "VARCHAR",
        **INTERVAL,
    },
    "merge.subjects": {"subject_id": "VARCHAR"},
    "lists.entries": ENTRY,
    "lists.evidence": EVIDENCE,
    "exchange.adopted": ENTRY,
    "exchange.entries": ENTRY,
    "exchange.evidence": EVIDENCE,
    "exchange.paths": {
        "list": "VARCHAR",
        "path": "VARCHAR",
        "parent_path": "VARCHAR",
        "holder": "VARCHAR",
        "match": "VARCHAR DEFAULT 'code'",
        "taken_back": "BOOLEAN DEFAULT true",
        "every_days": "INTEGER DEFAULT 1",
        **dict.fromkeys(("distance", "offset_days", "lag_days"), "INTEGER DEFAULT 0"),
        "keeps_days": "INTEGER",
    },
    "exchange.shown": {
        "holder": "VARCHAR",
        "list": "VARCHAR",
        "entry_version": "VARCHAR",
        "subject_id": "VARCHAR",
        **INTERVAL,
    },
    "exchange.copies": {
        "holder": "VARCHAR",
        "list": "VARCHAR",
        "entry_id": "VARCHAR",
        "entry_version": "VARCHAR",
        "subject_id": "VARCHAR",
        "path": "VARCHAR",
        "came_from": "VARCHAR",
        **INTERVAL,
        "distance": "INTEGER",
    },
    "consequences.measures": {
        "measure_id": "VARCHAR",
        "measure": "VARCHAR",
        "agency": "VARCHAR",
        "list": "VARCHAR",
        "subject_id": "VARCHAR",
        "because_entry_version": "VARCHAR",
        "link_path": "VARCHAR",
        **INTERVAL,
    },
    "scores.points": {
        "keeper": "VARCHAR",
        "subject_id": "VARCHAR",
        "day": "DATE",
        "change": "INTEGER",
        "reason": "VARCHAR",
        "because": "VARCHAR",
    },
    "scores.grades": {
        "keeper": "VARCHAR",
        "subject_id": "VARCHAR",
        "points": "INTEGER",
        "grade": "VARCHAR",
        **INTERVAL,
    },
    "codes.grounds": {"code": "VARCHAR"},
    "codes.lists": {
        "list": "VARCHAR",
        "owner": "VARCHAR",
        "sharing": "VARCHAR",
        "longest_term_days": "VARCHAR",
    },
    "codes.feeds": {"feed": "VARCHAR", "sharing": "VARCHAR", "registry": "VARCHAR"},
    "codes.divisions": {"code": "VARCHAR"},
    "codes.keepers": {"keeper": "VARCHAR"},
    "codes.score_lists": {"list": "VARCHAR"},
    "codes.usual_amounts": dict.fromkeys(
        ("event_kind", "ground", "least_yuan", "most_yuan", "step_yuan"), "VARCHAR"
    ),
    "codes.usual_delays": dict.fromkeys(
        ("feed", "backlog_days", "least_days", "most_days"), "VARCHAR"
    ),
    "codes.holders": {"holder": "VARCHAR", "audience": "VARCHAR"},
    "codes.audiences": {"audience": "VARCHAR", "sharing": "VARCHAR"},
    "codes.severities": {"code": "VARCHAR"},
    "codes.measures": {"measure": "VARCHAR"},
    "codes.calendar": {"feed": "VARCHAR", "due": "DATE", "next_due": "DATE"},
    "codes.gate_policies": {"gate": "VARCHAR", "policy": "VARCHAR"},
    "codes.run": {
        "join_level": "VARCHAR",
        "corrections": "VARCHAR",
        "day0": "DATE DEFAULT DATE '2024-01-01'",
        "last_day": "DATE",
        **HEEDED,
    },
}


class Workbench(DuckDBEngine):
    """An engine with `table` for empty tables and `put` for single rows."""

    def table(self, name: str, columns: dict[str, str]) -> None:
        """An empty table."""
        self.create_schema(name.split(".")[0])
        listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        self.execute(f"CREATE OR REPLACE TABLE {name} ({listed})")

    def heed(self) -> None:
        """A run that is told nothing of its policy, unless there is one."""
        if not self.count("codes.run"):
            self.execute("INSERT INTO codes.run DEFAULT VALUES")

    def put(self, name: str, **values: object) -> None:
        """One row; columns not given are NULL."""
        columns = ", ".join(f'"{c}"' for c in values)
        marks = ", ".join("?" for _ in values)
        self.execute(f"INSERT INTO {name} ({columns}) VALUES ({marks})", list(values.values()))


@pytest.fixture(scope="session")
def _tables() -> Iterator[Workbench]:
    """An empty database with every table the suites look at, made once."""
    with Workbench(threads=1, small=True) as bench:
        for name, columns in TABLES.items():
            bench.table(name, columns)
        yield bench


@pytest.fixture
def bench(_tables: Workbench) -> Iterator[Workbench]:
    """An empty database with every table the suites look at; what a test does there is undone."""
    _tables.execute("BEGIN")
    yield _tables
    _tables.execute("ROLLBACK")


@pytest.fixture
def make_feed() -> Callable[..., Feed]:
    """A feed of two columns, to be varied."""

    def make(**given: object) -> Feed:
        values: dict[str, object] = {
            "island": "office",
            "name": "permits",
            "title_zh": "许可",
            "description": "",
            "tier": "story",
            "format": "csv",
            "encoding": "utf-8",
            "delimiter": ",",
            "cadence_days": 7,
            "cadence_offset": 0,
            "mode": "snapshot",
            "natural_key": ("no",),
            "identifier_scheme": None,
            "registry": None,
            "effect_column": None,
            "effect_codes": {},
            "sharing": "public",
            "area": "government",
            "first_delivery": {"min_rows": 2, "reason": "An office has two permits at least."},
            "previous_ratio": {"min": 0.5, "max": 3, "reason": "A week changes little."},
            "backlog_ratio": {"max": 0.5, "reason": "A week brings little."},
            "fault_rates": {},
            "root_tag": "records",
            "record_tag": "record",
            "columns": (
                Column("no", "编号", "Number", required=True),
                Column("holder", "持有人", "Holder"),
            ),
            "folder": ROOT,
        }
        values.update(given)
        return Feed(**values)

    return make


@pytest.fixture
def land() -> Callable[..., None]:
    """Write rows of a feed into landing: `land(bench, feed, {delivery: [row, ...]})`.

    A row is a dict of the contract's columns; `record` and `version` stand for the ids.
    """

    def write(bench: Workbench, feed: Feed, deliveries: dict[str, list[dict]]) -> None:
        own = {"record_id": "VARCHAR", "version": "VARCHAR", "feed": "VARCHAR"}
        own |= {"delivery": "VARCHAR", "published": "DATE", "file": "VARCHAR", "line": "BIGINT"}
        columns = {name: "VARCHAR" for name in feed.column_names}
        bench.table(f"landing.{feed.name}", own | columns)
        bench.heed()
        for delivery, rows in deliveries.items():
            bench.put(
                "landing.deliveries",
                feed=feed.name,
                delivery=delivery,
                published=delivery,
                file=f"{feed.name}/{delivery}",
                rows=len(rows),
                unreadable=0,
                counted=len(rows),
            )
            for line, row in enumerate(rows, start=3):
                cells = {c: row.get(c) for c in feed.column_names}
                record = str(row.get("record", cells[feed.column_names[0]]))
                version = str(row.get("version", "|".join(str(v) for v in cells.values())))
                bench.put(
                    f"landing.{feed.name}",
                    record_id=record,
                    version=version,
                    feed=feed.name,
                    delivery=delivery,
                    published=delivery,
                    file=f"{feed.name}/{delivery}",
                    line=line,
                    **cells,
                )

    return write
