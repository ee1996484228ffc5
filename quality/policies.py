"""What a run does with what a gate finds, where that is not what the gate says itself.

A policy `gate.<id>` is a row of `codes.gate_policies`, which the SQL of the gates reads; so a build, its
replays and everything else that reads a database agree. What a gate may be told:

==============================================  ===========================
a gate of single rows that land                  off, warn, quarantine
a gate of whole deliveries                       off, warn, hold
a gate of conform or resolve that names records  off, warn, quarantine
any other                                        off, warn
==============================================  ===========================

Which of several rows of one record counts, a key that is missing, and what a row does to its record where
its code says nothing known, are no choice: nobody could say what is meant. Nor are the bounds of amounts,
beyond which no later stage could add them up. A record that a gate of `conform`
or `resolve` keeps aside is matched to nobody (`resolve.kept_aside`); a register's is not, as its own entries
need no match, so that a gate which judges nothing else keeps none aside. A gate of which the project's own
promises are made cannot be told anything.
"""

from collections.abc import Mapping
from functools import cache

import pyarrow as pa

from quality.expectations import RECORDS, ROW_KINDS, Expectation
from quality.from_contract import delivery_expectations, landing_expectations
from quality.suites import CHECKED_STAGES
from quality.written import written
from schemas.contract import feeds
from schemas.suggest import suggestion

PREFIX = "gate."
OFF, WARN, QUARANTINE, HOLD = "off", "warn", "quarantine", "hold"
KEEP_ASIDE = ("conform", "resolve")  # stages whose gates may keep a record from being matched
# What is made of those that were not kept aside; a gate that reads it comes too late.
AFTER = frozenset({"resolve.matches", "resolve.unmatched"})


class PolicyError(ValueError):
    """A policy of a gate that cannot be; the message names it and what can be."""


@cache
def choices() -> dict[str, tuple[str, ...]]:
    """Gate -> what it may be told, in alphabetical order."""
    found: dict[str, tuple[str, ...]] = {}
    for feed in feeds("whole").values():
        for e in landing_expectations(feed):
            if e.kind in ROW_KINDS:
                found[e.gate] = (OFF, WARN, QUARANTINE)
        for e in delivery_expectations(feed):
            found[e.gate] = (OFF, WARN, HOLD)
    for e in (e for stage in CHECKED_STAGES for e in written(stage)):
        if e.outcome != "fail":
            found[e.gate] = (OFF, WARN, *([QUARANTINE] if keeps_aside(e) else []))
    return dict(sorted(found.items()))


def all_told(strongest: bool) -> dict[str, str]:
    """Every gate that can keep something back told to be off, or to keep it back.

    >>> all_told(False)["gate.landing.present"], all_told(True)["gate.landing.present"]
    ('off', 'quarantine')
    """
    return {
        f"{PREFIX}{gate}": told[-1] if strongest else OFF
        for gate, told in choices().items()
        if told[-1] in (QUARANTINE, HOLD)
    }


def keeps_aside(e: Expectation) -> bool:
    """Whether what breaks a written expectation is named as a version of a record, early enough."""
    if e.stage not in KEEP_ASIDE or e.reads & AFTER:
        return False
    if e.kind in ROW_KINDS:
        return e.table in RECORDS
    return {"record_id", "version"} <= gives(e) and not _of_registers(e.arguments["query"])


def gives(e: Expectation) -> frozenset[str]:
    """The columns that a check with a query of its own gives; of any other none are known."""
    return _named(e.arguments["query"]) if e.kind == "no_rows" else frozenset()


@cache
def _named(query: str) -> frozenset[str]:
    import sqlglot

    return frozenset(sqlglot.parse_one(query, read="duckdb").named_selects)


@cache
def _of_registers(query: str) -> bool:
    """Whether all the records that a query reads are a register's own entries, as it asks for itself."""
    import sqlglot
    from sqlglot import exp

    tables = sqlglot.parse_one(query, read="duckdb").find_all(exp.Table)
    asked = [t.parent_select for t in tables if f"{t.db}.{t.name}" in RECORDS]
    return bool(asked) and all(
        select is not None
        and any(
            (eq.this.name, eq.expression.name) == ("id_scheme", "record")
            for eq in select.find_all(exp.EQ)
        )
        for select in asked
    )


def of_gates(policy: Mapping[str, str]) -> dict[str, str]:
    """Gate -> what it is told, of all that a policy says; in alphabetical order.

    Raises:
        PolicyError: if there is no such gate, or it cannot be told so.
    """
    told = {}
    for name, value in sorted(policy.items()):
        if not name.startswith(PREFIX):
            continue
        gate = name.removeprefix(PREFIX)
        if gate not in choices():
            raise PolicyError(
                f"policy {name!r}: there is no gate {gate!r} that can be told anything; "
                f"`islands gates` names them.{suggestion(gate, choices())}"
            )
        if value not in choices()[gate]:
            raise PolicyError(
                f"policy {name}={value}: a gate of this kind takes {', '.join(choices()[gate])}."
            )
        told[gate] = value
    return told


def policies_table(policy: Mapping[str, str]) -> pa.Table:
    """`codes.gate_policies`: a row for each gate that is told something."""
    told = of_gates(policy)
    return pa.table(
        {
            "gate": pa.array(list(told), pa.string()),
            "policy": pa.array([*told.values()], pa.string()),
        }
    )
