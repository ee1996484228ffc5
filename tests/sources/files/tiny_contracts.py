"""Contracts of a few columns, made on the spot, so that a test reads as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from schemas.contract import Column, Feed

FORMATS = [
    ("jsonl", "utf-8", ","),
    ("jsonl.gz", "utf-8", ","),
    ("json", "utf-8", ","),
    ("csv", "utf-8", ","),
    ("csv", "utf-8-sig", ","),
    ("csv", "gb18030", "；"),
    ("csv", "gb18030", ","),
    ("csv", "utf-8", "；"),
    ("csv", "utf-8", ";"),
    ("fixed", "gb18030", ","),
    ("fixed", "utf-8", ","),
    ("xlsx", "utf-8", ","),
    ("xml", "utf-8", ","),
    ("parquet", "utf-8", ","),
]


def tiny_feed(
    format: str,
    columns: Sequence[str] = ("no", "name", "note"),
    encoding: str = "utf-8",
    delimiter: str = ",",
    width: int = 40,
    **changes: Any,
) -> Feed:
    """A feed with the columns given, all of them optional, keyed by the first."""
    facts: dict[str, Any] = {
        "island": "tiny",
        "name": "tiny",
        "title_zh": "小",
        "description": "",
        "tier": "story",
        "format": format,
        "encoding": encoding,
        "delimiter": delimiter,
        "cadence_days": 7,
        "cadence_offset": 0,
        "mode": "snapshot",
        "natural_key": (columns[0],),
        "identifier_scheme": None,
        "registry": None,
        "effect_column": None,
        "effect_codes": {},
        "sharing": "public",
        "area": "government",
        "first_delivery": {},
        "previous_ratio": {},
        "backlog_ratio": {},
        "fault_rates": {},
        "root_tag": "records",
        "record_tag": "record",
        "columns": tuple(
            name if isinstance(name, Column) else Column(name, name, "", width=width)
            for name in columns
        ),
        "folder": Path(),
    }
    return Feed(**{**facts, **changes})


def rows(feed: Feed, *values: Sequence[str | None]) -> pa.Table:
    """Rows of the feed's columns."""
    columns = list(zip(*values, strict=True)) or [() for _ in feed.columns]
    return pa.table(
        [pa.array(list(column), pa.string()) for column in columns], names=list(feed.column_names)
    )


def values(table: pa.Table) -> list[tuple]:
    """The rows of a table that reading gave: line first."""
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))
