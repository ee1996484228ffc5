"""Lists: every entry rests on an event, is about a known subject, and ends when the law says."""

from __future__ import annotations

from collections.abc import Iterable

from quality.expectations import Expectation, text_sql
from quality.from_contract import codes, shape_expectations
from schemas.contract import Feed

# The longest an entry may last, in days after the day of the latest event it rests on.
TERMS = {
    "court_dishonest": (730, "two years, by the provisions on dishonest judgment debtors"),
    "tax_violations": (1095, "three years, by the rules on publishing major tax violations"),
    "tax_a_class": (365, "a year: taxpayers are graded every year"),
    "administrative_penalties": (1095, "three years on the enterprise publicity system"),
    "serious_violations": (2920, "three years abnormal, then out after five clean years"),
}
MINOR_PENALTY_DAYS = 90


def overdue_sql(list_name: str, days: int, also: str = "") -> str:
    """Entries of a list that last more than `days` days after the latest event they rest on."""
    return f"""SELECT e.entry_version, e.subject_id, e.to_day, max(m.event_day) AS event_day
FROM lists.entries AS e
INNER JOIN lists.evidence AS v
    ON v.entry_version = e.entry_version
    AND v.parent_kind = 'event'
INNER JOIN merge.events AS m
    ON concat_ws(':', id_text(m.record_id), id_text(m.version)) = v.parent_id
WHERE e.list = {text_sql(list_name)}{also}
GROUP BY e.entry_version, e.subject_id, e.to_day
HAVING until(e.to_day) > max(m.event_day) + {days}"""


def before_evidence_sql(entries: str, evidence: str) -> str:
    """Entries that begin before anything they rest on is believed, or shown where they came from."""
    return f"""SELECT e.entry_version, e.list, e.from_day, min(p.from_day) AS believed_from
FROM {entries} AS e
INNER JOIN {evidence} AS v
    ON v.entry_version = e.entry_version
INNER JOIN (
    SELECT 'event' AS kind, concat_ws(':', id_text(m.record_id), id_text(m.version)) AS id, m.from_day
    FROM merge.events AS m
    UNION ALL
    SELECT 'entry' AS kind, id_text(n.entry_version) AS id, n.from_day
    FROM {entries} AS n
) AS p
    ON p.kind = v.parent_kind
    AND p.id = v.parent_id
GROUP BY e.entry_version, e.list, e.from_day
HAVING e.from_day < min(p.from_day)"""


def evidence_expectations(entries: str, evidence: str) -> tuple[Expectation, ...]:
    """Every entry has evidence, and all of it exists (promise 3), for one table of entries."""
    return (
        Expectation(
            name="every_entry_has_evidence",
            table=entries,
            kind="refers_to",
            arguments={
                "key": ("entry_version",),
                "table": evidence,
                "columns": ("entry_version",),
            },
            outcome="fail",
            reason="Nobody is listed without a record that says so.",
        ),
        Expectation(
            name="evidence_of_an_entry",
            table=evidence,
            kind="refers_to",
            arguments={
                "key": ("entry_version",),
                "table": entries,
                "columns": ("entry_version",),
            },
            outcome="fail",
            reason="Evidence is evidence of something.",
        ),
        Expectation(
            name="not_before_its_evidence",
            table=entries,
            kind="no_rows",
            arguments={"query": before_evidence_sql(entries, evidence)},
            outcome="warn",
            reason="An entry begins no earlier than what it rests on is believed.",
        ),
        Expectation(
            name="evidence_exists",
            table=evidence,
            kind="no_rows",
            arguments={
                "query": f"SELECT v.entry_version, v.parent_kind, v.parent_id FROM {evidence} AS v "
                "WHERE v.parent_kind = 'event' AND NOT EXISTS (SELECT 1 FROM merge.events AS m "
                "WHERE concat_ws(':', id_text(m.record_id), id_text(m.version)) = v.parent_id)"
            },
            outcome="fail",
            reason="The event an entry rests on is in the master database, so in a file and line.",
        ),
    )


def entry_expectations(table: str) -> tuple[Expectation, ...]:
    """What any table of entries is expected to be, native or adopted."""
    return (
        *shape_expectations("entries", table=table),
        Expectation(
            name="list_known",
            table=table,
            column="list",
            kind="in_set",
            arguments={"values": codes("lists", column="list")},
            outcome="warn",
            reason="A list has an owner, a polarity and a sharing class.",
        ),
        Expectation(
            name="severity_known",
            table=table,
            column="severity",
            kind="in_set",
            arguments={"values": ("minor", "general", "serious", "positive")},
            outcome="warn",
            reason="Adoptions and measures ask for a least severity.",
        ),
        Expectation(
            name="ground_known",
            table=table,
            kind="refers_to",
            arguments={"key": ("ground",), "table": "codes.grounds", "columns": ("code",)},
            outcome="warn",
            reason="Whoever is listed is listed for a ground that has a name.",
        ),
        Expectation(
            name="subject_registered",
            table=table,
            kind="no_rows",
            arguments={
                "query": f"SELECT e.entry_version, e.subject_id FROM {table} AS e "
                "WHERE NOT EXISTS (SELECT 1 FROM codes.run AS r WHERE r.join_level IN ('none', 'own-keys')) "
                "AND NOT EXISTS (SELECT 1 FROM resolve.identifiers AS i "
                "WHERE i.subject_id = e.subject_id) "
                "AND NOT EXISTS (SELECT 1 FROM resolve.names AS n "
                "WHERE n.subject_id = e.subject_id)"
            },
            outcome="warn",
            reason="Only registered subjects are listed, unless islands go by keys of their own.",
        ),
        Expectation(
            name="one_version_a_day",
            table=table,
            kind="no_overlap",
            arguments={"key": ("entry_id", "subject_id", "ground", "severity")},
            outcome="warn",
            reason="Periods of one entry that touch and say the same are one version.",
        ),
    )


WRITTEN = (
    *evidence_expectations("lists.entries", "lists.evidence"),
    *(
        Expectation(
            name=f"lawful_term_{name}",
            table="lists.entries",
            kind="no_rows",
            arguments={"query": overdue_sql(name, days)},
            outcome="warn",
            reason=f"The longest term of {name}: {why}.",
        )
        for name, (days, why) in TERMS.items()
    ),
    Expectation(
        name="lawful_term_minor_penalties",
        table="lists.entries",
        kind="no_rows",
        arguments={
            "query": overdue_sql(
                "administrative_penalties", MINOR_PENALTY_DAYS, "\n    AND e.severity = 'minor'"
            )
        },
        outcome="warn",
        reason="A reprimand or small fine is shown for three months.",
    ),
)


def expectations(feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Everything expected of lists; it does not depend on the feeds."""
    return (*entry_expectations("lists.entries"), *WRITTEN)
