"""A replay in one plain sentence, and the words for its correction and what remained."""

from collections.abc import Mapping
from typing import Any

from pipelines.replay.compare import metrics
from pipelines.replay.compare.metrics import RESIDUE_DAY
from pipelines.replay.compare.outcome import Outcome
from pipelines.replay.compare.remaining import Remaining
from pipelines.replay.plan.edits import Edit
from pipelines.terminal import counted


def sentence(replay: Outcome) -> str:
    """The whole replay in one plain sentence."""
    total = metrics.totals(replay.faulty)
    what = "One wrong delivery" if replay.edits[0].struck.record_id is None else "One wrong record"
    if replay.edits[0].feed is None:
        what = "One mishap"
    if len(replay.edits) > 1:
        what = f"{len(replay.edits)} faults"
    source = " and ".join(sorted({place_of(edit) for edit in replay.edits}))
    if not total["subjects"]:
        text = f"{what} in {source} changed nothing that anybody shows, does or scores"
        if replay.remaining is not None and replay.remaining.difference.differs:
            return f"{text}; putting it right did."
        return f"{text}."
    effects = []
    for kind, text in (
        ("wrongly_listed", "put {} on lists wrongly"),
        ("wrongly_missing", "kept {} off lists wrongly"),
        ("altered", "altered what lists say of {}"),
    ):
        who = set(replay.faulty.lists.loc[replay.faulty.lists["kind"] == kind, "subject_id"])
        if who:
            named = replay.words.name(min(who)) if len(who) == 1 else counted(len(who), "subject")
            effects.append(text.format(named))
    if effects:
        where = f"{counted(total['holders'], 'holder')} in {counted(total['lists'], 'list')}"
        text = f"{what} in {source} {_and(effects)}, at {where}"
    else:
        other = [
            counted(total[name], one)
            for name, one in (("measures", "measure"), ("scores", "score"))
            if total[name]
        ]
        text = f"{what} in {source} changed no list, but {_and(other)}"
    text += (
        f", and reached {counted(total['subjects'], 'person or firm', 'people and firms')} in all"
    )
    if replay.remaining is None:
        faulty = replay.faulty
        frames = (faulty.lists, faulty.measures, faulty.scores)
        days = [frame["to_day"].max() for frame in frames if len(frame)]
        if replay.edits[0].feed is None and days and max(days).date() < faulty.horizon:
            return f"{text}; it was over on {max(days):%Y-%m-%d} without anybody putting it right."
        return text + "; nobody ever put it right."
    figures = replay.remaining.json()
    if figures["cells"]:
        cause = max(figures["by_cause"].items(), key=lambda item: (item[1], item[0]))[0]
        since = figures["cells_by_since"]
        again = since["late_spread"] or since["returned"]
        how = f"wrong ({since_words(figures)})" if again else "still wrong"
        still = (
            f"{counted(figures['cells'], 'entry is', 'entries are')} {how}, mostly because: {cause}"
        )
    elif effects:
        still = "no entry is wrong any more"
        later = replay.remaining.lists[replay.remaining.lists["a"] > _counted_on(replay.remaining)]
        if len(later):
            n = len(later[list(metrics.CELL)].drop_duplicates())
            still = f"no entry is wrong, but {counted(n, 'entry is', 'entries are')} later on"
    else:
        still = _still_followed(replay.remaining)
    return f"{text}; {RESIDUE_DAY} days after {fixed_words(replay)}, {still}."


def place_of(edit: Edit) -> str:
    """The feed, edge or holder at which a fault struck."""
    return edit.struck.edge if edit.feed is None else edit.feed.name


def fixed_words(replay: Outcome) -> str:
    """What happened on the day of the correction, as the end of "30 days after …"."""
    if not any(edit.correction_day for edit in replay.edits):
        return "the first deletion"
    if not any(edit.correction_sent for edit in replay.edits):
        return "it was to be corrected, for which nothing was sent"
    if replay.passage.kept_correction:
        return "the source's correction, which a gate kept back"
    at_source = any(edit.feed for edit in replay.edits)
    return "the source corrected it" if at_source else "it was put right"


def corrected_words(replay: Outcome) -> str:
    """When it was corrected, or why nothing was sent to correct it."""
    assert replay.remaining is not None
    day = replay.remaining.residue.correction_day
    meant = [edit for edit in replay.edits if edit.correction_day is not None]
    unsent = [edit.why_not_sent for edit in meant if edit.why_not_sent]
    if not meant:
        return f"deleted from {day} on, and not corrected"
    if len(unsent) == len(meant):
        return f"nothing was sent on {day} to correct it: {unsent[0]}"
    if replay.passage.kept_correction:
        return f"the correction of {day} was kept back by a gate"
    return f"corrected {day}"


def since_words(figures: Mapping[str, Any]) -> str:
    """Of the entries wrong on the day residue is counted on, since when they have been."""
    since = figures["cells_by_since"]
    eve = figures["cells_on_the_eve"]
    parts = [f"{since['eve']:,} of the {eve:,} wrong on the eve"] if eve else []
    parts += [
        f"{since[name]:,} {text}"
        for name, text in (
            ("late_spread", "first wrong only since (late spread)"),
            ("returned", "wrong again since"),
            ("irrevocable", "where nobody can take it back"),
        )
        if since[name]
    ]
    return ", ".join(parts)


def _counted_on(remaining: Remaining) -> int:
    """The day, as a number, on which the closing sentence counts what remains."""
    return metrics.day_number(remaining.residue.correction_day) + RESIDUE_DAY


def _still_followed(remaining: Remaining) -> str:
    """What remains of the measures and scores, counted on the day residue is counted on."""
    day = _counted_on(remaining)
    parts, later, causes = [], [], []
    for frame, key, one, many in (
        (remaining.measures, ["agency", "measure", "subject_id"], "measure is", "measures are"),
        (remaining.scores, ["keeper", "subject_id"], "score is", "scores are"),
    ):
        here = frame[(frame["a"] <= day) & (day < frame["b"])]
        if len(here):
            parts.append(counted(len(here[key].drop_duplicates()), one, many))
            causes += here["cause"].tolist()
        if n := len(frame.loc[frame["a"] > day, key].drop_duplicates()):
            later.append(counted(n, one, many))
    if not parts:
        but = f", but {_and(later)} later on" if later else " any more"
        return f"nothing is wrong{but}"
    cause = max(sorted(set(causes)), key=causes.count)
    return f"{_and(parts)} still wrong, mostly because: {cause}"


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
