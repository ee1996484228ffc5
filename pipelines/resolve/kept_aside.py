"""`resolve.kept_aside`: the versions of records that gates keep from being matched to anybody."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.model import Model, make_model
from quality.expectations import ROW_KINDS, Expectation, violations_sql
from quality.policies import KEEP_ASIDE, QUARANTINE, gives, keeps_aside
from quality.written import written
from schemas.sql import literal

NAME = "resolve.kept_aside"
_HEADER = """\
-- The versions of records that a gate keeps from being matched, which gate, and from which day on: the first
-- on which it can see what is wrong. Empty unless a run tells a gate of `conform` or `resolve` to quarantine
-- what it finds (`--policy gate.<id>=quarantine`).
-- source: the gates of these stages, `quality/conform` and `quality/resolve`
-- grain: one row per version of a record that is kept aside; of several gates the first by name
-- key: record_id, version
"""


def kept_aside_model(told: Mapping[str, str]) -> Model:
    """The table of what the gates keep aside that are told to.

    Args:
        told: gate -> what it is told; see `quality.policies.of_gates`.
    """
    kept = [
        f"SELECT found.record_id, found.version, {literal(e.gate)} AS gate, {_day(e)} AS day\n"
        f"FROM ({violations_sql(e)}) AS found"
        for stage in KEEP_ASIDE
        for e in written(stage)
        if told.get(e.gate) == QUARANTINE and keeps_aside(e)
    ]
    none = (
        "SELECT statements.record_id, statements.version, '' AS gate, statements.from_day AS day\n"
        "FROM conform.statements WHERE 1 = 0"
    )
    found = "\nUNION ALL\n".join(kept or [none])
    sql = (
        "SELECT kept.record_id, kept.version, min(kept.gate) AS gate, min(kept.day) AS from_day\n"
        f"FROM (\n{found}\n) AS kept\nGROUP BY kept.record_id, kept.version"
    )
    return make_model(NAME, _HEADER + sql, "pipelines/resolve/kept_aside.py")


def _day(e: Expectation) -> str:
    """SQL of the day on which what breaks an expectation can be seen; if it tells none, always."""
    for day in ("day", "from_day"):
        if e.kind in ROW_KINDS and day == "from_day" or day in gives(e):
            return f"found.{day}"
    return "DATE '1900-01-01'"
