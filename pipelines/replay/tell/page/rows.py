"""The table of a replay's page: one row for every wrong entry, measure, score and change of points."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from pipelines.replay.compare import metrics
from pipelines.replay.compare.diff import CELL, MEASURE, SCORE, Difference
from pipelines.replay.compare.words import Words
from pipelines.replay.tell.figures.marks import KINDS, as_followed, spoken
from pipelines.replay.tell.form import shortest_ways
from pipelines.replay.tell.reach import shortest
from pipelines.replay.tell.result import Replay

MOST_LINES = 3  # lines named in a cell; the rest are counted

# Each column's name in the CSV, and its heading on the page; without one it is in the CSV alone.
HEADINGS = {
    "what": "What",
    "holder": "At",
    "item": None,
    "title": "List, measure or reason",
    "subject": "Subject",
    "number": "Number as published",
    "subject_id": None,
    "wrong": "How it is wrong",
    "first_day": "From",
    "until": "Until",
    "uncorrected_until": "Uncorrected until",
    "days": "Days",
    "days_after": None,
    "cause": "Why it remained",
    "way": None,
    "lines": "By way of, to file and line",
}
AFTER_A_CORRECTION = ("uncorrected_until", "days_after", "cause")

_SORTS = (
    ("entry", "lists", CELL),
    ("measure", "measures", MEASURE),
    ("score", "scores", SCORE),
)

Key = tuple[str, ...]


def rows(replay: Replay) -> pd.DataFrame:
    """All that is wrong, with the correction if there was one: see `HEADINGS` for the columns.

    One row a cell, not a run: `first_day` is the first of all its wrong days, `until` the first day
    on which it is right for good, and `days` their number. A cell that would have been wrong without
    the correction only stands at the end; it has no day but `uncorrected_until`.
    """
    every = [row for sort in _SORTS for row in _cells(replay, *sort)]
    every += _points(replay)
    frame = pd.DataFrame(every, columns=list(HEADINGS))
    if replay.remaining is None:
        frame = frame.drop(columns=list(AFTER_A_CORRECTION))
    order = ["first_day", "what", "holder", "item", "subject_id"]
    return frame.sort_values(
        order, ignore_index=True, key=lambda column: column.replace("", "\uffff")
    )


def _cells(replay: Replay, what: str, name: str, by: Key) -> list[dict[str, Any]]:
    """The wrong entries, measures or scores."""
    shown, faulty = as_followed(replay, name), getattr(replay.faulty, name)
    horizon = replay.faulty.horizon
    spans = {key: row for key, row in _spans(shown, by, replay.faulty)}
    without = {key: row for key, row in _spans(faulty, by, replay.faulty)}
    wrongs = _wrongs(pd.concat([f for f in (shown, faulty) if len(f)] or [shown]), by, what)
    causes = {} if replay.remaining is None else _causes(getattr(replay.remaining, name), by)
    rests = _rests(replay, "points" if name == "scores" else name, len(by) == 3)
    if replay.evidence is None and name == "lists":  # the ways are known, what they rest on is not
        differences = (
            replay.faulty,
            *(() if replay.remaining is None else (replay.remaining.difference,)),
        )
        rests = {
            cell: (path.replace(">", " > "), "")
            for cell, path in shortest_ways(*differences).items()
        }
    rows = []
    for key in sorted({*spans, *without}):
        span, alone = spans.get(key), without.get(key)
        holder, item, subject = (key[0], "points", key[1]) if len(by) == 2 else key
        after, cause = causes.get(key, (0, ""))
        way, lines = rests.get(key, ("", ""))
        rows.append(
            {
                "what": what,
                "holder": holder,
                "item": item,
                "title": _title(what, item, replay.words),
                "subject": replay.words.name(subject),
                "number": replay.words.numbers.get(subject, ""),
                "subject_id": subject,
                "wrong": wrongs[key] if span else f"spared by the correction: {wrongs[key]}",
                "first_day": span.first_day.isoformat() if span else "",
                "until": _until(span.last_day, horizon) if span else "",
                "days": int(span.days) if span else 0,
                "uncorrected_until": _until(alone.last_day, horizon) if alone else "",
                "days_after": after,
                "cause": cause,
                "way": "" if name == "scores" else way,
                "lines": lines,
            }
        )
    return rows


def _spans(frame: pd.DataFrame, by: Key, difference: Difference) -> Iterable[tuple[Key, Any]]:
    if not len(frame):
        return []
    cells = metrics.cells(frame, difference.horizon, by)
    return [(tuple(getattr(row, k) for k in by), row) for row in cells.itertuples()]


def _until(last: Any, horizon: Any) -> str:
    """The day after a last wrong day; the horizon is where it is cut, not where it ends."""
    day = metrics.day_of(metrics.day_number(last) + 1)
    return day.isoformat() + (" (cut)" if day >= horizon else "")


def _wrongs(runs: pd.DataFrame, by: Key, what: str) -> dict[Key, str]:
    """Cell -> how it is wrong, in the order in which it comes about."""
    wrongs: dict[Key, dict[str, None]] = {}
    for run in runs.sort_values(["from_day", "kind"], kind="stable").itertuples():
        text = KINDS[run.kind].title
        if what == "score":
            text = f"{run.second_shows} instead of {run.first_shows}"
        wrongs.setdefault(tuple(getattr(run, k) for k in by), {})[text] = None
    most = 2 if what == "score" else len(KINDS)
    return {
        key: ", ".join([*texts][:most]) + (", …" if len(texts) > most else "")
        for key, texts in wrongs.items()
    }


def _causes(left: pd.DataFrame, by: Key) -> dict[Key, tuple[int, str]]:
    """Cell -> its wrong days after the correction, and their causes, the longest first."""
    days: dict[Key, dict[str, int]] = {}
    for row in left.itertuples():
        causes = days.setdefault(tuple(getattr(row, k) for k in by), {})
        causes[row.cause] = causes.get(row.cause, 0) + int(row.b - row.a)
    return {
        key: (
            sum(causes.values()),
            ", ".join(
                f"{cause} ({n:,} d)"
                for cause, n in sorted(causes.items(), key=lambda item: (-item[1], item[0]))
            ),
        )
        for key, causes in days.items()
    }


def _points(replay: Replay) -> list[dict[str, Any]]:
    """The changes of points that were made wrongly or not made."""
    rests = _rests(replay, "points", True, ("day", "change"))
    rows: list[dict[str, Any]] = []
    for row in as_followed(replay, "points").itertuples():
        day, after = (
            metrics.day_of(metrics.day_number(pd.Timestamp(row.day).date()) + n).isoformat()
            for n in (0, 1)
        )
        change = int(row.change)
        _, lines = rests.get((row.keeper, row.reason, row.subject_id, day, str(change)), ("", ""))
        rows.append(
            dict.fromkeys(HEADINGS, "")
            | {
                "what": "points",
                "holder": row.keeper,
                "item": row.reason,
                "title": _title("points", row.reason, replay.words),
                "subject": replay.words.name(row.subject_id),
                "number": replay.words.numbers.get(row.subject_id, ""),
                "subject_id": row.subject_id,
                "wrong": f"{change:+d}: " + ("not made" if row.side == 1 else "made wrongly"),
                "first_day": day,
                "until": after,
                "days": 1,
                "days_after": 0,
                "lines": lines,
            }
        )
    return rows


def _title(what: str, item: str, words: Words) -> str:
    if what == "measure":
        return words.measures.get(item, spoken(item))
    return "grade and points" if what == "score" else spoken(item).replace(":", ": ")


def _rests(
    replay: Replay, what: str, with_item: bool, more: Key = ()
) -> Mapping[Key, tuple[str, str]]:
    """Cell -> the ways it came by, and the lines it rests on; the record struck is marked."""
    if replay.evidence is None:
        return {}
    struck = {edit.struck.record_id for edit in replay.edits}
    ways: dict[Key, dict[str, None]] = {}
    lines: dict[Key, dict[str, None]] = {}
    rests = replay.evidence.rests
    for row in rests[rests["what"] == what].itertuples():
        item = (row.item,) if with_item else ()
        key = (row.holder, *item, row.subject_id, *(getattr(row, name) for name in more))
        if row.way or row.link_path:
            way = row.way or _along(row.link_path, replay.words)
            ways.setdefault(key, {})[way] = None
        mark = " (the wrong record)" if row.record_id in struck else ""
        lines.setdefault(key, {})[f"{row.file} line {row.line}{mark}"] = None
    return {
        key: (shortest(ways.get(key, ())), _some(sorted(where))) for key, where in lines.items()
    }


def _along(link_path: str, words: Words) -> str:
    """The links a measure went along: who was listed, and how each next one is tied to the last."""
    parts = link_path.split()
    steps = [step.partition(":")[0].replace("_", " ") for step in parts[0::2]]
    names = [words.name(subject) for subject in parts[1::2]]
    return " ".join(f"{name}, {step}:" for name, step in zip(names, steps, strict=True))[:-1]


def _some(lines: list[str]) -> str:
    more = f"; and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
    return "; ".join(lines[:MOST_LINES]) + more
