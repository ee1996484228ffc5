"""A replay told in the terminal: a dozen lines and one plain sentence."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from pipelines.replay.compare import metrics
from pipelines.replay.compare.diff import Difference
from pipelines.replay.compare.metrics import AFTER, RESIDUE_DAY
from pipelines.replay.compare.outcome import Outcome
from pipelines.replay.compare.words import Words
from pipelines.replay.plan.edits import Edit, changed, natural_key
from pipelines.replay.tell.form import fault_json, up_and_down
from pipelines.replay.tell.reach import INDENT, WRONG, built_otherwise, print_reach, titled
from pipelines.replay.tell.remedy import remedy_words
from pipelines.replay.tell.sentence import corrected_words, sentence, since_words
from pipelines.terminal import counted, wide_console
from schemas.contract import islands
from schemas.notice import NOTICE
from sources.faults.deliveries import NO_FILE

MOST_GATES = 3
# A clause ends with a semicolon or a bracket, or with a comma or full stop before a blank.
_CLAUSE = re.compile(r"[;(]|[,.](?=\s|$)")


def print_replay(
    replay: Outcome, gained: Mapping[str, Any] | None = None, console: Console | None = None
) -> None:
    """Print a replay's report.

    Args:
        gained: figures of `pipelines.replay.compare.gain`, if they are to be told.
        console: where to; None: the terminal.
    """
    out = console or wide_console()
    out.print(NOTICE, style="dim")
    for edit in replay.edits:
        for line in _record(edit):
            out.print(line)
    for line in (*_passage(replay), *_spread(replay)):
        out.print(line)
    print_reach(out, replay.faulty, replay.words, replay.remaining)
    for n, said in enumerate(remedy_words(replay)):
        out.print(titled("" if n else "Remedy", said))
    if replay.remaining is not None:
        for line in _left(replay):
            out.print(line)
    if gained:
        out.print(_gain(gained))
    out.print(sentence(replay), style="bold")


def _passage(replay: Outcome) -> list[Text]:
    """How the place was drawn, what gates kept back, and where a fault stopped that reached nobody."""
    lines = []
    for edit in replay.edits:
        if edit.struck.was_drawn:
            lines.append(titled("Drawn", _drawn(edit)))
    passage = replay.passage
    for kept in passage.kept[:MOST_GATES]:
        said = kept.sentence()
        said = f"if nothing goes wrong, {said}" if kept.state == "clean" else said[len("gate ") :]
        lines.append(titled("Gate", said))
    for kept in passage.kept_correction[:MOST_GATES]:
        lines.append(titled("Gate", f"of what corrects it, {kept.sentence()}"))
    if max(len(passage.kept), len(passage.kept_correction)) > MOST_GATES:
        lines.append(titled("", "… and more; --json has them all"))
    if passage.stopped:
        lines.append(titled("Stopped", f"{passage.stopped}."))
    return lines


def _drawn(edit: Edit) -> str:
    """With which seed a place was drawn, and how many before it were left alone."""
    spec = edit.struck.spec
    said = f"with --seed {spec.seed}"
    if spec.passed_over:
        one = ("record", "records") if edit.struck.record_id else ("delivery", "deliveries")
        one = ("place", "places") if edit.feed is None else one
        said += f"; {counted(spec.passed_over, *one)} drawn before it changed nothing that anybody shows, "
        said += "does or scores"
    return said


def print_comparison(
    difference: Difference,
    words: Words,
    joins: tuple[str, str],
    doubtful: Sequence[str] = (),
    console: Console | None = None,
) -> None:
    """Print what differs between two databases.

    Args:
        joins: how far the islands are joined in the first, and in the second.
        doubtful: sentences on why the answer may not be relied on.
        console: where to; None: the terminal.
    """
    out = console or wide_console()
    out.print(NOTICE, style="dim")
    for line in doubtful:
        out.print(line, style="bold red")
    terms = WRONG
    if joins[0] != joins[1]:
        first, second = joins
        said = f"{first} in the first, {second} in the second"
        said += "; what only one of them shows is not wrong for that"
        out.print(titled("Joined", said))
        terms = built_otherwise(f"only with {first}", f"only with {second}")
    print_reach(out, difference, words, None, terms)
    total = metrics.totals(difference)
    if not len(difference.lists):
        said = "No holder shows anything else in the one than in the other"
        doubt = ", as far as can be told." if doubtful else "."
        out.print(said + doubt, style="bold")
        return
    out.print(
        f"The two databases differ in {counted(total['cells'], 'entry', 'entries')} of "
        f"{counted(total['pairs'], 'holder-and-list pair')}, about "
        f"{counted(total['subjects'], 'subject')}, over {total['entry_days']:,} entry-days.",
        style="bold",
    )


def _gain(gained: Mapping[str, Any]) -> Text:
    """What joining this far lets holders know, beside what it makes them believe wrongly."""
    return titled(
        "Gain",
        f"{gained['gained']:,} true listings that holders would not have with --join "
        f"{gained['from']}; false ones {gained['false_low']:,} there, {gained['false_high']:,} "
        f"with --join {gained['to']}",
    )


def _record(edit: Edit) -> list[Text]:
    """The fault in one line and the record before and after in as many as cells changed."""
    fault, feed = fault_json(edit), edit.feed
    if feed is None:
        return _mishap(edit, fault["mishap"])
    record = natural_key(edit) or (edit.struck.record_id or "")[:8]
    line = f" line {fault['line']}" if fault["line"] else ""
    until = {"source": "and on until corrected", "once": "once"}[fault["scope"]]
    title = islands()[feed.island].title
    head = f"{fault['title']}: {feed.name} {feed.title_zh} ({title}), "
    head += f"record {record}, " if edit.struck.record_id else ""
    lines = [titled("Fault", f"{head}{fault['file']}{line}, {until}")]
    for name, (before, after) in changed(fault["before"], fault["after"]).items():
        column = feed.column(name)
        lines.append(
            Text.assemble(
                f"{'':{INDENT}}{name} {column.title_zh} ({gloss(column.description)}): ",
                (_cell(before), "green"),
                " → ",
                (_cell(after), "red"),
            )
        )
    if len(lines) == 1:
        if edit.struck.record_id is None:
            none = edit.faulty[0].content == NO_FILE
            what = "no file goes out" if none else "another file goes out in its place"
        elif fault["after"] is None:
            what = "the row is not delivered"
        else:
            what = "a row is delivered that should not be"
        lines.append(Text(f"{'':{INDENT}}{what}", style="red"))
    return lines


def _mishap(edit: Edit, told: Mapping[str, Any]) -> list[Text]:
    """A mishap in one line, and what it is in another."""
    lists = told["lists"]
    what = ", ".join(lists) if len(lists) <= 3 else counted(len(lists), "list")
    struck = [f"entry {told['entry_id'][:8]}"] if told["entry_id"] else []
    when = [told["day"], f"a backup of {told['as_of_day']}"] if told["as_of_day"] else [told["day"]]
    head = ", ".join((told["place"], what, *struck, *when))
    return [
        titled("Mishap", f"{edit.struck.fault.title}: {head}"),
        Text(f"{'':{INDENT}}{edit.struck.fault.description}", style="red"),
    ]


def _spread(replay: Outcome) -> list[Text]:
    """Of each mishap at which holder it began, and how many before and behind it differ."""
    lines = []
    for edit in replay.edits:
        if edit.feed is None and len(replay.faulty.lists):
            holder = edit.struck.first.at_holder
            up, down = up_and_down(replay.faulty, holder)
            behind = f"{counted(len(down), 'holder')} further on"
            before = f"{counted(len(up), 'holder')} nearer to the owner"
            lines.append(titled("Began", f"at {holder}; went on to {behind}, back to {before}"))
    return lines


def gloss(description: str) -> str:
    """The first clause of a column's English description."""
    first = _CLAUSE.split(description, maxsplit=1)[0].strip().rstrip(".")
    return first[:1].lower() + first[1:] if first else "no description"


def _cell(value: str | None) -> str:
    return "(empty)" if value is None else value


def _left(replay: Outcome) -> list[Text]:
    """What remains after the correction, and why."""
    assert replay.remaining is not None
    figures = replay.remaining.json()
    shares = [
        f"{share:.0%} after {u} d" if u else f"{share:.0%} that day"
        for u in AFTER
        if (share := figures["share_after_days"].get(str(u))) is not None
    ]
    how = corrected_words(replay)
    told = "no list that can be put right was wrong on the eve"
    if figures["cells_on_the_eve"]:
        half = "never halved" if figures["censored"] else f"half-life {figures['half_life']} d"
        eve = _entries(figures["cells_on_the_eve"])
        told = f"of {eve} wrong on the eve still wrong: {', '.join(shares)}; {half}"
    extra = [
        f"{_entries(figures[name])} {text}"
        for name, text in (
            ("late_spread", "first wrong only since (late spread)"),
            ("returned", "wrong again since"),
            ("irrevocable", "more on the eve where nobody can take it back"),
        )
        if figures[name]
    ]
    if figures["cells"]:
        extra.append(f"wrong {RESIDUE_DAY} d after: {figures['cells']:,} ({since_words(figures)})")
    if figures["entry_days"]:
        causes = (f"{cause} {n:,}" for cause, n in figures["entry_days_by_cause"].items())
        extra.append(f"entry-days wrong since: {', '.join(causes)}")
    lines = [titled("Residue", f"{how}; {told}")]
    return [*lines, titled("", "; ".join(extra))] if extra else lines


def _entries(number: int) -> str:
    return counted(number, "entry", "entries")
