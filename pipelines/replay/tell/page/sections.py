"""What a replay's page says beside its pictures and its table, as values for its template."""

from typing import Any

from pipelines.replay.compare import metrics
from pipelines.replay.compare.metrics import AFTER, RESIDUE_DAY
from pipelines.replay.compare.remaining import Remaining
from pipelines.replay.plan.edits import Edit, changed
from pipelines.replay.tell.form import fault_json
from pipelines.replay.tell.result import Replay
from pipelines.replay.tell.sentence import fixed_words, since_words
from pipelines.terminal import counted
from schemas.holders import holders, nickname

Bars = tuple[str, list[tuple[str, str, float]]]  # a caption; name, figure and share of each bar


def tiles(replay: Replay) -> list[tuple[str, str, str]]:
    """The few figures to remember: a number, what it is of, and more of it in small print."""
    total = metrics.totals(replay.faulty)
    tied = [
        f"{total[f'subjects_{tie}']:,} {text}"
        for tie, text in (
            ("named", "on a list or in a measure"),
            ("linked", "through a link"),
            ("derived", "by score alone"),
        )
        if total[f"subjects_{tie}"]
    ]
    found = [
        (f"{total['subjects']:,}", "people and firms reached", ", ".join(tied)),
        (
            f"{total['holders']:,}",
            f"holders show something wrong, in {counted(total['lists'], 'list')}",
            f"{total['cells']:,} entries, {total['entry_days']:,} entry-days",
        ),
        (f"{total['measures']:,}", "measures wrong", f"and {counted(total['scores'], 'score')}"),
    ]
    late = metrics.latency(replay.faulty.lists, replay.fault_day)
    if late is not None:
        soon = counted(late, "day") if late else "same day"
        found.append((soon, "until the first list is wrong", ""))
    if total["cells"]:
        found.append(_seen(replay))
    if replay.remaining is not None:
        figures = replay.remaining.json()
        half = figures["half_life"]
        after = f"half-life {counted(half, 'day')}" if half is not None else ""
        if figures["censored"]:
            after = "never halved before the horizon"
        remaining = f"entries wrong {RESIDUE_DAY} days after {fixed_words(replay)}"
        of = since_words(figures) if figures["cells"] else ""
        found.append((f"{figures['cells']:,}", remaining, "; ".join(filter(None, (of, after)))))
    return found


def _seen(replay: Replay) -> tuple[str, str, str]:
    """How many enquiries met something wrong, and for how long it stood in public."""
    told = replay.exposure
    in_public, met = f"{told['public_entry_days']:,} entry-days in public", ""
    if told["corrected"] is not None:
        met = f"; {told['corrected']['enquiries']:,} with the correction"
        in_public += f"; {told['corrected']['public_entry_days']:,} with it"
    return (f"{told['enquiries']:,}", f"enquiries met something wrong{met}", in_public)


def seen(replay: Replay) -> list[dict[str, Any]]:
    """Holder by holder what could have been seen there and was, uncorrected and corrected.

    Returns:
        Rows of `holder`, what it is called (`title`, `title_zh`), its `public_entry_days` and `enquiries`,
        and under `corrected` the same two, or None if nothing was corrected.
    """
    told, then = replay.exposure, replay.exposure["corrected"]
    uncorrected = {row["holder"]: row for row in told["by_holder"]}
    corrected = {row["holder"]: row for row in then["by_holder"]} if then else {}
    names = ("public_entry_days", "enquiries")
    return [
        {
            "holder": code,
            "title": nickname(code),
            "title_zh": holders()[code].title_zh if code in holders() else "",
            **{name: uncorrected.get(code, {}).get(name, 0) for name in names},
            "corrected": {name: corrected.get(code, {}).get(name, 0) for name in names}
            if then
            else None,
        }
        for code in sorted({*uncorrected, *corrected})
    ]


def fault(edit: Edit) -> dict[str, Any]:
    """A fault: where it struck, and which columns of the record before and after are told.

    Those that differ come first. Of a row that is there on one side only, they are those filled.
    """
    told, feed = fault_json(edit), edit.feed
    if feed is None:
        return told | {"description": edit.struck.fault.description}
    before, after = told["before"], told["after"]
    if before and after:
        names = set(changed(before, after))
    else:
        names = {name for name, value in (before or after or {}).items() if value}
    return told | {
        "feed_zh": feed.title_zh,
        "description": edit.struck.fault.description,
        "differing": [column for column in feed.columns if column.name in names],
        "unchanged": [column for column in feed.columns if column.name not in names],
    }


def gates(replay: Replay) -> list[str]:
    """What gates kept back, and where a fault stopped that reached nobody; without a full stop."""
    kept = [k.sentence() for k in replay.passage.kept]
    kept += [f"of what corrects it, {k.sentence()}" for k in replay.passage.kept_correction]
    said = [f"{text[:1].upper()}{text[1:]}" for text in kept]
    return [*said, replay.passage.stopped] if replay.passage.stopped else said


def remains(remaining: Remaining) -> dict[str, Any]:
    """What of the reach is left after the correction, and why: `bars`, and sentences `beside` them."""
    figures = remaining.json()
    tables: list[Bars] = []
    if figures["cells_on_the_eve"]:
        eve = counted(figures["cells_on_the_eve"], "entry", "entries")
        end = figures["censored_at"] - 1
        shares = [(u, figures["share_after_days"].get(str(u))) for u in AFTER]
        shares.append((end, figures["share_at_the_horizon"]))
        bars = [(_after(u, end), f"{share:.0%}", share) for u, share in shares if share is not None]
        tables.append((f"Of {eve} wrong on the eve of the correction, still wrong", bars))
    days = figures["entry_days_by_cause"]
    most = max(days.values(), default=0)
    if most:
        causes = sorted(days.items(), key=lambda item: (-item[1], item[0]))
        bars = [(cause, f"{n:,}", n / most) for cause, n in causes]
        tables.append(("Entry-days wrong since the correction, by cause", bars))
    beside = [
        f"{text}: {figures[key]:,}"
        for key, text in (
            ("late_spread", "entries first wrong only since the correction (late spread)"),
            ("returned", "entries wrong again after they had been right"),
            ("irrevocable", "entries where nobody can take them back, not counted above"),
        )
        if figures[key]
    ]
    return {"bars": tables, "beside": beside}


def _after(days: int, horizon: int) -> str:
    if days == horizon:
        return f"at the horizon ({days:,} d)"
    return "that day" if days == 0 else f"after {counted(days, 'day')}"
