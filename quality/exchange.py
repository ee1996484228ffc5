"""Exchange: nobody shows what no list has, or shows it earlier than it could have heard of it."""

from __future__ import annotations

from collections.abc import Iterable

from quality.expectations import Expectation
from quality.from_contract import shape_expectations
from quality.lists import before_evidence_sql, entry_expectations
from schemas.contract import Feed

# Copies that begin before the holder they come from had shown the entry for as long as the edge takes,
# or, at the owner, before the entry itself.
TOO_EARLY = """SELECT c.holder, c.path, c.entry_version, c.from_day
FROM exchange.copies AS c
INNER JOIN exchange.paths AS p
    ON p.list = c.list
    AND p.path = c.path
LEFT JOIN (
    SELECT h.list AS list, h.path AS path, h.entry_version AS entry_version,
        min(h.from_day) AS first_day
    FROM exchange.copies AS h
    GROUP BY h.list, h.path, h.entry_version
) AS s
    ON s.list = c.list
    AND s.path = p.parent_path
    AND s.entry_version = c.entry_version
LEFT JOIN exchange.entries AS e
    ON e.entry_version = c.entry_version
WHERE (p.parent_path IS NULL AND (e.from_day IS NULL OR c.from_day < e.from_day))
    OR (p.parent_path IS NOT NULL
        AND (s.first_day IS NULL OR c.from_day < s.first_day + p.lag_days))"""

# Adopted entries that begin while their holder does not show the one they are made from.
NOT_SHOWN = """SELECT a.entry_version, a.list, a.subject_id, a.from_day
FROM exchange.adopted AS a
INNER JOIN codes.lists AS l ON l.list = a.list
WHERE NOT EXISTS (
    SELECT 1
    FROM exchange.evidence AS v
    INNER JOIN exchange.shown AS s
        ON id_text(s.entry_version) = v.parent_id
    WHERE v.entry_version = a.entry_version
        AND v.parent_kind = 'entry'
        AND s.holder = l.owner
        AND s.subject_id = a.subject_id
        AND s.from_day <= a.from_day
        AND a.from_day < until(s.to_day)
)"""

# Entries of the adopting list whose parents are missing: adoption must lead back to another entry.
NO_PARENT = """SELECT v.entry_version, v.parent_kind, v.parent_id
FROM exchange.evidence AS v
WHERE v.parent_kind = 'entry'
    AND NOT EXISTS (
        SELECT 1 FROM exchange.entries AS e WHERE id_text(e.entry_version) = v.parent_id
    )"""

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
        reason="An entry begins no earlier than what it rests on is believed, or shown elsewhere.",
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
        reason="Nobody shows an entry before the edge could have brought it from who shows it.",
    ),
    Expectation(
        name="adopted_from_what_is_shown",
        table="exchange.adopted",
        kind="no_rows",
        arguments={"query": NOT_SHOWN},
        outcome="warn",
        reason="A holder makes an entry of its own because it shows another's, on that day.",
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
