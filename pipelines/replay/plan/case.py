"""A case: one fault, or several that happen at once, each put in its place."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pipelines.places import Place
from pipelines.replay.plan.edits import Edit, RowEdit, RowOrFile, asked_of_gates, placed, strike
from pipelines.replay.plan.faults import FaultSpec, Landed, Registered, Struck
from pipelines.replay.plan.mishaps import Happened, MishapEdit
from pipelines.replay.plan.remedies import Remedy, source_days
from schemas.contract import Feed
from sources.faults import FaultError, History

_Struck = tuple[Struck | Happened, date | None]


def plan_case(
    landed: Landed, others: Registered, landing: Place, specs: Sequence[FaultSpec]
) -> tuple[Edit, ...]:
    """The edits of every fault of a case.

    Args:
        landed, others, landing: see `pipelines.replay.plan.edits.strike`.

    Raises:
        FaultError: if one does not fit, or two want the same row or file.
    """
    (found,) = plan_cases(landed, others, landing, [specs])
    if isinstance(found, FaultError):
        raise found
    return found


def plan_cases(
    landed: Landed, others: Registered, landing: Place, cases: Iterable[Sequence[FaultSpec]]
) -> list[tuple[Edit, ...] | FaultError]:
    """The same of many cases, quicker than one by one; of one that does not fit why not."""
    struck = [_or_why_not(_struck, landed, others, landing, specs) for specs in cases]
    places = [place for found in struck if not isinstance(found, FaultError) for place in found]
    landed.gates.ask(asked for place in places for asked in asked_of_gates(*place))
    return [
        found if isinstance(found, FaultError) else _or_why_not(_placed, landed, landing, found)
        for found in struck
    ]


def _or_why_not(work: Callable[..., Any], *args: Any) -> Any:
    """What a function gives, or the `FaultError` that it raises."""
    try:
        return work(*args)
    except FaultError as error:
        return error


def _struck(
    landed: Landed, others: Registered, landing: Place, specs: Sequence[FaultSpec]
) -> list[_Struck]:
    """The faults of a case in their places."""
    if not specs:
        raise FaultError("There is no fault to follow; give a kind, a free edit or a scenario.")
    return [strike(landed, others, landing, spec) for spec in specs]


def _placed(landed: Landed, landing: Place, places: Sequence[_Struck]) -> tuple[Edit, ...]:
    """The edits of faults in their places."""
    edits = tuple(placed(landed, landing, *place) for place in places)
    for state in ("faulty", "corrected"):
        seen: dict[tuple[str | None, ...], Edit] = {}
        for edit in edits:
            rows = getattr(edit, state)
            for one in edit.faulty if rows is None else rows:
                if isinstance(one, MishapEdit):
                    place = (one.at_holder, one.from_holder, one.list)
                    if seen.setdefault(place, edit) is not edit:
                        raise FaultError(
                            f"Two mishaps change what {one.at_holder} shows of {one.list}; follow them in "
                            "two replays."
                        )
                    continue
                line = one.line if isinstance(one, RowEdit) else None
                in_addition = isinstance(one, RowEdit) and line is None
                if seen.get((one.file, line), edit) is not edit and not in_addition:
                    raise FaultError(
                        f"Two faults want the same row of {one.file}; make them one free edit."
                    )
                seen[one.file, line] = edit
    return edits


def found_by_the_source(specs: Sequence[FaultSpec], remedy: str | None) -> tuple[FaultSpec, ...]:
    """The faults with the days after which their source finds them itself, if that is the remedy."""
    if remedy != "source":
        return tuple(specs)
    return tuple(replace(s, correct_after=s.correct_after or source_days()) for s in specs)


def put_right(
    landed: Landed, landing: Place, edits: Sequence[Edit], remedy: Remedy
) -> tuple[Edit, ...]:
    """The edits of a case with what a remedy does about it.

    Args:
        landed, landing: see `pipelines.replay.plan.edits.strike`.
        remedy: as `pipelines.replay.plan.remedies.work_out` gives it.
    """
    due = remedy.correct_on
    if due is not None:
        days = [_corrected_on(edit, due, remedy.at_source) for edit in edits]
        edits = [
            edit if day is None else placed(landed, landing, edit.struck, day)
            for edit, day in zip(edits, days, strict=True)
        ]
        if not remedy.at_source and all(edit.feed for edit in edits):
            remedy = replace(remedy, correct_on=None)  # nobody tells the source, which erred
        elif not any(edit.correction_day for edit in edits):
            last = max(edit.struck.days[-1] for edit in edits)
            why_not = (
                f"it is to be corrected on {due}, but the source delivers nothing after {last}"
            )
            remedy = replace(remedy, correct_on=None, why_not=why_not)
    return tuple(replace(edit, remedy=remedy) for edit in edits)


def _corrected_on(edit: Edit, due: date, at_source: bool) -> date | None:
    """The day on which a fault is put right that is to be from a day on: by its source with a delivery,
    if it is told, or at a holder; None: it is not.
    """
    if isinstance(edit.struck, Happened):
        return min(max(due, edit.struck.day), edit.correction_day or date.max)
    return next((d for d in edit.struck.days if d >= due), None) if at_source else None


def asked_of_remedy(edits: Sequence[Edit], remedy: Remedy) -> list[tuple[Feed, History]]:
    """What the gates are asked about to put a case right; of many cases it is asked at once."""
    due = remedy.correct_on
    if due is None:
        return []
    return [
        asked
        for edit in edits
        for asked in asked_of_gates(edit.struck, _corrected_on(edit, due, remedy.at_source))
    ]


def put_right_on(edits: Sequence[Edit]) -> date | None:
    """The day on which a case is put right: of its last correction, or else of the first deletion.

    None if nothing is done about it.
    """
    days = [edit.correction_day for edit in edits if edit.correction_day is not None]
    return max(days, default=min((one.from_day for one in _removals(edits)), default=None))


def _removals(edits: Sequence[Edit]) -> Sequence[MishapEdit]:
    """What holders delete because of the remedy of a case."""
    return () if edits[0].remedy is None else edits[0].remedy.removals


def rows_of_states(edits: Sequence[Edit]) -> tuple[list[RowOrFile], list[RowOrFile] | None]:
    """All that a case changes if it is never put right, and if it is; None if nothing of it is."""
    faulty = [row for edit in edits for row in edit.faulty]
    if put_right_on(edits) is None:
        return faulty, None
    fixed = (edit.faulty if edit.corrected is None else edit.corrected for edit in edits)
    return faulty, [*(row for rows in fixed for row in rows), *_removals(edits)]
