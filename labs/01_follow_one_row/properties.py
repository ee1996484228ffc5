"""Entries that lists made of other lists, and the lines of files that they rest on in the end."""

from __future__ import annotations

from collections import defaultdict
from random import Random

from pipelines.lab.property import Case, Made, Property, both_of, frame, rows
from pipelines.lab.worlds import Base

FEEDS = (
    "court",
    "city_penalties",
    "county_penalties",
    "payments_platform",
    "abnormal_operations",
    "tax_violations",
    "tax_a_class",
    "honours",
    "central_bank",
    "city_licences",
    "utility_company",
)
ASKED = 120
LINES = " UNION ALL ".join(
    f"SELECT feed, published, file, CAST(line AS INTEGER) AS line, record_id, version FROM landing.{feed}"
    for feed in FEEDS
)


def make(base: Base, draw: Random) -> Made:
    """All entries that rest on events in the end; of those that rest on other entries some are asked."""
    evidence = base.query(
        "SELECT * FROM exchange.evidence WHERE parent_kind IN ('event', 'entry') ORDER BY ALL"
    )
    entries = base.query(
        "SELECT entry_version, list, subject_id, from_day, to_day FROM exchange.entries "
        "WHERE entry_version IN (SELECT entry_version FROM exchange.evidence "
        "WHERE parent_kind IN ('event', 'entry')) ORDER BY ALL"
    )
    lines = base.query(f"SELECT * FROM ({LINES}) ORDER BY ALL")
    derived = sorted({e for e, kind, _ in rows(evidence) if kind == "entry"})
    asked = sorted(draw.sample(derived, min(ASKED, len(derived))))
    parents = defaultdict(list)
    for entry, kind, parent in rows(evidence):
        parents[entry].append((kind, parent))
    first = {}
    for feed, published, file, line, record, version in rows(lines):
        at = (published, file, line)
        if at < first.get((record, version), (at,))[0] or (record, version) not in first:
            first[record, version] = (at, feed, file, line)
    truth = []
    for entry in asked:
        steps, events = _walk(entry, parents)
        truth += [(entry, steps, *first[event][1:]) for event in sorted(events)]
    return Made(
        {
            "asked": frame([(entry,) for entry in asked], ["entry_version"]),
            "entries": entries,
            "evidence": evidence,
            "lines": lines,
        },
        {"rests_on": frame(truth, ["entry_version", "steps", "feed", "file", "line"])},
    )


def _walk(entry: str, parents: dict) -> tuple[int, set[tuple[str, str]]]:
    """How many entries stand one behind the other, and the events at the end."""
    steps, events, now = 0, set(), {entry}
    while now:
        steps += 1
        found = {parent for one in now for parent in parents[one]}
        events |= {tuple(parent.split(":")) for kind, parent in found if kind == "event"}
        now = {parent for kind, parent in found if kind == "entry"}
    return steps, events


def _by_entry(frame_, *columns: str) -> dict[str, set]:  # noqa: ANN001
    found = defaultdict(set)
    for entry, *rest in rows(frame_, "entry_version", *columns):
        found[entry].add(tuple(rest))
    return found


def _follows(least_steps: int):  # noqa: ANN202 - a measure
    def measure(case: Case) -> tuple[int, int]:
        wanted = _by_entry(case.truth["rests_on"], "feed", "file", "line")
        steps = {e: n for e, n in rows(case.truth["rests_on"], "entry_version", "steps")}
        had = _by_entry(case.out, "feed", "file", "line")
        asked = [entry for entry in wanted if steps[entry] >= least_steps]
        return sum(had.get(entry) == wanted[entry] for entry in asked), len(asked)

    return measure


def _nothing_else(case: Case) -> tuple[int, int]:
    """Whether each line that is named tells of a record the entry rests on."""
    tells = {
        (f, n): (r, v)
        for f, n, r, v in rows(case.given["lines"], "file", "line", "record_id", "version")
    }
    rests = defaultdict(set)
    for entry, file, line in rows(case.truth["rests_on"], "entry_version", "file", "line"):
        rests[entry].add(tells[file, line])
    named = rows(case.out, "entry_version", "file", "line")
    return sum(tells.get((file, line)) in rests[entry] for entry, file, line in named), len(named)


def _first_delivery(case: Case) -> tuple[int, int]:
    """Of the lines that tell the right record, which are in the first delivery that told it."""
    tells = {
        (f, n): (r, v)
        for f, n, r, v in rows(case.given["lines"], "file", "line", "record_id", "version")
    }
    first = {
        (entry, tells[file, line]): (file, line)
        for entry, file, line in rows(case.truth["rests_on"], "entry_version", "file", "line")
    }
    named = [
        (first[entry, tells.get((file, line))], (file, line))
        for entry, file, line in rows(case.out, "entry_version", "file", "line")
        if (entry, tells.get((file, line))) in first
    ]
    return sum(one == other for one, other in named), len(named)


def _only_asked(case: Case) -> tuple[int, int]:
    return both_of(case.given["asked"]["entry_version"], case.out["entry_version"])


PROPERTIES = [
    Property(
        "follows",
        "of the asked entries are followed to just the lines that they rest on",
        35,
        _follows(0),
    ),
    Property(
        "follows_far",
        "of the asked entries that rest on a list made of a list are followed to their lines",
        15,
        _follows(3),
    ),
    Property(
        "nothing_else",
        "of the lines named tell of a record that the entry rests on",
        15,
        _nothing_else,
    ),
    Property(
        "first_delivery",
        "of the lines named are of the first delivery that told the version",
        15,
        _first_delivery,
    ),
    Property(
        "only_asked", "of the entries asked for or answered are both", 5, _only_asked, public=True
    ),
]
