"""A fault as the options of the command line ask for it."""

from collections.abc import Sequence
from datetime import date

from pipelines.replay.plan.faults import PLACE, FaultSpec
from schemas.suggest import suggestion
from sources.faults import FaultError


def asked(
    *,
    fault: str | None = None,
    seed: int | None = None,
    feed: str | None = None,
    record: str | None = None,
    delivery: str | None = None,
    backup: str | None = None,
    sets: Sequence[str] = (),
    scope: str | None = None,
    correct_after: int | None = None,
    **place: str | None,
) -> FaultSpec:
    """The fault that some options ask for.

    >>> asked(sets=["amount=12"], feed="court", record="7", delivery="2024-03-04").values
    {'amount': '12'}

    Args:
        feed, record, delivery: where; None: drawn.
        sets: of a free edit, texts COLUMN=VALUE.
        correct_after: days after which the source corrects it; None: never.
        backup: of a mishap: the day on which the backup was made.
        place: of a mishap: holder, sender, list, entry, subject and other; see `FaultSpec`.

    Raises:
        FaultError: if the options do not go together, in one sentence.
    """
    if unknown := [name for name in place if name not in PLACE]:
        known = (*(asked.__kwdefaults__ or ()), *PLACE)
        raise FaultError(f"A fault has no option {unknown[0]!r}.{suggestion(unknown[0], known)}")
    if sets and fault not in (None, "free_edit"):
        raise FaultError("--set makes a free edit; give it without --fault.")
    if not sets and fault is None:
        raise FaultError("Say what goes wrong: --fault KIND, --set COLUMN=VALUE or --scenario.")
    values: dict[str, str | None] = {}
    for pair in sets:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise FaultError(f"--set takes COLUMN=VALUE, not {pair!r}.")
        if name.strip() in values:
            raise FaultError(f"--set {name.strip()} is given twice; give it once.")
        values[name.strip()] = value
    return FaultSpec(
        kind="free_edit" if sets else str(fault),
        feed=feed,
        record=record,
        delivery=_day("--day", delivery),
        backup=_day("--backup", backup),
        values=values,
        scope=scope,
        correct_after=correct_after,
        **place,
        seed=1 if seed is None else seed,
    )


def _day(option: str, text: str | None) -> date | None:
    """The day that an option names."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise FaultError(f"{option} takes a day such as 2024-03-04, not {text!r}.") from error
