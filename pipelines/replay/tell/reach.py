"""What a fault reached, told list by list, and what followed from it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
from rich.console import Console
from rich.text import Text

from pipelines.replay.compare import metrics
from pipelines.replay.compare.diff import Difference
from pipelines.replay.compare.exposure import exposure
from pipelines.replay.compare.remaining import Remaining
from pipelines.replay.compare.words import Words
from pipelines.replay.tell.form import shortest_ways, tables
from pipelines.terminal import counted, plain_table
from schemas.holders import who_is_who

MOST_ROWS = 12  # rows of lists printed; the rest are counted
MOST_MEASURES = 3
WAY = re.compile(r"[a-z_]+")  # each holder of a way
LETTERS = "ABCD"  # how many subjects are named
INDENT = 10


class Terms(NamedTuple):
    """What the ways are called in which two sides differ."""

    kinds: Mapping[str, str]  # way -> what is said before the subjects of which it is so
    title: str  # of the column of them, and before them where it is said once for all rows
    until: str  # what is so again from the day on that a row ends with


# One side is right: what the other shows, and it does not, is wrong.
WRONG = Terms(
    {"wrongly_listed": "listed", "wrongly_missing": "missing", "altered": "altered"},
    "Wrongly",
    "it is right again",
)


def built_otherwise(first: str, second: str) -> Terms:
    """Neither side is right, since both were built from the same files in different ways.

    Args:
        first, second: what goes before the subjects that only the one shows, or only the other.
    """
    kinds = {"wrongly_listed": second, "wrongly_missing": first, "altered": "otherwise"}
    return Terms(kinds, "Shown", "both show the same again")


def titled(title: str, text: str) -> Text:
    """One line of the report under its title."""
    return Text.assemble((f"{title:{INDENT}}", "bold"), text)


def print_reach(
    out: Console,
    difference: Difference,
    words: Words,
    remaining: Remaining | None,
    terms: Terms = WRONG,
) -> None:
    """List by list who was wrongly listed or missed, when and by which way; then what followed."""
    told = tables(difference, remaining)
    rows = told["lists"]
    ways = shortest_ways(difference, *(() if remaining is None else (remaining.difference,)))
    letters = _letters(difference, remaining)
    faulty, corrected = (
        dict(list(d.lists.groupby(["holder", "list"])))
        for d in (difference, difference if remaining is None else remaining.difference)
    )
    nothing = difference.lists[:0]
    rows.sort(key=lambda row: (row["first_day"], row["holder"], row["list"]))
    lines = []
    for row in rows[:MOST_ROWS]:
        pair = (row["holder"], row["list"])
        here, then = faulty.get(pair, nothing), corrected.get(pair, nothing)
        subjects = sorted({*here["subject_id"], *then["subject_id"]})
        cells = [(*pair, subject) for subject in subjects]
        way = shortest({ways[cell] for cell in cells if cell in ways})
        known = set(zip(here["kind"], here["subject_id"], strict=True))
        new = [w not in known for w in zip(then["kind"], then["subject_id"], strict=True)]
        wrongs = Wrongs(
            _wrongs(here, letters, terms.kinds), _wrongs(then.loc[new], letters, terms.kinds)
        )
        lines.append((row, wrongs, way or row["holder"]))
    if rows:
        named = (f"{letter} is {words.subject(s)}" for s, letter in letters.items())
        out.print("; ".join(named))
        _table(out, lines, difference.horizon, remaining is not None, terms)
    if len(rows) > MOST_ROWS:
        out.print(f"… and {len(rows) - MOST_ROWS} more holder-and-list pairs (--json has them)")
    _followed(out, told, difference, words, remaining)


class Wrongs(NamedTuple):
    """Who is wrongly listed, missing or altered in a row, as words."""

    faulty: str  # uncorrected
    corrected: str  # only once it was corrected; say, whose own entry began later and so ends later

    def __str__(self) -> str:
        also = "also " if self.faulty else ""
        said = [self.faulty, f"corrected, {also}{self.corrected}" if self.corrected else ""]
        return "; ".join(filter(None, said))


def _in_every_row(wrongs: Sequence[Wrongs], title: str) -> str | None:
    """What is wrong in every row alike, in a sentence that says what the correction adds; or None."""
    alike = {w.faulty for w in wrongs}
    added = Counter(w.corrected for w in wrongs if w.corrected)
    if len(alike) > 1 or "" in alike or len(added) > 1:
        return None
    said = f"{title} {alike.pop()}, in every row"
    for also, rows in added.items():
        where = "all" if rows == len(wrongs) else rows
        return (
            f"Uncorrected, {said[0].lower()}{said[1:]}; corrected, also {also}, in {where} of them:"
        )
    return f"{said}:"


def _table(
    out: Console,
    lines: Sequence[tuple[Mapping[str, Any], Wrongs, str]],
    horizon: date,
    fixed: bool,
    terms: Terms,
) -> None:
    """The rows of lists; what all of them have in common is said once, above."""
    alike = _in_every_row([wrongs for _, wrongs, _ in lines], terms.title)
    if alike:
        out.print(alike)
    table = plain_table()
    for heading in ("Holder, by way of", "List", *(() if alike else (terms.title,))):
        table.add_column(heading, overflow="fold")
    for heading in ("From", "Until"):
        table.add_column(heading, no_wrap=True)
    if fixed:
        table.add_column("Uncorrected until", min_width=11)
    cut = False
    for row, wrongs, way in lines:
        days = []
        for name in ("until", "uncorrected_until") if fixed else ("until",):
            at_the_end = row[name] == horizon.isoformat()
            days.append((row[name] or "never wrong") + ("+" if at_the_end else ""))
            cut |= at_the_end
        wrong = () if alike else (str(wrongs),)
        table.add_row(way, row["list"], *wrong, row["first_day"], *days)
    out.print(table)
    if who := who_is_who(holder for _, _, way in lines for holder in WAY.findall(way)):
        out.print(titled("Holders", who))
    legend = f"Until: the first day on which {terms.until}"
    legend += "; uncorrected: had nobody corrected it" if fixed else ""
    legend += "; +: cut at the horizon" if cut else ""
    out.print(f"{legend}.", style="dim")


def _letters(difference: Difference, remaining: Remaining | None = None) -> dict[str, str]:
    """A letter for each of the first few subjects, those wrongly missing before the others."""
    frames = [difference.lists] + ([] if remaining is None else [remaining.difference.lists])
    lists = pd.concat([frame for frame in frames if len(frame)] or frames[:1])
    order = lists.assign(rank=lists["kind"].map({"wrongly_missing": 0, "altered": 1}))
    subjects = order.sort_values(["rank", "from_day", "subject_id"])["subject_id"]
    return dict(zip(dict.fromkeys(subjects), LETTERS, strict=False))


def shortest(ways: Iterable[str]) -> str:
    """The shortest of some ways, holders parted by `>`, and how many more there are."""
    first, *others = sorted(ways, key=lambda way: (way.count(">"), way)) or [""]
    return first.replace(">", " > ") + (f" (+{len(others)})" if others else "")


def _wrongs(here: Any, letters: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """Who is wrongly listed, missing or altered in one list at one holder."""
    parts = []
    for kind, title in kinds.items():
        who = set(here.loc[here["kind"] == kind, "subject_id"])
        named = sorted(letters[s] for s in who if s in letters)
        more = len(who) - len(named)
        if named and more:
            named.append(f"{more} more")
        if who:
            parts.append(f"{title} {', '.join(named) if named else more}")
    return "; ".join(parts)


def _followed(
    out: Console,
    rows: Mapping[str, Sequence[dict[str, Any]]],
    difference: Difference,
    words: Words,
    remaining: Remaining | None,
) -> None:
    """The measures and points that followed, and who saw it, a line each; `rows` are those of `tables`."""
    measures = [row for row in rows["measures"] if row["uncorrected_until"]]
    if measures:
        cells = metrics.totals(difference)
        titles = [
            f"{words.measures.get(row['measure'], row['measure'])} ({row['agency']})"
            for row in measures
        ]
        more = max(len(titles) - MOST_MEASURES, 0)
        rest = f"; {more} more kinds" if more > 1 else "; 1 more kind" if more else ""
        summary = (
            f"{cells['measures']:,}, of {counted(len(measures), 'kind')}; "
            f"{cells['measures_linked']:,} of them through a link: "
        )
        out.print(titled("Measures", summary + "; ".join(titles[:MOST_MEASURES]) + rest))
    if more := len(rows["measures"]) - len(measures):
        out.print(titled("Measures", f"{counted(more, 'kind')} only because of the correction"))
    corrected = [] if remaining is None else metrics.by_keeper(remaining.difference)
    shifted = {row["keeper"]: row for row in corrected}
    for row in rows["scores"]:
        only = "" if row["uncorrected_until"] else " only because of the correction"
        if only:  # what the row itself says is that nothing befell the keeper
            row = row | {
                name: shifted[row["keeper"]][name]
                for name in ("subjects", "other_grade", "lowest_shift", "highest_shift")
            }
        low, high = row["lowest_shift"], row["highest_shift"]
        shift = ""
        if low is not None:
            shift = f" by {low:+d}" + (f" to {high:+d}" if high != low else "") + " points"
        until = f"until {row['until']}" if row["until"] else "never with the correction"
        if remaining is not None and row["uncorrected_until"]:
            until += f" (uncorrected until {row['uncorrected_until']})"
        text = (
            f"{row['keeper']}: {counted(row['subjects'], 'subject')} shifted{shift}{only}, "
            f"{row['other_grade']} into another grade, from {row['first_day']} {until}"
        )
        out.print(titled("Scores", text))
    if len(difference.lists):
        out.print(titled("Seen", _seen(difference, remaining)))


def _seen(difference: Difference, remaining: Remaining | None) -> str:
    """How long something wrong stood where the public reads, and how many enquiries met it."""
    told = exposure(difference)
    days, met = f"{told['public_entry_days']:,} entry-days", f"{told['enquiries']:,}"
    if remaining is not None:
        then = exposure(remaining.difference)
        days += f" (corrected {then['public_entry_days']:,})"
        met += f" ({then['enquiries']:,})"
    return f"in public for {days}; enquiries that met it: {met}"
