"""One replay as rows of tidy tables."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from pipelines.experiment.design import Arm, Block, Design
from pipelines.replay.compare import causes, exposure, metrics
from pipelines.replay.compare.diff import Difference
from pipelines.replay.compare.metrics import AFTER
from pipelines.replay.compare.outcome import Outcome
from pipelines.replay.plan.edits import Edit
from pipelines.replay.plan.faults import Struck
from pipelines.replay.plan.mishaps import Happened
from pipelines.replay.tell.remedy import days_listed, remedy_json

FOLLOWED, NOTHING = "followed", "nothing to change"


def cause_column(cause: str) -> str:
    """The column of entry-days that stay wrong for a cause."""
    return "left_days_" + cause.replace(" ", "_").replace("-", "_")


# Figures of one state. They stand in a row twice: as told, which is the corrected state if there was a
# correction, and with UNCORRECTED at the end of the name, as if there had been none.
_TOTALS = (
    "pairs", "pairs_disseminated", "holders", "lists", "cells", "wrongly_listed",
    "wrongly_missing", "altered", "subjects", "subjects_named", "subjects_linked",
    "subjects_derived", "measures", "scores", "subject_days", "entry_days",
)  # fmt: skip
UNCORRECTED = "_uncorrected"
_OF_A_STATE = (
    ("reached", pa.bool_()),
    ("latency", pa.int32()),
    *((name, pa.int64()) for name in _TOTALS),
    ("listed_days", pa.int64()),
    *((name, pa.int64()) for name in exposure.FIGURES),
)

REPLAYS = pa.schema(
    [
        ("arm", pa.int32()),
        ("fault", pa.int32()),
        ("world", pa.int32()),
        ("join", pa.string()),
        ("policy", pa.string()),
        ("correct_after", pa.int32()),
        ("remedy", pa.string()),
        ("kind", pa.string()),
        ("outcome", pa.string()),
        ("why", pa.string()),
        ("feed", pa.string()),
        ("place", pa.string()),
        ("record_id", pa.string()),
        ("strikes", pa.string()),
        ("delivery", pa.date32()),
        ("scope", pa.string()),
        *_OF_A_STATE,
        *((f"{name}{UNCORRECTED}", kind) for name, kind in _OF_A_STATE),
        ("noticed", pa.date32()),
        ("reinserted", pa.int32()),
        ("correction_day", pa.date32()),
        ("holders_still", pa.int32()),
        ("cells_on_the_eve", pa.int32()),
        *((f"share_after_{u}", pa.float64()) for u in AFTER),
        ("half_life", pa.int32()),
        ("censored", pa.bool_()),
        ("late_spread", pa.int32()),
        ("irrevocable", pa.int32()),
        *((cause_column(cause), pa.int64()) for cause in causes.CAUSES),
    ]
)

CELLS = pa.schema(
    [
        ("arm", pa.int32()),
        ("fault", pa.int32()),
        ("world", pa.int32()),
        ("state", pa.string()),
        ("holder", pa.string()),
        ("list", pa.string()),
        ("subject_id", pa.string()),
        ("kind", pa.string()),
        ("from_day", pa.date32()),
        ("to_day", pa.date32()),
        ("irrevocable", pa.bool_()),
    ]
)


Seen = tuple[dict[str, int], dict[str, int]]


def seen(outcomes: Sequence[Outcome]) -> list[Seen]:
    """What could have been seen and was seen, see `exposure`, of each outcome: as told, and uncorrected."""
    states = [state for one in outcomes for state in (_told(one), one.faulty)]
    figures = exposure.exposures([state.lists for state in states])
    return list(zip(figures[::2], figures[1::2], strict=True))


def _told(found: Outcome) -> Difference:
    """The difference that a replay's row tells of: the corrected one, if there was a correction."""
    return found.faulty if found.remaining is None else found.remaining.difference


def replay_row(
    number: int,
    block: Block,
    arm: Arm,
    design: Design,
    followed: tuple[Sequence[Edit], Outcome, Seen] | None,
    why: str | None = None,
) -> dict[str, Any]:
    """The row of one replay; of a fault that found nothing to change, with the reason."""
    row: dict[str, Any] = dict.fromkeys(REPLAYS.names)
    row |= {
        "arm": block.arm,
        "fault": number,
        "world": block.world,
        "join": arm.join,
        "policy": json.dumps(dict(arm.policy), sort_keys=True),
        "correct_after": arm.correct_after,
        "remedy": arm.remedy,
        "kind": design.kind(number),
        "outcome": FOLLOWED if followed else NOTHING,
        "why": why,
    }
    if followed is None:
        return row
    edits, found, (exposed, exposed_uncorrected) = followed
    struck = edits[0].struck
    row |= {
        "feed": struck.feed and struck.feed.name,
        "place": struck.feed.name if struck.feed else struck.edge,
        "record_id": struck.record_id,
        "strikes": _strikes(struck),
        "delivery": struck.day,
        "scope": struck.scope,
        **_of_a_state(_told(found), struck.day, exposed),
        **{
            f"{name}{UNCORRECTED}": value
            for name, value in _of_a_state(found.faulty, struck.day, exposed_uncorrected).items()
        },
    }
    done = remedy_json(found)
    row |= {
        "noticed": edits[0].remedy and edits[0].remedy.noticed and edits[0].remedy.noticed.day,
        "reinserted": done["reinserted"],
        "holders_still": len({one["holder"] for one in done["still_shown_by"]}),
    }
    if found.remaining is not None:
        left = found.remaining.residue
        days = causes.days_by_cause(found.remaining.lists)
        row |= {
            "correction_day": left.correction_day,
            "cells_on_the_eve": left.eve,
            **{f"share_after_{u}": left.share(u) for u in AFTER},
            "half_life": left.half_life,
            "censored": bool(left.eve) and left.half_life is None,
            "late_spread": left.late,
            "irrevocable": left.irrevocable,
            **{cause_column(cause): days.get(cause, 0) for cause in causes.CAUSES},
        }
    return row


def _strikes(struck: Struck | Happened) -> str | None:
    """What a mishap strikes at its place, as JSON; None of a fault of a record or a delivery."""
    if not isinstance(struck, Happened):
        return None
    told = struck.written_out
    names = ("list", "entry" if told.entry else "subject", "other", "backup")
    return json.dumps({n: str(v) for n in names if (v := getattr(told, n)) is not None})


def _of_a_state(
    difference: Difference, fault_day: date, exposed: Mapping[str, int]
) -> dict[str, Any]:
    """The figures of one state."""
    total = metrics.totals(difference)
    return {
        "reached": bool(total["cells"] or total["measures"] or total["scores"]),
        "latency": metrics.latency(difference.lists, fault_day),
        **{name: total[name] for name in _TOTALS},
        "listed_days": days_listed(difference.lists),
        **exposed,
    }


def cell_rows(number: int, block: Block, found: Outcome) -> list[dict[str, Any]]:
    """The runs of wrong days of every differing cell, uncorrected and corrected."""
    states, lasting = {"faulty": found.faulty}, set()
    if found.remaining is not None:
        states["corrected"], lasting = found.remaining.difference, found.remaining.irrevocable
    rows: list[dict[str, Any]] = []
    for state, difference in states.items():
        runs = difference.lists
        pairs = zip(runs["holder"], runs["list"], strict=True)
        runs = runs.assign(
            arm=block.arm,
            fault=number,
            world=block.world,
            state=state,
            irrevocable=[pair in lasting for pair in pairs],
        )
        rows += runs[CELLS.names].to_dict("records")
    return rows
