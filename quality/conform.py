"""Checks of conform: each shape is as its contract says, and what is believed follows from landing."""

from __future__ import annotations

from collections.abc import Iterable

from quality.expectations import SET_ASIDE, Expectation
from quality.from_contract import interval_expectation, shape_expectations
from schemas.contract import Feed
from schemas.sql import literal

SHAPES = ("statements", "events", "links")


def expectations(feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Everything expected of conform, derived and written, for the given feeds."""
    derived = [e for shape in SHAPES for e in shape_expectations(shape)]
    believed = [e for feed in feeds for e in believed_expectations(feed)]
    return (*derived, *WRITTEN, *believed)


def believed_expectations(feed: Feed) -> tuple[Expectation, ...]:
    """What `conform.<feed>` is expected to be: all that passed, and nothing else."""
    table, name = f"conform.{feed.name}", literal(feed.name)
    kept_aside = (
        f"EXISTS (SELECT 1 FROM quality.verdicts AS v WHERE v.feed = {name} AND {SET_ASIDE} "
        "AND v.delivery = {row}.delivery AND v.line = {row}.line)"
    )
    held = (
        f"EXISTS (SELECT 1 FROM quality.deliveries AS d WHERE d.feed = {name} "
        "AND d.outcome = 'hold' AND d.delivery = {row}.delivery)"
    )
    withdrawn = ""
    if feed.effect_column:
        codes = [code for code, effect in feed.effect_codes.items() if effect == "withdraw"]
        listed = ", ".join(literal(code) for code in codes)
        if codes:
            withdrawn = f'l."{feed.effect_column}" NOT IN ({listed}) AND '
    expected = [
        interval_expectation(table),
        Expectation(
            name="nothing_kept_aside",
            table=table,
            kind="no_rows",
            arguments={
                "query": f"SELECT c.record_id, c.version, c.delivery, c.line FROM {table} AS c "
                f"WHERE {kept_aside.format(row='c')} OR {held.format(row='c')}"
            },
            outcome="fail",
            reason="What a gate kept aside or held is not believed.",
        ),
        Expectation(
            name="whole",
            table=table,
            kind="no_rows",
            arguments={
                "query": "SELECT l.record_id, l.version, l.delivery, l.line "
                f"FROM landing.{feed.name} AS l WHERE {withdrawn}"
                f"NOT {kept_aside.format(row='l')} AND NOT {held.format(row='l')} "
                f"AND NOT EXISTS (SELECT 1 FROM {table} AS c "
                "WHERE c.record_id = l.record_id AND c.version = l.version)"
            },
            outcome="fail",
            reason="Every version that passed the gates, and counts, is believed at some time.",
        ),
    ]
    if feed.mode != "append" and feed.natural_key:
        expected.append(
            Expectation(
                name="one_version_at_a_time",
                table=table,
                kind="no_overlap",
                arguments={"key": ("record_id",)},
                outcome="warn",
                reason="An island that can replace a record believes one version of it at a time.",
            )
        )
    return tuple(expected)


WRITTEN = (
    *(
        Expectation(
            name="valid_period",
            table=f"conform.{shape}",
            kind="holds",
            arguments={
                "condition": "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to"
            },
            outcome="warn",
            reason="What a record says to hold ends no earlier than it begins.",
        )
        for shape in SHAPES
    ),
    Expectation(
        name="no_foresight",
        table="conform.events",
        kind="holds",
        arguments={"condition": "event_day IS NULL OR event_day <= from_day"},
        outcome="warn",
        reason="Nobody can publish what has not yet happened: the day is mistyped.",
    ),
    Expectation(
        name="event_day_given",
        table="conform.events",
        kind="holds",
        arguments={"condition": "event_day IS NOT NULL"},
        outcome="warn",
        reason="Terms are counted from the day of the event.",
    ),
    Expectation(
        name="amount_not_negative",
        table="conform.events",
        kind="holds",
        arguments={"condition": "amount_yuan IS NULL OR amount_yuan >= 0"},
        outcome="warn",
        reason="Fines, loans and arrears are sums, not balances.",
    ),
    Expectation(
        name="somebody_named",
        table="conform.events",
        kind="holds",
        arguments={"condition": "coalesce(id_value, name) IS NOT NULL"},
        outcome="warn",
        reason="An event that names nobody can be matched to nobody.",
    ),
    Expectation(
        name="both_sides_named",
        table="conform.links",
        kind="holds",
        arguments={
            "condition": "coalesce(a_value, a_name) IS NOT NULL "
            "AND coalesce(b_value, b_name) IS NOT NULL"
        },
        outcome="warn",
        reason="A link that names only one side links nobody.",
    ),
    Expectation(
        name="ground_known",
        table="conform.events",
        kind="refers_to",
        arguments={"key": ("ground",), "table": "codes.grounds", "columns": ("code",)},
        outcome="warn",
        reason="Lists, points and measures know no other grounds than those of the code list.",
    ),
)
