"""`resolve.kept_aside`: the versions of records that gates keep from being matched to anybody."""

from collections.abc import Mapping

from pipelines.model import Model, make_model
from quality.expectations import ROW_KINDS, Expectation, violations_sql
from quality.policies import KEEP_ASIDE, QUARANTINE, gives, keeps_aside
from quality.written import written
from schemas.sql import literal

NAME = "resolve.kept_aside"
_HEADER = """\
-- The versions of records that a gate keeps from being matched, which gate, and from which day on: the first
-- on which it can see what is wrong. A register's records are never among them: its own entries need no
-- match. Empty unless a run tells a gate of `conform` or `resolve` to quarantine what it finds
-- (`--policy gate.<id>=quarantine`).
-- source: the gates of these stages, `quality/conform` and `quality/resolve`
-- grain: one row per version of a record that is kept aside; of several gates the first, then by name
-- key: record_id, version
"""
_NOTHING = """\
SELECT statements.record_id, statements.version, '' AS gate, statements.from_day
FROM conform.statements WHERE 1 = 0"""
_FIRST = """\
WITH kept AS (
{found}
),

said AS (
    SELECT mentions.record_id, mentions.version, min(mentions.from_day) AS from_day
    FROM resolve.mentions
    GROUP BY mentions.record_id, mentions.version
    HAVING count(CASE mentions.id_scheme WHEN 'record' THEN 1 END) = 0
),

dated AS (
    SELECT kept.record_id, kept.version, kept.gate, coalesce(kept.day, said.from_day) AS from_day
    FROM kept
    INNER JOIN said ON said.record_id = kept.record_id AND said.version = kept.version
),

ordered AS (
    SELECT
        dated.*,
        row_number() OVER (PARTITION BY record_id, version ORDER BY from_day, gate) AS nth
    FROM dated
)

SELECT record_id, version, gate, from_day FROM ordered WHERE nth = 1"""


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
    sql = _FIRST.format(found="\nUNION ALL\n".join(kept)) if kept else _NOTHING
    return make_model(NAME, _HEADER + sql, "pipelines/resolve/kept_aside.py")


def _day(e: Expectation) -> str:
    """SQL of the day on which what breaks an expectation can be seen; NULL if it tells none."""
    if e.kind in ROW_KINDS:
        return "found.from_day"
    if "day" in gives(e):
        return "found.day"
    return "CAST(NULL AS DATE)"
