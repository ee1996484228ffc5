"""Promise 3: evidence.

Every entry, copy, measure and point leads back to at least one file and line, and what stands there
is the record it was made from: the line is read again and its record_id worked out anew.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from tests.naive.database import days, window
from tests.naive.diary import join_runs, length, overlap
from tests.naive.exchange import digest


class Trail:
    """From a thing in the database back to the lines of files it rests on."""

    def __init__(self, world) -> None:
        from schemas.contract import feeds

        self.world, self.feeds = world, feeds()
        self.parents = defaultdict(set)
        for version, kind, parent in world.rows(
            "SELECT entry_version, parent_kind, parent_id FROM exchange.evidence"
        ):
            self.parents[version].add((kind, parent))
        self.entries = {
            version for (version,) in world.rows("SELECT entry_version FROM exchange.entries")
        }
        self.lines = defaultdict(set)
        for feed in {row[0] for row in world.rows("SELECT DISTINCT feed FROM landing.deliveries")}:
            for record, version, file, line in world.rows(
                f"SELECT record_id, version, file, line FROM landing.{feed}"
            ):
                self.lines[record, version].add((feed, file, line))

    def of_entry(self, version: str, seen: frozenset[str] = frozenset()) -> set[tuple]:
        """(feed, file, line) of every record an entry rests on."""
        assert version in self.entries, f"there is no entry {version}"
        assert version not in seen, f"entry {version} rests on itself"
        found = set()
        for kind, parent in self.parents[version]:
            if kind in ("event", "statement", "link"):
                found |= self.of_record(*parent.split(":"))
            else:
                assert kind == "entry"
                found |= self.of_entry(parent, seen | {version})
        assert found, f"entry {version} rests on nothing"
        return found

    def of_record(self, record: str, version: str) -> set[tuple]:
        found = self.lines[record, version]
        assert found, f"record {record}, version {version} stands in no file"
        return {(record, *place) for place in found}

    @cache  # noqa: B019 - one trail a module
    def rows_of(self, feed: str, file: str) -> dict[int, dict]:
        from sources.files import read

        table, _ = read(self.feeds[feed], Path(self.world.landing) / file)
        return {row["line"]: row for row in table.to_pylist()}

    def read_again(self, places: set[tuple]) -> None:
        """Every line is there, and holds the record."""
        for record, feed, file, line in places:
            row = self.rows_of(feed, file).get(line)
            assert row is not None, f"{file} has no line {line}"
            key = [row[name] or "∅" for name in self.feeds[feed].natural_key]
            assert digest(feed, *key) == record, f"{file}:{line} holds another record"


@pytest.fixture(scope="module")
def trail(one_tiny) -> Trail:
    return Trail(one_tiny)


def test_every_entry_leads_to_lines_that_hold_its_records(trail: Trail) -> None:
    assert trail.entries
    places = set()
    for version in trail.entries:
        places |= trail.of_entry(version)
    trail.read_again(places)


def test_every_copy_and_measure_is_of_an_entry(trail: Trail) -> None:
    for table, column in (
        ("exchange.copies", "entry_version"),
        ("consequences.measures", "because_entry_version"),
    ):
        versions = {row[0] for row in trail.world.rows(f"SELECT DISTINCT {column} FROM {table}")}
        assert versions, f"{table} is empty"
        for version in versions:
            assert trail.of_entry(version)


def test_every_point_leads_to_lines(trail: Trail) -> None:
    causes = {row[0] for row in trail.world.rows("SELECT DISTINCT because FROM scores.points")}
    assert {cause.split(":")[0] for cause in causes} == {"entry"}
    places = set()
    for cause in causes:
        places |= trail.of_entry(cause.removeprefix("entry:"))
    trail.read_again(places)


def test_every_link_a_measure_follows_was_told(trail: Trail) -> None:
    """The way from the listed to whoever the measure falls on is a chain of links of records."""
    links = {
        (f"{kind}:a>b", a, b)
        for kind, a, b in trail.world.rows("SELECT DISTINCT link_kind, a_id, b_id FROM merge.links")
    }
    links |= {(step.replace("a>b", "b>a"), b, a) for step, a, b in links}
    links |= {(f"{step}:minor", a, b) for step, a, b in links if step == "parent_child:a>b"}
    rows = trail.world.rows(
        "SELECT DISTINCT link_path, subject_id FROM consequences.measures WHERE link_path <> ''"
    )
    assert rows
    for way, subject in rows:
        steps = way.split()
        ends = [*steps[3::2], subject]
        for step, start, end in zip(steps[::2], steps[1::2], ends, strict=True):
            assert (step, start, end) in links, f"{step} {start} {end}: no record tells of it"


def test_entries_rest_on_evidence_every_day(trail: Trail) -> None:
    """Each day an entry of a list stands, one of its records is believed to be about its subject."""
    with closing(trail.world.connect()) as connection:
        entries = days(connection, "entry_version, subject_id", "lists.entries")
        matched = days(connection, "record_id || ':' || version, subject_id", "resolve.matches")
        whole = [window(connection)]
    for (version, subject), runs in entries.items():
        backed = join_runs(
            run
            for _, parent in trail.parents[version]
            for run in matched.get((parent, subject), ())
        )
        assert length(overlap(runs, backed, whole)) == length(runs), (
            f"{version}: days without evidence"
        )
