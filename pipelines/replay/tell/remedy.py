"""What was done about a fault, told: who noticed it, the steps taken, and what came of them."""

from datetime import date, timedelta
from typing import Any

import pandas as pd

from pipelines.replay.compare import metrics
from pipelines.replay.compare.diff import CELL
from pipelines.replay.compare.metrics import RESIDUE_DAY, day_of
from pipelines.replay.compare.outcome import Outcome
from pipelines.replay.plan.disputes import Dispute
from pipelines.replay.plan.edits import Edit
from pipelines.replay.plan.remedies import LISTED, NONE, Remedy, Step, clocks
from pipelines.terminal import counted

Node = dict[str, Any]


def remedy_json(replay: Outcome, dispute: Dispute | None = None) -> Node:
    """The remedy of a replay and what came of it, as plain values.

    `wrongly_listed` tells of each subject on how many days somebody lists it wrongly, with the remedy and
    had nothing been done. `still_shown_by` tells who lists anybody wrongly
    on `counted_on`: as many days after the correction as residue is counted on or, where there is none,
    the last day before the horizon. `reinserted` counts deletions after which the same was shown again.
    """
    remedy = _remedy(replay)
    listed = _listed(replay)
    counted_on = replay.faulty.horizon - timedelta(days=1)
    if replay.remaining is not None:
        after = replay.remaining.residue.correction_day + timedelta(days=RESIDUE_DAY)
        counted_on = min(counted_on, after)
    uncorrected = _of_kind(replay.faulty.lists)
    removals = _removals(remedy, listed, uncorrected)
    by_subject = _by_subject(listed, uncorrected)
    seen = remedy.noticed
    return {
        "remedy": remedy.name,
        "noticed": None if seen is None else seen.json(),
        "steps": [_step(step) for step in remedy.steps],
        "correction_due": None if remedy.correct_on is None else remedy.correct_on.isoformat(),
        "why_not": remedy.why_not,
        "removals": removals,
        "reinserted": sum(one["back_on"] is not None for one in removals),
        "wrongly_listed": by_subject,
        "subject_days_wrongly_listed": sum(row["days"] for row in by_subject),
        "subject_days_wrongly_listed_uncorrected": sum(
            row["days_uncorrected"] for row in by_subject
        ),
        "counted_on": counted_on.isoformat(),
        "still_shown_by": _still(listed, counted_on),
        "dispute": None if dispute is None else dispute.json(),
    }


def remedy_words(replay: Outcome) -> list[str]:
    """The same in a few sentences, without full stops; none where no remedy was worked out."""
    remedy = replay.edits[0].remedy
    if remedy is None:
        return []
    told = remedy_json(replay)
    said = []
    if remedy.noticed is not None:
        seen = remedy.noticed
        who = replay.words.name(seen.subject_id)
        wrong = seen.kind.replace("_", " ")
        said.append(f"{who}, {wrong} in {seen.list} at {seen.holder} on {seen.day}")
    deleted = {one["day"] for one in told["removals"]}
    taken = [
        f"{step.day} {step.clock.title}"
        for step in remedy.steps
        if step.taken and (step.clock.does != ("delete",) or step.day.isoformat() in deleted)
    ]
    if len(taken) > MOST_STEPS:
        taken[MOST_STEPS:] = [f"and so on, {len(taken)} times in all"]
    if taken:
        said.append("; ".join(taken))
    if remedy.why_not:
        said.append(remedy.why_not)
    if told["removals"]:
        back = [
            f"{one['holder']} on {one['back_on']}" for one in told["removals"] if one["back_on"]
        ]
        again = f", {len(back)} shown again: {', '.join(back[:MOST_STEPS])}" if back else ""
        said.append(f"{len(told['removals'])} deleted{again}")
    rows = told["wrongly_listed"]
    if remedy.noticed is not None:
        rows = [row for row in rows if row["subject_id"] == remedy.noticed.subject_id] or rows
    days, without = (sum(row[name] for row in rows) for name in ("days", "days_uncorrected"))
    still = [f"{row['holder']} ({row['list']})" for row in told["still_shown_by"]]
    if len(still) > MOST_STEPS:
        still[MOST_STEPS:] = [f"{len(still) - MOST_STEPS} more"]
    said.append(
        f"wrongly listed on {counted(days, 'day')}, had nothing been done {without:,}; on "
        f"{told['counted_on']} "
        f"still by {', '.join(still) or 'nobody'}"
    )
    return said


MOST_STEPS = 6  # named in the report; JSON has them all


def _remedy(replay: Outcome) -> Remedy:
    """What was worked out; else what the source does by itself."""
    edits: tuple[Edit, ...] = replay.edits
    if edits[0].remedy is not None:
        return edits[0].remedy
    days = [e.struck.spec.correct_after for e in edits if e.struck.spec.correct_after is not None]
    if not days:
        return Remedy(NONE)
    (clock,) = clocks()["source"]
    due = [
        edit.struck.day + timedelta(days=edit.struck.spec.correct_after)
        for edit in edits
        if edit.struck.spec.correct_after is not None
    ]
    return Remedy("source", steps=tuple(Step(clock, day) for day in due), correct_on=max(due))


def _step(step: Step) -> Node:
    clock = step.clock
    return {
        "step": clock.step,
        "title": clock.title,
        "who": clock.who,
        "day": step.day.isoformat(),
        "taken": step.taken,
        "after": clock.after or None,
        "days": clock.days,
        "unit": "wd" if clock.working else "d",
        "per_thousand": clock.per_thousand,
        "does": list(clock.does),
        "basis": clock.basis,
    }


def _of_kind(runs: pd.DataFrame) -> pd.DataFrame:
    return metrics.numbered(runs[runs["kind"] == LISTED])


def _listed(replay: Outcome) -> pd.DataFrame:
    """The runs in which a subject is wrongly listed, with the remedy."""
    remaining = replay.remaining
    return _of_kind((replay.faulty if remaining is None else remaining.difference).lists)


def days_listed(runs: pd.DataFrame) -> int:
    """Days on which somebody lists a subject wrongly, summed over subjects."""
    listed = runs[runs["kind"] == LISTED]
    return int(metrics.covered(listed, ("subject_id",)).sum()) if len(listed) else 0


def _by_subject(listed: pd.DataFrame, uncorrected: pd.DataFrame) -> list[Node]:
    """Subject by subject the days on which somebody lists it wrongly."""
    days, without = (
        metrics.covered(runs, ("subject_id",)) if len(runs) else pd.Series(dtype=int)
        for runs in (listed, uncorrected)
    )
    return [
        {
            "subject_id": subject,
            "days": int(days.get(subject, 0)),
            "days_uncorrected": int(without.get(subject, 0)),
        }
        for subject in sorted({*days.index, *without.index})
    ]


def _removals(remedy: Remedy, listed: pd.DataFrame, uncorrected: pd.DataFrame) -> list[Node]:
    """What was deleted where, and when the same was shown there again; a row a cell and day.

    Of what a sync had taken down before, now that the source has corrected it, nothing is told. What would
    have come on the very day on which it is deleted stands there on no day.

    Args:
        remedy: see there.
        listed, uncorrected: runs in which a subject is wrongly listed, with the remedy and without.
    """
    cells = dict.fromkeys((r.from_day, r.at_holder, r.list, r.subject_id) for r in remedy.removals)
    shown: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for row in listed.itertuples():
        shown.setdefault((row.holder, row.list, row.subject_id), []).append((row.a, row.b))
    comes = {(row.a, row.holder, row.list, row.subject_id) for row in uncorrected.itertuples()}
    rows = []
    for day, *cell in cells:
        after = metrics.day_number(day)
        runs = shown.get(tuple(cell), ())
        stood = any(a < after <= b for a, b in runs)
        came = (after, *cell) in comes and not any(a <= after < b for a, b in runs)
        if not stood and not (came and day <= (remedy.correct_on or day)):
            continue
        back = min((a for a, _ in runs if a > after), default=None)
        again = day_of(back)
        if again is not None and any(day < d <= again and [*c] == cell for d, *c in cells):
            again = None  # deleted once more before; that deletion tells of it
        rows.append(
            dict(zip(CELL, cell, strict=True))
            | {"day": day.isoformat(), "back_on": None if again is None else again.isoformat()}
        )
    return rows


def _still(listed: pd.DataFrame, day: date) -> list[Node]:
    """Who lists anybody wrongly on a day: how many, and the first day on which they no longer do."""
    number = metrics.day_number(day)
    then = listed[(listed["a"] <= number) & (number < listed["b"])]
    return [
        {
            "holder": holder,
            "list": name,
            "subjects": int(rows["subject_id"].nunique()),
            "until": day_of(rows["b"].max()).isoformat(),
        }
        for (holder, name), rows in then.groupby(["holder", "list"], sort=True)
    ]
