"""A replay told in the terminal: a dozen lines and one plain sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.replay import metrics
from pipelines.replay.diff import Difference
from pipelines.replay.metrics import AFTER, RESIDUE_DAY
from pipelines.replay.result import Words, changed, fault_json, natural_key, shortest_ways
from pipelines.terminal import wide_console

if TYPE_CHECKING:
    from pipelines.replay.edits import Edit
    from pipelines.replay.result import Comparison, Left, Replay

MOST_ROWS = 12  # rows of lists printed; the rest are counted
MOST_MEASURES = 3
INDENT = 10
LETTERS = "ABCD"  # how many subjects are named
KIND_WORDS = {"wrongly_listed": "listed", "wrongly_missing": "missing", "altered": "altered"}
NOTICE = "Synthetic data: every person, firm and number is invented."


def print_replay(replay: Replay, console: Console | None = None) -> None:
    """Print a replay's report."""
    out = console or wide_console()
    out.print(NOTICE, style="dim")
    for edit in replay.edits:
        for line in _record(edit):
            out.print(line)
    _reach(out, replay.faulty, replay.words)
    if replay.left is not None:
        for line in _left(replay.left):
            out.print(line)
    if replay.gained:
        out.print(_gain(replay.gained))
    out.print(sentence(replay), style="bold")


def print_comparison(comparison: Comparison, console: Console | None = None) -> None:
    """Print what differs between two databases."""
    out = console or wide_console()
    out.print(NOTICE, style="dim")
    _reach(out, comparison.difference, comparison.words)
    total = metrics.totals(comparison.difference)
    if not len(comparison.difference.lists):
        out.print("No holder shows anything else in the one than in the other.", style="bold")
        return
    out.print(
        f"The two databases differ in {_n(total['cells'], 'entry', 'entries')} of "
        f"{_n(total['pairs'], 'holder-and-list pair')}, about "
        f"{_n(total['subjects'], 'subject')}, over {total['entry_days']:,} entry-days.",
        style="bold",
    )


def _gain(gained: Mapping[str, Any]) -> Text:
    """What joining this far lets holders know, beside what it makes them believe wrongly."""
    return _line(
        "Gain",
        f"{gained['gained']:,} true listings that holders would not have with --join "
        f"{gained['from']}; false ones {gained['false_low']:,} there, {gained['false_high']:,} "
        f"with --join {gained['to']}",
    )


def _n(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _record(edit: Edit) -> list[Text]:
    """The fault in one line and the record before and after in as many as cells changed."""
    told, feed = fault_json(edit), edit.struck.feed
    record = natural_key(edit) or (edit.struck.record_id or "")[:8]
    line = f" line {told['line']}" if told["line"] else ""
    until = {"source": "and on until corrected", "once": "once"}[told["scope"]]
    head = f"{told['title']}: {feed.name} {feed.title_zh}, "
    head += f"record {record}, " if edit.struck.record_id else ""
    lines = [_line("Fault", f"{head}{told['file']}{line}, {until}")]
    for name, (before, after) in changed(told["before"], told["after"]).items():
        column = feed.column(name)
        lines.append(
            Text.assemble(
                f"{'':{INDENT}}{name} {column.title_zh} ({_gloss(column.description)}): ",
                (_cell(before), "green"),
                " → ",
                (_cell(after), "red"),
            )
        )
    if len(lines) == 1:
        if edit.struck.record_id is None:
            what = "an earlier file goes out in its place"
        elif told["after"] is None:
            what = "the row is not delivered"
        else:
            what = "a row is delivered that should not be"
        lines.append(Text(f"{'':{INDENT}}{what}", style="red"))
    return lines


def _line(title: str, text: str) -> Text:
    """One line of the report under its title."""
    return Text.assemble((f"{title:{INDENT}}", "bold"), text)


def _gloss(description: str) -> str:
    """The first clause of a column's English description."""
    first = description
    for end in (";", ",", "(", ". "):
        first = first.split(end)[0]
    first = first.strip().rstrip(".")
    return first[:1].lower() + first[1:] if first else "no description"


def _cell(value: str | None) -> str:
    return "(empty)" if value is None else value


def _reach(out: Console, difference: Difference, words: Words) -> None:
    """List by list who was wrongly listed or missed, when and by which way; then what followed."""
    rows = metrics.by_list(difference)
    ways = shortest_ways(difference)
    letters = _letters(difference)
    table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    for title in ("Holder", "List", "Wrongly", "From", "To", "By way of"):
        table.add_column(title, overflow="fold", no_wrap=title in ("Holder", "From", "To"))
    rows.sort(key=lambda row: (row["first_day"], row["holder"], row["list"]))
    for row in rows[:MOST_ROWS]:
        here = difference.lists[
            (difference.lists["holder"] == row["holder"])
            & (difference.lists["list"] == row["list"])
        ]
        cells = [
            (row["holder"], row["list"], subject) for subject in sorted(set(here["subject_id"]))
        ]
        paths = sorted({ways[c] for c in cells if c in ways}, key=lambda p: (p.count(">"), p))
        table.add_row(
            row["holder"],
            row["list"],
            _wrongs(here, letters),
            row["first_day"],
            row["last_day"],
            _way(paths),
        )
    if rows:
        named = (f"{letter} is {words.subject(s)}" for s, letter in letters.items())
        out.print("; ".join(named))
        out.print(table)
    if len(rows) > MOST_ROWS:
        out.print(f"… and {len(rows) - MOST_ROWS} more holder-and-list pairs (--json has them)")
    _followed(out, difference, words)


def _letters(difference: Difference) -> dict[str, str]:
    """A letter for each of the first few subjects, those wrongly missing before the others."""
    order = difference.lists.assign(
        rank=difference.lists["kind"].map({"wrongly_missing": 0, "altered": 1})
    )
    subjects = order.sort_values(["rank", "from_day", "subject_id"])["subject_id"]
    return dict(zip(dict.fromkeys(subjects), LETTERS, strict=False))


def _way(paths: list[str]) -> str:
    if not paths:
        return ""
    more = f" (+{len(paths) - 1})" if len(paths) > 1 else ""
    return paths[0].replace(">", " > ") + more


def _wrongs(here: Any, letters: Mapping[str, str]) -> str:
    """Who is wrongly listed, missing or altered in one list at one holder."""
    parts = []
    for kind, title in KIND_WORDS.items():
        who = set(here.loc[here["kind"] == kind, "subject_id"])
        named = sorted(letters[s] for s in who if s in letters)
        more = len(who) - len(named)
        if named and more:
            named.append(f"{more} more")
        if who:
            parts.append(f"{title} {', '.join(named) if named else more}")
    return "; ".join(parts)


def _followed(out: Console, difference: Difference, words: Words) -> None:
    """The measures and points that followed, a line each."""
    measures = metrics.by_measure(difference)
    if measures:
        linked = sum(row["linked"] > 0 for row in measures)
        titles = [
            f"{words.measures.get(row['measure'], row['measure'])} ({row['agency']})"
            for row in measures
        ]
        more = len(titles) - MOST_MEASURES
        rest = f"; {more} more" if more > 0 else ""
        told = f"{len(measures)}, {linked} of them through a link: "
        out.print(_line("Measures", told + "; ".join(titles[:MOST_MEASURES]) + rest))
    for row in metrics.by_keeper(difference):
        low, high = row["lowest_shift"], row["highest_shift"]
        shift = ""
        if low is not None:
            shift = f" by {low:+d}" + (f" to {high:+d}" if high != low else "") + " points"
        text = (
            f"{row['keeper']}: {_n(row['subjects'], 'subject')} shifted{shift}, "
            f"{row['other_grade']} into another grade, {row['first_day']} to {row['last_day']}"
        )
        out.print(_line("Scores", text))


def _left(left: Left) -> list[Text]:
    """What remains after the correction, and why."""
    told = left.json()
    shares = [
        f"{share:.0%} after {u} d" if u else f"{share:.0%} that day"
        for u in AFTER
        if (share := told["share_after_days"].get(str(u))) is not None
    ]
    lines = [_line("Residue", f"corrected {told['correction_day']}; no list was wrong on the eve")]
    if told["cells_on_the_eve"]:
        half = "never halved" if told["censored"] else f"half-life {told['half_life']} d"
        eve = _n(told["cells_on_the_eve"], "entry", "entries")
        lines = [
            _line(
                "Residue",
                f"corrected {told['correction_day']}; of {eve} wrong on the eve still wrong: "
                f"{', '.join(shares)}; {half}",
            )
        ]
    extra = []
    if told["late_spread"]:
        extra.append(f"first wrong only since: {told['late_spread']}")
    if told["returned"]:
        extra.append(f"wrong again: {told['returned']}")
    if told["irrevocable"]:
        extra.append(f"where nobody can take it back: {told['irrevocable']}")
    if told["entry_days"]:
        by_cause = ", ".join(f"{cause} {n:,}" for cause, n in told["entry_days_by_cause"].items())
        extra.append(f"entry-days wrong since: {by_cause}")
    if extra:
        lines.append(Text(f"{'':{INDENT}}{'; '.join(extra)}"))
    return lines


def sentence(replay: Replay) -> str:
    """The whole replay in one plain sentence."""
    total = metrics.totals(replay.faulty)
    what = "One wrong delivery" if replay.edits[0].struck.record_id is None else "One wrong record"
    if len(replay.edits) > 1:
        what = f"{len(replay.edits)} faults"
    source = " and ".join(sorted({edit.struck.feed.name for edit in replay.edits}))
    if not total["subjects"]:
        return f"{what} in {source} changed nothing that anybody shows, does or scores."
    effects = []
    for kind, text in (
        ("wrongly_listed", "put {} on lists wrongly"),
        ("wrongly_missing", "kept {} off lists wrongly"),
        ("altered", "altered what lists say of {}"),
    ):
        who = set(replay.faulty.lists.loc[replay.faulty.lists["kind"] == kind, "subject_id"])
        if who:
            named = replay.words.name(min(who)) if len(who) == 1 else _n(len(who), "subject")
            effects.append(text.format(named))
    if effects:
        where = f"{_n(total['holders'], 'holder')} in {_n(total['lists'], 'list')}"
        text = f"{what} in {source} {_and(effects)}, at {where}"
    else:
        other = [
            _n(total[name], one)
            for name, one in (("measures", "measure"), ("scores", "score"))
            if total[name]
        ]
        text = f"{what} in {source} changed no list, but {_and(other)}"
    text += f", and reached {_n(total['subjects'], 'person or firm', 'people and firms')} in all"
    if replay.left is None:
        return text + "; nobody ever put it right."
    told = replay.left.json()
    left = told["cells"]
    if left:
        cause = max(told["by_cause"].items(), key=lambda item: (item[1], item[0]))[0]
        still = f"{_n(left, 'entry is', 'entries are')} still wrong, mostly because: {cause}"
    elif effects:
        still = "no entry is wrong any more"
    else:
        still = _still_followed(replay.left)
    return text + f"; {RESIDUE_DAY} days after the source corrected it, {still}."


def _still_followed(left: Left) -> str:
    """What is left of the measures and scores, counted on the day residue is counted on."""
    day = metrics.day_number(left.residue.correction_day) + RESIDUE_DAY
    parts, causes = [], []
    for frame, key, one, many in (
        (left.measures, ["agency", "measure", "subject_id"], "measure is", "measures are"),
        (left.scores, ["keeper", "subject_id"], "score is", "scores are"),
    ):
        here = frame[(frame["a"] <= day) & (day < frame["b"])]
        if len(here):
            parts.append(_n(len(here[key].drop_duplicates()), one, many))
            causes += here["cause"].tolist()
    if not parts:
        return "nothing is wrong any more"
    cause = max(sorted(set(causes)), key=causes.count)
    return f"{_and(parts)} still wrong, mostly because: {cause}"


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
