"""The one form in which replays and comparisons are told to machines, and the rows it is made of."""

from collections.abc import Mapping
from typing import Any

from pipelines.replay.compare import causes, metrics
from pipelines.replay.compare.diff import CELL, Difference
from pipelines.replay.compare.exposure import in_both_states
from pipelines.replay.compare.metrics import RESIDUE_DAY, day_number
from pipelines.replay.compare.remaining import Remaining
from pipelines.replay.plan import mishaps
from pipelines.replay.plan.edits import Edit, RowEdit, changed, natural_key
from pipelines.replay.plan.faults import SAMPLING
from pipelines.replay.plan.mishaps import Happened


def as_json(
    difference: Difference,
    mode: str,
    seconds: float,
    fault: Mapping[str, Any] | None = None,
    remaining: Remaining | None = None,
    remedy: Mapping[str, Any] | None = None,
    gained: Mapping[str, Any] | None = None,
    exposed: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The one form in which replays and comparisons are told to machines.

    `lists`, `measures`, `scores`, `totals` and `exposure` come from the difference alone, so that they
    are the same however it was arrived at. What only a replay knows (`fault`, `residue`, `remedy`,
    `gain`, and the residue in each row) is null where it is not known.
    """
    rows = tables(difference, remaining)
    totals = metrics.totals(difference)
    if remaining is not None:
        totals["until"] = max((row["until"] for row in rows["lists"] if row["until"]), default=None)
    return {
        "synthetic": True,
        "fault": None if fault is None else dict(fault),
        **{name: [snake(row, "residue_by_cause") for row in some] for name, some in rows.items()},
        "totals": totals,
        "exposure": dict(exposed or in_both_states(difference, None)),
        "residue": None if remaining is None else _residue(remaining),
        "remedy": None if remedy is None else dict(remedy),
        "gain": None if gained is None else dict(gained),
        "doubtful": [],
        "mode": mode,
        "seconds": round(seconds, 3),
    }


def tables(difference: Difference, remaining: Remaining | None) -> dict[str, list[dict[str, Any]]]:
    """Rows of lists, measures and scores that differ, with what a correction makes of them."""
    parts = {
        "lists": (metrics.by_list, ("holder", "list"), metrics.LIST_ROW),
        "measures": (metrics.by_measure, ("agency", "measure"), metrics.MEASURE_ROW),
        "scores": (metrics.by_keeper, ("keeper",), metrics.SCORE_ROW),
    }
    out = {}
    for name, (rows_of, key, nothing) in parts.items():
        rows = rows_of(difference)
        if remaining is not None:
            day = day_number(remaining.residue.correction_day) + RESIDUE_DAY
            by_cause = causes.on_day(getattr(remaining, name), key, day)
            corrected = getattr(remaining.difference, name)
            rows = metrics.corrected_rows(rows, key, nothing, corrected, by_cause)
        out[name] = rows
    return out


def _residue(remaining: Remaining) -> dict[str, Any]:
    """The figures of what is left, made for machines: shares as rows, causes as keys in snake_case."""
    figures = remaining.json()
    shares = [{"days_after": int(u), "share": s} for u, s in figures["share_after_days"].items()]
    return snake(figures, "by_cause", "entry_days_by_cause") | {"share_after_days": shares}


def snake(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The row with the causes that some of its values are keyed by written in snake_case."""
    return dict(row) | {
        name: {cause.replace(" ", "_"): n for cause, n in row[name].items()} for name in names
    }


def fault_json(edit: Edit) -> dict[str, Any]:
    """One fault: where it struck, the record before and after, and how it is put right."""
    struck, feed = edit.struck, edit.feed
    first = next((e for e in edit.faulty if isinstance(e, RowEdit)), None)
    before, after = (first.before, first.after) if first else (None, None)
    correction = None
    if edit.correction_sent:
        correction = feed and struck.fault.correction[feed.mode]
    return {
        "kind": struck.fault.kind,
        "title": struck.fault.title,
        "feed": feed and feed.name,
        "mishap": _mishap_json(edit),
        "record_id": struck.record_id,
        "record": natural_key(edit),
        "delivery": struck.day.isoformat(),
        "file": feed and edit.faulty[0].file,
        "line": first.line if first else None,
        "scope": struck.scope,
        "before": before,
        "after": after,
        "changed": changed(before, after),
        "deliveries_edited": len({e.file for e in edit.faulty}) if feed else 0,
        "correct_after": struck.spec.correct_after,
        "correction_day": edit.correction_day.isoformat() if edit.correction_day else None,
        "correction_sent": edit.correction_sent.isoformat() if edit.correction_sent else None,
        "correction_why_not_sent": edit.why_not_sent,
        "correction": correction,
        "seed": struck.spec.seed,
        "sampling": _sampling(edit),
        "passed_over": struck.spec.passed_over,
    }


def _mishap_json(edit: Edit) -> dict[str, Any] | None:
    """Where a mishap began and what it struck; None of a fault at a source."""
    if not isinstance(edit.struck, Happened):
        return None
    first = edit.struck.first
    return {
        "holder": first.at_holder,
        "place": edit.struck.edge,
        "lists": sorted({row.list for row in edit.struck.rows}),
        "entry_id": first.entry_id,
        "subject_id": first.subject_id,
        "other_id": first.other_id,
        "day": first.from_day.isoformat(),
        "as_of_day": first.as_of_day and first.as_of_day.isoformat(),
        "until_day": edit.correction_day and edit.correction_day.isoformat(),
    }


def _sampling(edit: Edit) -> str | None:
    """How the place was drawn; None if it was not."""
    if isinstance(edit.struck, Happened):
        return mishaps.SAMPLING if edit.struck.spec.drawn else None
    return SAMPLING if edit.struck.spec.record is None and edit.struck.record_id else None


def up_and_down(difference: Difference, holder: str) -> tuple[list[str], list[str]]:
    """Holders that differ and stand before one on the way from an owner, and those that do not."""
    before: set[str] = set()
    for path in difference.ways["path"].unique():
        holders = path.split(">")
        if holder in holders:
            before.update(holders[: holders.index(holder)])
    reached = set(difference.lists["holder"]) - {holder}
    return sorted(reached & before), sorted(reached - before)


def shortest_ways(*differences: Difference) -> dict[tuple[str, str, str], str]:
    """Cell -> the shortest path by which it was learned on the side that shows it, first come first."""
    ways: dict[tuple[str, str, str], str] = {}
    for difference in differences:
        kinds = difference.lists.groupby(list(CELL), sort=False)["kind"].first()
        for row in difference.ways.itertuples():
            cell = (row.holder, row.list, row.subject_id)
            side = 1 if kinds.get(cell) == "wrongly_missing" else 2
            if row.side == side:
                ways.setdefault(cell, row.path)
    return ways
