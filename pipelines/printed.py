"""What `islands subject`, `trace` and `check` print: tables that can be read at 80 columns.

Subjects are named once, by name and kind, with a letter that stands for them below. Ids are cut to their
first characters, which `islands trace` takes, and long tables to their first rows; JSON has both whole, and
what each entry says. Codes are told by their English titles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from pipelines.codes import CODES, read_code_list
from pipelines.terminal import narrowest, plain_table, shrunk, wide_console
from pipelines.trace import ID
from schemas.holders import who_is_who
from schemas.notice import NOTICE

if TYPE_CHECKING:
    from quality.report import Report

Item = Mapping[str, Any]
Says = str | Callable[[Item], Any]  # a key of the item, or what to make of it
Columns = Mapping[str, Says]  # by heading

WIDTH = 80  # columns; a narrower terminal wraps what does not fit
MOST = 12  # rows of a table printed; the rest are counted
SHORT = 8  # characters of an id
WORD = 26  # characters of a word that is not broken
INDENT = "  "


def print_subject(held: Item) -> None:
    """All that is held about one subject; see `pipelines.subject.about`."""
    out = wide_console(WIDTH)
    held = _named(out, held)
    out.print(f"{held['whom']} as believed on {held['as_of']}", style="bold")
    for name, columns in _HELD.items():
        _print_rows(out, held[name], columns)


def print_published(page: Item) -> None:
    """What an audience sees of a subject; see `pipelines.subject.published`."""
    out = wide_console(WIDTH)
    out.print(NOTICE, style="dim")
    whom = ", ".join(filter(None, (page["name"], page["number"]))) or "nothing"
    out.print(Text(f"Seen by {page['audience']} on {page['as_of']}: {whom}"), style="bold")
    _print_rows(out, page["items"], _PUBLISHED)


def print_trace(node: Item) -> None:
    """A record forward, or anything else back; see `pipelines.trace.trace`."""
    out = wide_console(WIDTH)
    node = _named(out, node)
    if node["kind"] == "record":
        _print_forward(out, node)
    elif node["kind"] == "points":
        _print_rows(out, node["changes"], _POINTS)
    elif node["kind"] == "copy":
        _print_rows(out, node["way"], _COPY | _WHOM | _PERIOD)
    _print_rows(out, list(_back(node)), _BACK)


def print_otherwise(found: Item, show: Callable[[Item], None]) -> None:
    """Something in the world of a scenario, and what is otherwise; see `pipelines.replay.otherwise`."""
    out = wide_console(WIDTH)
    how = "if it is never corrected" if found["state"] == "faulty" else "corrected as it says there"
    out.print(Text(f"In the world of the scenario: {found['scenario']} ({how})"), style="bold")
    if found["there"] is None:
        out.print("There is no such thing in it; this is what the clean world has.")
    show(found["there"] or found["clean"])
    out.print()
    if not found["otherwise"]:
        out.print("Nothing of it is otherwise than in the clean world.", style="bold")
        return
    count = len(found["otherwise"])
    head = f"{count} {'row is' if count == 1 else 'rows are'} otherwise than in the clean world:"
    out.print(Text(head), style="bold")
    _print_rows(out, found["otherwise"], _OTHERWISE, most=2 * MOST)


def print_report(report: Report) -> None:
    """Where the rows of each feed went, what the checks of each stage found, and what follows."""
    out = wide_console(WIDTH)
    counts = [asdict(feed) for feed in report.feeds]
    _print_rows(out, counts, _ROWS, most=len(counts))
    stages = [{"stage": s, "checks": n, "passed": passed} for s, n, passed in report.stages()]
    _print_rows(out, stages, _CHECKS)
    if report.findings():
        out.print()
    for sentence in report.findings():
        out.print(Text(sentence))
    if report.docs:
        out.print(Text(f"\nEvery expectation with what was found: {report.docs}"), soft_wrap=True)
    out.print(Text(report.closing()), style="bold")


def print_quarantine(found: Item) -> None:
    """What is kept aside, open rows first; see `pipelines.quarantine.rows.listed`."""
    out = wide_console()
    out.print(NOTICE, style="dim")
    if not found["rows"]:
        out.print("Nothing is kept aside.")
    counts = found["counts"]
    _print_rows(out, counts, _ASIDE_COUNTS, most=len(counts))
    rows = [
        row | verdict
        for row in found["rows"]
        for verdict in row["verdicts"]
        if row["state"] in ("open", "corrected")
        and verdict["outcome"] in ("quarantine", "hold", "released")
    ]
    _print_rows(out, rows, _ASIDE)


def print_row(found: Item) -> None:
    """One row kept aside, or a delivery held; see `pipelines.quarantine.rows.shown`."""
    out = wide_console()
    out.print(NOTICE, style="dim")
    record = f", record {_short(found['record_id'])}" if found["record_id"] else ""
    said = f"{found['row']} ({found['file']}{record}): {found['state']}"
    out.print(Text(said), style="bold", soft_wrap=True)
    for rows, columns in (
        (found["verdicts"], _VERDICT),
        (found["columns"], _CELL),
        (found["log"], _LOGGED),
    ):
        _print_rows(out, rows, columns, most=len(rows))


def print_steps(told: Sequence[Item]) -> None:
    """What follows of steps that were taken; see `pipelines.quarantine.steps.decide`."""
    out = wide_console()
    for one in told[:MOST]:
        values = ", ".join(f"{column}={value or ''}" for column, value in one["values"].items())
        follows = {
            "correct": f"will be read with {values}",
            "release": "will be let through",
            "discard": "stays out",
        }[one["what"]]
        said = f"{one['row']} {follows} from the next `islands build` on."
        if one["still"]:
            rules = "; ".join(
                f"{verdict['rule']} ({verdict['sentence']})" for verdict in one["still"]
            )
            said += f" It is still kept aside, since it breaks {rules}; release it, or correct it further."
        out.print(Text(said), soft_wrap=True)
    if len(told) > MOST:
        out.print(f"… and {len(told) - MOST} more", style="dim")


def _print_forward(out: Console, node: Item) -> None:
    """A record and all it reached, table by table."""
    out.print(f"Record {_short(node['record_id'])} of {node['feed']}", style="bold")
    entries = node["entries"]

    def below(name: str) -> list[dict[str, Any]]:
        return [row | {"entry_version": e["entry_version"]} for e in entries for row in e[name]]

    _print_rows(out, node["lines"], _LINE)
    _print_rows(out, node["speaks_of"], _SPEAKS_OF | _PERIOD)
    _print_rows(out, node["unmatched"], _UNMATCHED | _PERIOD)
    _print_rows(out, entries, _ENTRY | _LISTED | _PERIOD)
    _print_rows(out, below("copies"), _COPY | _WHOM | _PERIOD | _ENTRY)
    _print_rows(out, below("measures") + node["measures_along_links"], _MEASURE | _PERIOD | _TAKEN)
    _print_rows(out, below("points"), _POINTS)
    _print_rows(out, node["links"], _LINK | _PERIOD)


def _back(node: Item, depth: int = 0) -> Iterator[dict[str, str]]:
    """What something rests on, a row for each thing and each line of a file, deeper things further in.

    Yields:
        Rows with `what` and `says`.
    """
    kind = node["kind"]
    told = kind in ("points", "copy") or "entries" in node  # in tables of their own
    if not told:
        indent = INDENT * depth
        yield {"what": indent + _called(node), "says": _said(node)}
        for line in node.get("lines", ()):
            yield {"what": "", "says": _place(line)}
    for rest in (*node.get("rests_on", ()), *node.get("versions", ())):
        yield from _back(rest, depth + (not told))


def _called(node: Item) -> str:
    """What a thing is called: its kind and the start of its id."""
    kind = "record" if node["kind"] == "link" else node["kind"]
    names = {"entry": ("entry_version", "entry_id"), "measure": ("measure_id",)}
    found = next(name for name in names.get(kind, ("record_id",)) if name in node)
    return f"{kind} {_short(node[found])}"


def _said(node: Item) -> str:
    """What a thing says, in a line."""
    if node["kind"] == "link":
        return f"{_words(node['link_kind'])} {node['a_whom']} > {node['b_whom']}"
    if node["kind"] == "measure":
        parts = [_measure(node), node["whom"], node["through"], _period(node)]
    elif node["kind"] == "entry" and "list" in node:
        title = _title("lists", "list", node["list"])
        parts = [title, node["whom"], _ground(node), _period(node)]
    else:
        parts = [
            part
            for e in node.get("events", ())
            for part in (_words(e["event_kind"]), e["whom"], _ground(e), e["event_day"])
        ]
    return "; ".join(part for part in parts if part)


# --- subjects --------------------------------------------------------------------------------


def _named(out: Console, node: Item) -> dict[str, Any]:
    """Print what each letter stands for, and give the tree with letters for subjects.

    Returns:
        The same tree; beside each id of a subject stands `whom` (`a_whom`, `b_whom`): its letter; and
        beside each `link_path`, in words, whom and which links it goes through.
    """
    letters: dict[str, str] = {}  # subject_id -> letter

    def whom(item: Item, prefix: str) -> str:
        subject = str(item[f"{prefix or 'subject_'}id"])
        if subject not in letters and len(letters) < len(ascii_uppercase):
            letters[subject] = ascii_uppercase[len(letters)]
            out.print(f"{letters[subject]} is {who(item, prefix)}, subject {_short(subject)}")
        return letters.get(subject) or who(item, prefix)

    def through(item: Item) -> str:
        words = str(item["link_path"]).split()
        names = str(item.get("link_names") or item["link_path"]).split()
        steps = zip(words[0::2], words[1::2], names[1::2], strict=True)
        return "; ".join(
            f"{_words(step.partition(':')[0])} of {letters.get(subject, name)}"
            for step, subject, name in steps
        )

    def lettered(item: Any) -> Any:
        if isinstance(item, list):
            return [lettered(value) for value in item]
        if not isinstance(item, dict):
            return item
        more = {
            f"{prefix}whom": whom(item, prefix)
            for prefix in ("", "a_", "b_")
            if item.get(f"{prefix or 'subject_'}id")
        }
        below = {key: lettered(value) for key, value in item.items()}
        if "link_path" in item:
            more["through"] = through(item)
        return below | more

    out.print(NOTICE, style="dim")
    found: dict[str, Any] = lettered(node)
    return found


def who(item: Item, prefix: str = "") -> str:
    """The bearer of an id by name and kind; `no name` if no register gives one.

    >>> who({"subject_id": "aad25c14b93b", "name": "柳陌面馆", "subject_kind": "enterprise"})
    '柳陌面馆 (enterprise)'
    >>> who({"a_id": "aad25c14b93b"}, "a_")
    'no name'
    """
    name, kind = item.get(f"{prefix}name"), item.get(f"{prefix or 'subject_'}kind")
    return f"{name or 'no name'} ({_words(kind)})" if kind else str(name or "no name")


# --- words and columns -----------------------------------------------------------------------


@lru_cache
def _titles(code_list: str, key: str, title: str = "title_en") -> dict[str, str]:
    """English title of each code of a code list, from the column `title`."""
    rows = read_code_list(CODES / f"{code_list}.csv").to_pylist()
    return {row[key]: row[title] for row in rows}


def _title(code_list: str, key: str, code: str) -> str:
    return _titles(code_list, key).get(code) or _words(code)


# Property of a subject -> the code list that its values are of.
_CODED = {"division": "divisions", "status": "registry_status", "trade": "trades"}


def _value(fact: Item) -> str:
    """The value of a fact; beside a code, what it is called."""
    value = str(fact["value"] or "")
    coded = _CODED.get(fact["property"])
    name = _titles(coded, "code", "name_en").get(value) if coded else None
    return f"{value} {name}" if name else value


def _ground(item: Item) -> str:
    """Why somebody is on a list, and what the list says beside it."""
    ground = _title("grounds", "code", item["ground"]) if item.get("ground") else ""
    value = item.get("value") or ""
    if ID.fullmatch(value):  # another subject
        value = _short(value)
    return ": ".join(part for part in (ground, value) if part)


def _measure(item: Item) -> str:
    return f"{_title('measures', 'measure', item['measure'])} ({item['agency']})"


def _words(code: str | None) -> str:
    return "" if code is None else str(code).replace("_", " ")


def _short(value: Any) -> str:
    return str(value or "")[:SHORT]


def _id(column: str) -> Callable[[Item], str]:
    return lambda row: _short(row[column])


def _number(column: str) -> Callable[[Item], str]:
    return lambda row: f"{row[column]:,}"


def _place(line: Item) -> str:
    return f"{line['file']} line {line['line']}"


def _period(item: Item) -> str:
    return f"{item['from_day']} to {item['to_day'] or 'still'}"


_SINCE: Columns = {"Since": "since"}
_UNTIL: Columns = {"Until": lambda r: r["to_day"] or "still"}
_PERIOD: Columns = {"From": "from_day"} | _UNTIL
_RECORD: Columns = _SINCE | {"Feed": "feed", "Record": _id("record_id")}
_WHOM: Columns = {"Whom": "whom"}
_ENTRY: Columns = {"Entry": _id("entry_version")}
_LISTED: Columns = {"List": "list"} | _WHOM | {"Ground": _ground}
_COPY: Columns = {"Holder, by way of": lambda r: r["path"].replace(">", " > ")}
_MEASURE: Columns = {"Measure": _measure} | _WHOM | {"Through": "through"}
_TAKEN: Columns = {"Id": _id("measure_id")}
_LINK: Columns = {
    "Link": lambda r: _words(r["link_kind"]),
    "Between": lambda r: f"{r['a_whom']} > {r['b_whom']}",
}
_LINE: Columns = {
    "File and line": _place,
    "Delivered": "delivery",
    "Version": _id("version"),
}
_SPEAKS_OF: Columns = {
    "Speaks of": "whom",
    "As": "role",
    "Found by": "method",
}
_UNMATCHED: Columns = {
    "Met nobody, as": "role",
    "Because": "reason",
    "Candidates": "candidates",
}
_POINTS: Columns = {
    "Points": lambda r: f"{r['change']:+,}",
    "Score": "keeper",
    **_WHOM,
    "Day": "day",
    "Reason": lambda r: _words(r["reason"]),
}
_ROWS: Columns = {
    "Feed": "feed",
    "Landed": _number("landed"),
    "Conformed": _number("conformed"),
    "Kept aside": _number("quarantined"),
    "Held": _number("held"),
    "Unreadable": _number("unreadable"),
    "Warned": _number("warnings"),
}
_CHECKS: Columns = {
    "Stage": "stage",
    "Checks": _number("checks"),
    "Passed": _number("passed"),
}
_BACK: Columns = {"Rests on": "what", "Says": "says"}
_ASIDE_COUNTS: Columns = {
    "Feed": "feed",
    "Kept aside for": "rule",
    **{
        state.title(): _number(state)
        for state in ("rows", "open", "corrected", "released", "discarded")
    },
}
_ASIDE: Columns = {
    "Row": "row",
    "Record": _id("record_id"),
    "Kept aside for": "rule",
    "Column": "column",
    "Says": "value",
    "Would be right": "right",
    "State": "state",
}
_VERDICT: Columns = {
    "Rule": "rule",
    "Column": "column",
    "Outcome": "outcome",
    "Expected": "sentence",
    "Why": "reason",
}
_CELL: Columns = {
    "Column": lambda r: f"{r['column']} {r['title']}",
    "Says": "value",
    "Read as": lambda r: "" if r["read_as"] == r["value"] else r["read_as"] or "nothing",
    "Would be right": "right",
    "Expected": lambda r: "; ".join(r["expected"]),
}
_LOGGED: Columns = {
    "When": "when",
    "Who": "who",
    "What": lambda r: " ".join([r["what"], *(f"{c}={v or ''}" for c, v in r["values"].items())]),
    "Why": "why",
}
_SHOWN_OF_ROWS = (
    "file", "line", "property", "link_kind", "a_name", "b_name", "name", "path", "list", "measure",
    "agency", "keeper", "role", "method", "ground", "change", "points", "grade", "since", "from_day",
    "to_day", "version",
)  # fmt: skip
_OTHERWISE: Columns = {
    "Only in": lambda r: "the clean world" if r["world"] == "clean" else "this world",
    "What": lambda r: r["where"].replace("_", " ").replace(".", " > "),
    "Says": lambda r: ", ".join(
        f"{name} {_short(value) if ID.fullmatch(str(value)) else value}"
        for name in _SHOWN_OF_ROWS
        if (value := r["row"].get(name)) not in (None, "")
    ),
}
# Kind of item -> code list and key that say what it is called.
_KINDS_OF_ITEM = {
    "basic": ("lists", "list"),
    "entry": ("lists", "list"),
    "measure": ("measures", "measure"),
}
_PUBLISHED: Columns = {
    "At": "holder",
    "Shown": lambda r: _title(*_KINDS_OF_ITEM[r["item_kind"]], r["item"]),
    "Because": lambda r: _words(r["reason"]),
    **_SINCE,
}
_HELD: Mapping[str, Columns] = {
    "facts": {
        "Fact": lambda r: _words(r["property"]) + ("" if r["won"] else " (outvoted)"),
        "Value": _value,
        **_RECORD,
    },
    "events": {
        "Event": lambda r: _words(r["event_kind"]),
        "Ground": _ground,
        "Day": "event_day",
        **_RECORD,
    },
    "links": _LINK | _RECORD,
    "shown_by": _COPY | {"List": "list"} | _SINCE | _UNTIL | _ENTRY,
    "measures": {
        "Measure": _measure,
        "Through": "through",
        **_SINCE,
        **_UNTIL,
        **_TAKEN,
    },
    "scores": {
        "Score": lambda r: _title("keepers", "keeper", r["keeper"]),
        "Points": _number("points"),
        "Grade": "grade",
        **_SINCE,
    },
}


def _print_rows(out: Console, rows: Sequence[Item], columns: Columns, most: int = MOST) -> None:
    """Rows as a table under its headings; columns with nothing in them are left out."""
    if not rows:
        return
    most += len(rows) == most + 1  # a last one takes no more room than the line that counts it
    shown = [[_cell(row, says) for says in columns.values()] for row in rows[:most]]
    used = [n for n in range(len(columns)) if any(row[n] for row in shown)]
    table = plain_table()
    texts = [[list(columns)[n], *(row[n] for row in shown)] for n in used]
    for (heading, *cells), width in zip(texts, _widths(texts, out.width), strict=True):
        number = all(cell.replace(",", "").isdigit() for cell in cells)
        justify = "right" if number else "left"
        table.add_column(heading, overflow="fold", width=width, justify=justify)
    for row in shown:
        table.add_row(*(Text(row[n]) for n in used))
    out.print()
    out.print(table)
    if len(rows) > most:
        out.print(f"… and {len(rows) - most} more (--json has them)", style="dim")
    ways = [row["path"].split(">") for row in rows[:most] if "path" in row]
    if who := who_is_who(holder for way in ways for holder in way):
        out.print(Text(who), style="dim")


def _widths(columns: Sequence[Sequence[str]], width: int) -> list[int]:
    """How wide each column is printed: as its longest text, the widest giving way while there is no room.

    None becomes narrower than `narrowest` lets it, and so ids stay whole.
    """
    room = width - 2 * (len(columns) - 1)
    least = [min(one, WORD) for one in narrowest(columns, room)]
    return shrunk([max(map(cell_len, column)) for column in columns], least, room)


def _cell(row: Item, says: Says) -> str:
    value = row[says] if isinstance(says, str) else says(row)
    return str(value or "")
