"""Exchange: nobody shows what no list has, or shows it earlier than it could have heard of it."""

from __future__ import annotations

from collections.abc import Iterable

from quality.expectations import Expectation
from quality.from_contract import shape_expectations
from quality.lists import before_evidence_sql, entry_expectations
from schemas.contract import Feed

TOO_EARLY = """SELECT c.holder, c.path, c.entry_version, c.from_day, e.from_day AS entry_from_day
FROM exchange.copies AS c
INNER JOIN exchange.entries AS e
    ON e.entry_version = c.entry_version
WHERE c.from_day < e.from_day + c.distance"""

# Entries of the adopting list whose parents are missing: adoption must lead back to another entry.
NO_PARENT = """SELECT v.entry_version, v.parent_kind, v.parent_id
FROM exchange.evidence AS v
WHERE v.parent_kind = 'entry'
    AND NOT EXISTS (SELECT 1 FROM exchange.entries AS e WHERE e.entry_version = v.parent_id)"""

WRITTEN = (
    Expectation(
        name="every_entry_has_evidence",
        table="exchange.entries",
        kind="refers_to",
        arguments={
            "key": ("entry_version",),
            "table": "exchange.evidence",
            "columns": ("entry_version",),
        },
        outcome="fail",
        reason="Nobody is listed without a record, or an entry elsewhere, that says so.",
    ),
    Expectation(
        name="not_before_its_evidence",
        table="exchange.entries",
        kind="no_rows",
        arguments={"query": before_evidence_sql("exchange.entries", "exchange.evidence")},
        outcome="warn",
        reason="Nobody is listed before what he is listed for is believed, or shown elsewhere.",
    ),
    Expectation(
        name="parent_entry_exists",
        table="exchange.evidence",
        kind="no_rows",
        arguments={"query": NO_PARENT},
        outcome="fail",
        reason="An adopted entry leads back to the entry it was made from.",
    ),
    Expectation(
        name="entry_exists",
        table="exchange.copies",
        kind="refers_to",
        arguments={
            "key": ("entry_version",),
            "table": "exchange.entries",
            "columns": ("entry_version",),
        },
        outcome="fail",
        reason="A copy is a copy of an entry.",
    ),
    Expectation(
        name="path_exists",
        table="exchange.copies",
        kind="refers_to",
        arguments={
            "key": ("list", "path"),
            "table": "exchange.paths",
            "columns": ("list", "path"),
        },
        outcome="warn",
        reason="Copies travel over the paths of the network and no others.",
    ),
    Expectation(
        name="not_before_it_could",
        table="exchange.copies",
        kind="no_rows",
        arguments={"query": TOO_EARLY},
        outcome="warn",
        reason="Every step takes a day at least.",
    ),
    Expectation(
        name="adopted_for_a_term",
        table="exchange.adopted",
        kind="holds",
        arguments={"condition": "to_day IS NOT NULL"},
        outcome="warn",
        reason="An adoption has a term of its own, so it ends.",
    ),
)


def expectations(feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Everything expected of the exchange; it does not depend on the feeds."""
    return (
        *entry_expectations("exchange.adopted"),
        *shape_expectations("copies"),
        *WRITTEN,
    )
