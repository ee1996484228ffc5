"""A record: its delivered line, what each stage made of it, which gates looked at it, and how to break it."""

from collections.abc import Sequence
from typing import Any

from pipelines.explore.as_it_stands import delivered, lines_around
from pipelines.explore.asked import Asked
from pipelines.explore.case import REMEDIES
from pipelines.explore.laboratory import World
from pipelines.explore.otherwise import OF_A_WORLD, in_every_world
from pipelines.explore.page import Page
from pipelines.explore.recorded import feed_of, fitting
from pipelines.trace import lines_of, record_forward, rows, with_names
from quality.expectations import sentence
from quality.from_contract import feed_expectations
from schemas.contract import Feed
from schemas.sql import quoted
from sources.deliver import MOST_DAYS

MOST_DELIVERIES = 400  # named in the form; a record of a daily snapshot may have one a day
MOST_VALUES = 12  # other values of a column that are offered

# What each stage made of a record, beside what `pipelines.trace` tells.
MADE = {
    "statements": "SELECT effect, id_scheme, id_value, name, property, value, valid_from, valid_to, "
    "from_day, to_day FROM conform.statements WHERE record_id = ? ORDER BY ALL",
    "events": "SELECT effect, id_scheme, id_value, name, event_kind, ground, severity, amount_yuan, "
    "document_no, authority, event_day, from_day, to_day FROM conform.events WHERE record_id = ? "
    "ORDER BY ALL",
    "conform_links": "SELECT effect, link_kind, a_scheme, a_value, a_name, b_scheme, b_value, b_name, "
    "valid_from, valid_to, from_day, to_day FROM conform.links WHERE record_id = ? ORDER BY ALL",
    "facts": "SELECT subject_id, property, value, won, rank, from_day, to_day FROM merge.facts "
    "WHERE record_id = ? ORDER BY ALL",
    "acts": "SELECT subject_id, event_kind, ground, severity, amount_yuan, event_day, from_day, to_day "
    "FROM merge.events WHERE record_id = ? ORDER BY ALL",
}
VERDICTS = (
    "SELECT feed, delivery, line, stage, expectation, column_name, outcome FROM quality.row_verdicts "
    "WHERE record_id = ? ORDER BY ALL"
)


@in_every_world
def look(world: World, asked: Asked) -> dict[str, Any]:
    """All that is known of a record."""
    feed, record_id = feed_of(world, asked.places["record"])
    with world.engine() as engine:
        lines = lines_of(engine, record_id, feeds=[feed.name])
        forward = with_names(engine, record_forward(engine, record_id))
        made = with_names(
            engine, {name: rows(engine, sql, record_id) for name, sql in MADE.items()}
        )
        verdicts = rows(engine, VERDICTS, record_id)
        held = rows(
            engine,
            "SELECT delivery, expectation, outcome, reason FROM quality.deliveries "
            "WHERE feed = ? AND outcome <> 'pass' ORDER BY ALL",
            feed.name,
        )
    days = [line["delivery"] for line in lines]
    day = asked.one_of("delivery", days) or days[0]
    line = next(one for one in lines if one["delivery"] == day)
    listed = ", ".join(map(quoted, feed.column_names))
    said = f"SELECT {listed} FROM landing.{feed.name} WHERE file = ? AND line = ? LIMIT 1"
    place = line["file"], line["line"]
    (row,) = world.rows(said, *place)
    # In a world of a replay the file would say something else at that place, and lies nowhere.
    lies_there = world is world.clean or world.clean.rows(said, *place) == [row]
    standing = lines_around(world, delivered(world, line["file"]), line["line"], 0, lies_there)
    key = "|".join(str(row[name] or "") for name in feed.natural_key)
    return {
        "title": f"Record {key or record_id[:8]}",
        "record_id": record_id,
        "key": key,
        "feed": feed.name,
        "island": feed.island,
        "mode": feed.mode,
        "feed_zh": feed.title_zh,
        "delivery": day,
        "line": line,
        "lies_there": lies_there,
        "as_it_stands": [one["text"] for one in standing],
        "cells": [
            {
                "column": column.name,
                "title_zh": column.title_zh,
                "description": column.description,
                "value": row[column.name],
                "key": column.name in feed.natural_key,
            }
            for column in feed.columns
        ],
        "lines": lines,
        "versions": _versions(lines),
        "made": made,
        **{
            n: forward[n]
            for n in ("speaks_of", "unmatched", "entries", "links", "measures_along_links")
        },
        "gates": _gates(feed, verdicts),
        "deliveries_held": [one for one in held if one["delivery"] in days],
        "kinds": fitting(feed.name),
        "remedies": REMEDIES,
        "most_days": MOST_DAYS,
        "days": days[:MOST_DELIVERIES],
        "lists": sorted({entry["list"] for entry in forward["entries"]}),
    }


def _versions(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Runs of deliveries that say the same, in order: first and last day, how many, and where first."""
    runs: list[dict[str, Any]] = []
    for line in lines:
        if runs and runs[-1]["version"] == line["version"]:
            runs[-1] |= {"last": line["delivery"], "deliveries": runs[-1]["deliveries"] + 1}
            continue
        runs.append(
            {
                "version": line["version"],
                "first": line["delivery"],
                "last": line["delivery"],
                "deliveries": 1,
                "file": line["file"],
                "line": line["line"],
            }
        )
    return runs


def _gates(feed: Feed, verdicts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every expectation that looked at the record as it was landed, those not met first.

    Of later stages only those are told that were not met.
    """
    found = []
    seen = set()
    for one in feed_expectations(feed):
        missed = [
            v for v in verdicts if (v["expectation"], v["column_name"]) == (one.name, one.column)
        ]
        seen |= {(v["expectation"], v["column_name"]) for v in missed}
        found.append(
            {
                "gate": one.gate,
                "expectation": one.name,
                "column": one.column,
                "sentence": sentence(one),
                "outcome": missed[0]["outcome"] if missed else "met",
                "deliveries": [v["delivery"] for v in missed][:5],
            }
        )
    for verdict in verdicts:
        if (verdict["expectation"], verdict["column_name"]) not in seen:
            seen.add((verdict["expectation"], verdict["column_name"]))
            found.append(
                {
                    "gate": verdict["stage"],
                    "expectation": verdict["expectation"],
                    "column": verdict["column_name"],
                    "sentence": "",
                    "outcome": verdict["outcome"],
                    "deliveries": [verdict["delivery"]],
                }
            )
    return sorted(found, key=lambda gate: gate["outcome"] == "met")


PAGES = (Page("/records/{record}", "records.html", look, takes=("delivery", *OF_A_WORLD)),)
