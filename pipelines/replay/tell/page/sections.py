"""The sections of a replay's page, as HTML: summary, figures, the record before and after, residue."""

from __future__ import annotations

from html import escape
from typing import Any

from pipelines.replay.compare import metrics
from pipelines.replay.compare.metrics import AFTER, RESIDUE_DAY
from pipelines.replay.compare.remaining import Remaining
from pipelines.replay.plan.edits import Edit, changed
from pipelines.replay.tell.figures.marks import spoken
from pipelines.replay.tell.form import fault_json
from pipelines.replay.tell.report import fixed_words, gloss, sentence, since_words
from pipelines.replay.tell.result import Replay
from pipelines.terminal import counted
from schemas.contract import Column


def title(replay: Replay) -> str:
    """The page's title."""
    return replay.scenario.title or "One bad record, followed"


def summary(replay: Replay) -> str:
    """What happened, in plain words."""
    parts = []
    if replay.scenario.story:
        parts.append(f'<p class="story">{escape(replay.scenario.story)}</p>')
    parts.append(f'<p class="lead">{escape(sentence(replay))}</p>')
    return "\n".join([*parts, _tiles(replay), _gain(replay)])


def _tiles(replay: Replay) -> str:
    """The few figures to remember."""
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
    tiles = [
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
        tiles.append((soon, "until the first list is wrong", ""))
    if replay.remaining is not None:
        figures = replay.remaining.json()
        half = figures["half_life"]
        after = f"half-life {counted(half, 'day')}" if half is not None else ""
        if figures["censored"]:
            after = "never halved before the horizon"
        remaining = f"entries wrong {RESIDUE_DAY} days after {fixed_words(replay)}"
        of = since_words(figures) if figures["cells"] else ""
        tiles.append((f"{figures['cells']:,}", remaining, "; ".join(filter(None, (of, after)))))
    cells = "".join(
        f"<li><strong>{escape(number)}</strong> <span>{escape(text)}</span>"
        + (f"<small>{escape(more)}</small>" if more else "")
        + "</li>"
        for number, text, more in tiles
    )
    return f'<ul class="tiles">{cells}</ul>'


def _gain(replay: Replay) -> str:
    if not replay.gained:
        return ""
    g = replay.gained
    return (
        f"<p>What joining gives here, beside what it spoils: <b>{g['gained']:,}</b> true listings "
        f"that holders would not know with <code>--join {escape(g['from'])}</code>; false ones are "
        f"{g['false_low']:,} there and {g['false_high']:,} with "
        f"<code>--join {escape(g['to'])}</code>.</p>"
    )


# --- the record -----------------------------------------------------------------------------------


def records(replay: Replay) -> str:
    """Each fault: where it struck, the record before and after, and what gates kept back."""
    kept = [k.sentence() for k in replay.passage.kept]
    kept += [f"of what corrects it, {k.sentence()}" for k in replay.passage.kept_correction]
    said = [*(f"{text[:1].upper()}{text[1:]}." for text in kept)]
    said += [f"{replay.passage.stopped}."] if replay.passage.stopped else []
    gates = "".join(f"<p class='gate'>{escape(text)}</p>" for text in said)
    return "\n".join(_record(edit) for edit in replay.edits) + gates


def _record(edit: Edit) -> str:
    fault, feed = fault_json(edit), edit.struck.feed
    line = f", line {fault['line']}" if fault["line"] else ""
    what = f"record {escape(fault['record'])}" if fault["record"] else ""
    if not what and fault["record_id"]:
        what = f"record {fault['record_id'][:8]}"
    until = {
        "source": "wrong there and in every later delivery that says it again",
        "once": "wrong in this delivery only",
    }[fault["scope"]]
    if fault["deliveries_edited"] > 1:
        until += f" ({fault['deliveries_edited']:,} in all)"
    lines = [
        f"<h3>{escape(fault['title'])}: {escape(spoken(feed.name))} {escape(feed.title_zh)}"
        f"{', ' + what if what else ''}</h3>",
        f"<p>{escape(edit.struck.fault.description)}</p>",
        f"<p>Published <b>{fault['delivery']}</b> in <code>{escape(fault['file'])}</code>{line}, "
        f"{until}. ",
    ]
    if fault["correction_sent"]:
        lines[-1] += (
            f"Corrected <b>{fault['correction_sent']}</b>: {escape(str(fault['correction']))}.</p>"
        )
    elif fault["correction_day"]:
        why = escape(fault["correction_why_not_sent"])
        lines[-1] += f"Nothing was sent on {fault['correction_day']} to correct it: {why}.</p>"
    else:
        lines[-1] += "Nobody ever corrects it.</p>"
    before, after = fault["before"], fault["after"]
    if before or after:
        lines.append(_cells(feed.columns, before, after))
    return f'<article class="record">{"".join(lines)}</article>'


def _cells(columns: Any, before: Any, after: Any) -> str:
    """The record's cells, those that changed first and the others folded away."""
    other = set(changed(before, after)) if before and after else {c.name for c in columns}
    first = [_cell(c, before, after, True) for c in columns if c.name in other]
    rest = [_cell(c, before, after, False) for c in columns if c.name not in other]
    head = (
        "<thead><tr><th scope='col'>Column</th><th scope='col'>Before</th>"
        "<th scope='col'>After</th></tr></thead>"
    )
    label = "The record before and after"
    if before is None or after is None:
        note = "The row is not delivered." if after is None else "A row that should not be there."
        html = f"<p><b>{note}</b></p>"
        some = [row for c, row in zip(columns, first, strict=True) if (before or after)[c.name]]
        return (
            html + f'<table class="cells"><caption>{label}</caption>{head}{"".join(some)}</table>'
        )
    html = f'<table class="cells"><caption>{label}</caption>{head}{"".join(first)}</table>'
    if rest:
        html += (
            f"<details><summary>{counted(len(rest), 'other column')}, unchanged</summary>"
            f'<table class="cells">{head}{"".join(rest)}</table></details>'
        )
    return html


def _cell(column: Column, before: Any, after: Any, differs: bool) -> str:
    """One column: what it means, and what it said before and says after."""

    def value(row: Any) -> str:
        if row is None:
            return '<span class="none">no row</span>'
        said = row[column.name]
        return '<span class="none">(empty)</span>' if said is None else escape(said)

    marks = ("<del>", "</del>", "<ins>", "</ins>") if differs else ("", "", "", "")
    return (
        f"<tr><th scope='row'><code>{escape(column.name)}</code> {escape(column.title_zh)}"
        f"<small>{escape(gloss(column.description))}</small></th>"
        f"<td data-label='Before'>{marks[0]}{value(before)}{marks[1]}</td>"
        f"<td data-label='After'>{marks[2]}{value(after)}{marks[3]}</td></tr>"
    )


# --- what remained --------------------------------------------------------------------------------


def remains(remaining: Remaining) -> str:
    """What of the reach is left after the correction, and why."""
    figures = remaining.json()
    if not figures["cells_on_the_eve"] and not figures["entry_days"]:
        return "<p>Nothing was wrong on the eve of the correction, and nothing is after it.</p>"
    parts = []
    if figures["cells_on_the_eve"]:
        eve = counted(figures["cells_on_the_eve"], "entry", "entries")
        shares = [
            (u, figures["share_after_days"][str(u)])
            for u in AFTER
            if figures["share_after_days"].get(str(u)) is not None
        ]
        shares.append((figures["censored_at"] - 1, figures["share_at_the_horizon"]))
        bars = [
            (_after(u, figures["censored_at"] - 1), f"{share:.0%}", share)
            for u, share in shares
            if share is not None
        ]
        parts.append(_bars(f"Of {eve} wrong on the eve of the correction, still wrong", bars))
    days = figures["entry_days_by_cause"]
    most = max(days.values(), default=0)
    if most:
        causes = sorted(days.items(), key=lambda item: (-item[1], item[0]))
        bars = [(cause, f"{n:,}", n / most) for cause, n in causes]
        parts.append(_bars("Entry-days wrong since the correction, by cause", bars))
    extra = [
        f"{text}: {figures[key]:,}"
        for key, text in (
            ("late_spread", "entries first wrong only since the correction (late spread)"),
            ("returned", "entries wrong again after they had been right"),
            ("irrevocable", "entries where nobody can take them back, not counted above"),
        )
        if figures[key]
    ]
    if extra:
        parts.append("<p class='wide'>" + "; ".join(extra).capitalize() + ".</p>")
    return f'<div class="remains">{"".join(parts)}</div>'


def _after(days: int, horizon: int) -> str:
    if days == horizon:
        return f"at the horizon ({days:,} d)"
    return "that day" if days == 0 else f"after {counted(days, 'day')}"


def _bars(caption: str, bars: list[tuple[str, str, float]]) -> str:
    """A small table whose figures are drawn too."""
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(text)}</td>"
        f"<td class='bar' aria-hidden='true'><i style='width:{share * 100:.1f}%'></i></td></tr>"
        for name, text, share in bars
    )
    return f"<table class='bars'><caption>{escape(caption)}</caption>{rows}</table>"
