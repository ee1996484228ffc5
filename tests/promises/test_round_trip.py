"""Promise 1: the round trip.

Without dirt, the master database holds exactly what could be known. `tests.naive.knowable` says
what that is, from the world and the delivery calendar alone. Nothing may be missing, nothing extra,
field by field and day by day, for every role that an exact identifier tells. Where only a name or a
masked number is given, how often the right subject is found is counted and printed, as is what the
mode and cadence of each feed hide.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass

import pytest

from tests.naive.database import window
from tests.naive.diary import Run, days_of, differences, join_runs, length, overlap
from tests.naive.knowable import METHODS, Knowable, Said, Tied, read_world
from tests.naive.laws import code_list

TRUST = {row["feed"]: int(row["trust"]) for row in code_list("trust")}
EVENT = "event_kind, ground, severity, amount_yuan, document_no, authority"
DAYS = "event_day, valid_from, valid_to"


@dataclass
class Sides:
    """What could be known, beside a database that was built from the same world's files."""

    knowable: Knowable
    world: object  # conftest.Built
    day0: int
    horizon: int

    def clip(self, runs: list[Run]) -> list[Run]:
        return overlap(runs, [(self.day0, self.horizon)])

    def days(self, columns: str, table: str) -> dict[tuple, list[Run]]:
        rows = self.world.rows(f"SELECT {columns}, from_day, to_day FROM {table}")
        rows = [
            tuple(v.toordinal() if hasattr(v, "toordinal") else v for v in row[:-2]) + row[-2:]
            for row in rows
        ]
        return days_of(rows, self.day0, self.horizon)


@pytest.fixture(scope="module")
def sides(clean) -> Sides:
    with clean.connect() as connection:
        day0, horizon = window(connection)
        (last,) = connection.execute("SELECT last_day FROM codes.run").fetchone()
        world = read_world(connection, clean.world)
    return Sides(Knowable(world, day0, last.toordinal() - day0 + 1), clean, day0, horizon)


def equal(expected: dict, found: dict) -> None:
    """Nothing missing, nothing extra, nothing on another day."""
    expected = {key: runs for key, runs in expected.items() if runs}
    missing, extra = expected.keys() - found.keys(), found.keys() - expected.keys()
    wrong = differences(expected, found)
    count = f"{len(missing)} missing, {len(extra)} extra of {len(expected)}"
    assert not wrong, f"{count}:\n" + "\n".join(wrong)


def add(into: dict[tuple, list[Run]], key: tuple, runs: list[Run]) -> None:
    into[key] = join_runs(into.get(key, []) + runs)


def exact(*schemes: str | None) -> bool:
    return all(scheme in METHODS for scheme in schemes)


def test_events_say_what_was_done(sides: Sides) -> None:
    """Every event any register holds, whoever it is about."""
    expected: dict[tuple, list[Run]] = {}
    for said in sides.knowable.events:
        key = (said.holding.feed, said.holding.record_id, said.scheme, *said.what)
        add(expected, key, sides.clip(sides.knowable.believed(said.holding)))
    found = sides.days(f"feed, record_id, id_scheme, {EVENT}, {DAYS}, details", "conform.events")
    equal(expected, found)


def test_events(sides: Sides) -> None:
    knowable = sides.knowable
    expected: dict[tuple, list[Run]] = {}
    others = set()
    for said in knowable.events:
        holding = said.holding
        if not exact(said.scheme):
            others.add(holding.record_id)
            continue
        who, how = knowable.subject_id(said.subject), METHODS[said.scheme]
        days = knowable.days_known(holding, (said.subject, said.scheme))
        *told, _ = said.what  # its details are part of what is published, see the lists
        add(expected, (who, how, holding.feed, holding.record_id, *told), sides.clip(days))
    columns = f"subject_id, method, feed, record_id, {EVENT}, {DAYS}"
    found = sides.days(columns, "merge.events")
    equal(expected, {key: runs for key, runs in found.items() if key[3] not in others})


def test_links(sides: Sides) -> None:
    knowable = sides.knowable
    expected: dict[tuple, list[Run]] = {}
    others = set()
    for tied in knowable.links:
        holding = tied.holding
        if not exact(tied.a_scheme, tied.b_scheme):
            others.add((tied.kind, holding.record_id))
            continue
        key = (
            tied.kind,
            knowable.subject_id(tied.a),
            knowable.subject_id(tied.b),
            holding.feed,
            holding.record_id,
            tied.valid_from,
            None,
        )
        days = knowable.days_known(holding, (tied.a, tied.a_scheme), (tied.b, tied.b_scheme))
        add(expected, key, sides.clip(days))
    columns = "link_kind, a_id, b_id, feed, record_id, valid_from, valid_to"
    found = sides.days(columns, "merge.links")
    equal(expected, {k: runs for k, runs in found.items() if (k[0], k[4]) not in others})


def test_facts(sides: Sides) -> None:
    """On each day of belief and for each day of validity, who says what, and who is believed first.

    The most trusted wins; among equals what claims to hold since later, then the smaller record.
    """
    knowable = sides.knowable
    expected, found = defaultdict(list), defaultdict(list)
    for said in knowable.facts:
        holding, (prop, value, since) = said.holding, said.what
        place = (TRUST[holding.feed], -since, holding.record_id, value)
        days = knowable.days_known(holding, (said.subject, said.scheme))
        for first, end in sides.clip(days):
            about = (knowable.subject_id(said.subject), prop)
            expected[about].append((first, end, since, sides.horizon, place))
    rows = sides.world.rows(
        "SELECT subject_id, property, record_id, value, rank, won, valid_from, valid_to, "
        "from_day, to_day FROM merge.facts"
    )
    for subject, prop, record, value, rank, won, valid_from, valid_to, from_day, to_day in rows:
        assert won == (rank == 1)
        since = valid_from.toordinal() if valid_from else 0
        until = valid_to.toordinal() if valid_to else sides.horizon
        end = to_day.toordinal() if to_day else sides.horizon
        first = from_day.toordinal()
        found[subject, prop].append((first, end, since, until, (rank, record, value)))
    missing, extra = expected.keys() - found.keys(), found.keys() - expected.keys()
    assert not missing and not extra, f"missing {list(missing)[:3]}, extra {list(extra)[:3]}"
    for about, said in expected.items():
        ours, theirs = cells(said, found[about]), cells(found[about], said)
        for cell, places in ours.items():
            order = [place[-2:] for place in sorted(places)]
            given = sorted(theirs.pop(cell, []))
            assert [rank for rank, *_ in given] == list(range(1, len(order) + 1)), (about, cell)
            assert [(record, value) for _, record, value in given] == order, (about, cell)
        assert not theirs, f"{about}: extra {theirs}"


def cells(rows: list[tuple], others: list[tuple]) -> dict[tuple[int, int], list]:
    """Rows spread over the smallest rectangles of days (belief, validity) that either side cuts."""
    belief = sorted({day for row in rows + others for day in row[:2]})
    validity = sorted({day for row in rows + others for day in row[2:4]})
    spread = defaultdict(list)
    for first, end, since, until, what in rows:
        for b in belief[bisect_right(belief, first) - 1 :]:
            if b >= end:
                break
            for v in validity[bisect_right(validity, since) - 1 :]:
                if v >= until:
                    break
                spread[b, v].append(what)
    return spread


def test_names_and_masked_numbers(sides: Sides, tell) -> None:
    """Precision and recall, in days, of the roles that no exact identifier tells."""
    knowable = sides.knowable
    told: dict[tuple[str, str], list[tuple[int, Said | Tied]]] = defaultdict(list)
    for said in knowable.events:
        if not exact(said.scheme):
            told[said.holding.feed, "subject"].append((said.subject, said))
    for tied in knowable.links:
        if not exact(tied.b_scheme):
            told[tied.holding.feed, f"{tied.kind} b"].append((tied.b, tied))
        assert exact(tied.a_scheme)
    matches = defaultdict(dict)
    for key, runs in sides.days("record_id, role, subject_id", "resolve.matches").items():
        record, role, subject = key
        matches[record, role][subject] = runs
    employers = defaultdict(dict)
    for (record, b), runs in sides.days(
        "record_id, b_id", "merge.links WHERE link_kind = 'employment'"
    ).items():
        employers[record, "b"][b] = runs
    for (feed, role), those in sorted(told.items()):
        right = wrong = possible = 0
        for number, said in those:
            days = sides.clip(knowable.days_known(said.holding, (number, None)))
            possible += length(days)
            ours = employers if role.endswith(" b") else matches
            for subject, runs in ours[said.holding.record_id, role.split()[-1]].items():
                both = length(overlap(sides.clip(knowable.believed(said.holding)), runs))
                if subject == knowable.subject_id(number):
                    right += both
                else:
                    wrong += both
        assert right, f"{feed} {role}: nobody is found"
        precision, recall = right / (right + wrong), right / possible
        tell(
            f"{sides.world.size} seed {sides.world.seed}: {feed} {role}: {len(those)} records, "
            f"precision {precision:.3f}, recall {recall:.3f}"
        )
        assert precision >= 0.9


def test_what_mode_and_cadence_hide(sides: Sides, tell) -> None:
    """Told apart from what is lost: nothing a delivery saw is missing from the database."""
    table = sides.knowable.hidden()
    for feed, row in sorted(table.items()):
        counts = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in row.items())
        tell(f"{sides.world.size} seed {sides.world.seed}: {feed}: {counts}")
        assert row["held"] > row["never_told"]
