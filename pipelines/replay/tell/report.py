"""A replay told in the terminal: a dozen lines and one plain sentence."""

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
from pipelines.replay.compare.metrics import AFTER, RESIDUE_DAY
from pipelines.replay.compare.outcome import Outcome
from pipelines.replay.compare.remaining import Remaining
from pipelines.replay.compare.words import Words
from pipelines.replay.plan.edits import Edit, changed, natural_key
from pipelines.replay.tell.form import fault_json, shortest_ways, tables, up_and_down
from pipelines.replay.tell.remedy import remedy_words
from pipelines.terminal import counted, plain_table, wide_console
from schemas.contract import islands
from schemas.holders import who_is_who
from schemas.notice import NOTICE
from sources.faults.deliveries import NO_FILE

MOST_ROWS = 12  # rows of lists printed; the rest are counted
MOST_MEASURES = 3
MOST_GATES = 3
INDENT = 10
WAY = re.compile(r"[a-z_]+")  # each holder of a way
LETTERS = "ABCD"  # how many subjects are named
# A clause ends with a semicolon or a bracket, or with a comma or full stop before a blank.
_CLAUSE = re.compile(r"[;(]|[,.](?=\s|$)")


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
    _reach(out, replay.faulty, replay.words, replay.remaining)
    for n, said in enumerate(remedy_words(replay)):
        out.print(_line("" if n else "Remedy", said))
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
        spec = edit.struck.spec
        if spec.passed_over:
            one = ("record", "records") if edit.struck.record_id else ("delivery", "deliveries")
            one = ("place", "places") if edit.feed is None else one
            drawn = f"with --seed {spec.seed}; {counted(spec.passed_over, *one)}"
            nothing = "changed nothing that anybody shows, does or scores"
            lines.append(_line("Drawn", f"{drawn} drawn before it {nothing}"))
    passage = replay.passage
    for kept in passage.kept[:MOST_GATES]:
        said = kept.sentence()
        said = f"if nothing goes wrong, {said}" if kept.state == "clean" else said[len("gate ") :]
        lines.append(_line("Gate", said))
    for kept in passage.kept_correction[:MOST_GATES]:
        lines.append(_line("Gate", f"of what corrects it, {kept.sentence()}"))
    if max(len(passage.kept), len(passage.kept_correction)) > MOST_GATES:
        lines.append(_line("", "… and more; --json has them all"))
    if passage.stopped:
        lines.append(_line("Stopped", f"{passage.stopped}."))
    return lines


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
        out.print(_line("Joined", said))
        terms = built_otherwise(f"only with {first}", f"only with {second}")
    _reach(out, difference, words, None, terms)
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
    return _line(
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
    lines = [_line("Fault", f"{head}{fault['file']}{line}, {until}")]
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
        _line("Mishap", f"{edit.struck.fault.title}: {head}"),
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
            lines.append(_line("Began", f"at {holder}; went on to {behind}, back to {before}"))
    return lines


def _line(title: str, text: str) -> Text:
    """One line of the report under its title."""
    return Text.assemble((f"{title:{INDENT}}", "bold"), text)


def gloss(description: str) -> str:
    """The first clause of a column's English description."""
    first = _CLAUSE.split(description, maxsplit=1)[0].strip().rstrip(".")
    return first[:1].lower() + first[1:] if first else "no description"


def _cell(value: str | None) -> str:
    return "(empty)" if value is None else value


def _reach(
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
        out.print(_line("Holders", who))
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
            f"{cells['measures']:,} of {counted(len(measures), 'kind')}, "
            f"{cells['measures_linked']:,} of them through a link: "
        )
        out.print(_line("Measures", summary + "; ".join(titles[:MOST_MEASURES]) + rest))
    if more := len(rows["measures"]) - len(measures):
        out.print(_line("Measures", f"{counted(more, 'kind')} only because of the correction"))
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
        out.print(_line("Scores", text))
    if len(difference.lists):
        out.print(_line("Seen", _seen(difference, remaining)))


def _seen(difference: Difference, remaining: Remaining | None) -> str:
    """How long something wrong stood where the public reads, and how many enquiries met it."""
    told = exposure(difference)
    days, met = f"{told['public_entry_days']:,} entry-days", f"{told['enquiries']:,}"
    if remaining is not None:
        then = exposure(remaining.difference)
        days += f" (corrected {then['public_entry_days']:,})"
        met += f" ({then['enquiries']:,})"
    return f"in public for {days}; enquiries that met it: {met}"


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
    lines = [_line("Residue", f"{how}; {told}")]
    return [*lines, _line("", "; ".join(extra))] if extra else lines


def _entries(number: int) -> str:
    return counted(number, "entry", "entries")


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
