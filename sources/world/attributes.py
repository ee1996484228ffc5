"""`world.attributes`: what may change about a subject, each property a partition of its life.

A property's first value holds from the day the subject was born or founded, its last until the day
it ended, or still. An enterprise that is deregistered has no status from that day on: it is the
register that goes on showing it, as deregistered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sources.world import divisions, names
from sources.world.columns import blocks, flags, glue, pick, rank_within, table
from sources.world.days import OPEN, Days
from sources.world.draws import Ints, Stream
from sources.world.population import BODY_TYPES, BUREAUS, Population

MOST_SPELLS = 4  # values a property takes, or holders a post has, in one life

# property -> (least days between changes, about one change in so many days)
CHANGES = {
    "firm.name": (400, 60_000),
    "firm.address": (200, 24_000),
    "firm.phone": (100, 12_000),
    "firm.status": (900, 120_000),  # revoked: enterprises that stay without filing anything
    "person.name": (7_000, 2_000_000),
    "person.address": (7_000, 60_000),
    "person.phone": (3_000, 20_000),
}
STATUS = ("1", "3")  # normal, revoked; 4, deregistered, is the register's to write


class Spells(NamedTuple):
    """Consecutive stretches of many lives."""

    position: Ints  # which life
    turn: Ints  # number of the stretch in that life, from 0
    begins: Days
    ends: Days  # first day after, or OPEN

    def __len__(self) -> int:
        return self.position.size

    def sliced(self, part: slice) -> Spells:
        """Some of the stretches."""
        return Spells(*(column[part] for column in self))


def spells(
    stream: Stream,
    keys: Ints,
    first: Days,
    ended: Days,
    end: int,
    change: tuple[int, int],
    most: int = MOST_SPELLS,
) -> Spells:
    """Cut each life [first, ended) into stretches.

    A stretch lasts the change's least days and a draw below its spread more, so that in the long
    run about one in `spread` ends each day. Changes on or after day `end` are not known yet.

    Args:
        keys: row number of each life in `stream`.
        first, ended: days; `ended` may be OPEN.
        end: first day after the window.
        change: least days and spread.
        most: most stretches in a life.
    """
    least, spread = change
    parts: list[Spells] = []
    here, start = np.arange(keys.size), first
    for turn in range(most):
        after = start + least + stream.below(keys[here] * most + turn, spread)
        last = (after >= np.minimum(ended[here], end)) | (turn == most - 1)
        number = np.full(here.size, turn)
        parts.append(Spells(here, number, start, np.where(last, ended[here], after)))
        here, start = here[~last], after[~last]
    return Spells(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def generate(population: Population) -> Iterator[pa.Table]:
    """The table, in blocks: firms, then bodies, then people."""
    yield from _firm_names(population)
    yield from _firms(population)
    yield from _bodies(population)
    yield from _people(population)


def _rows(numbers: Ints, prop: str, held: Spells, values: pa.Array | str) -> pa.Table:
    return table(
        "attributes",
        len(held),
        subject_no=numbers,
        property=prop,
        value=values,
        valid_from=held.begins,
        valid_to=held.ends,
    )


Life = tuple[Ints, Days, Days]  # row numbers, first days, days of the end


def _cut(
    population: Population, what: str, life: Life, most: int = MOST_SPELLS
) -> tuple[Spells, Ints, Ints]:
    """The stretches of one of `CHANGES` in each life, whose they are by row, and a key of each."""
    stream = Stream(population.seed, f"attributes.{what}")
    held = spells(stream, *life, population.end, CHANGES[what], most)
    row = life[0][held.position]
    return held, row, row * MOST_SPELLS + held.turn


def _whole(rows: Ints, born: Days, ended: Days) -> Spells:
    """Each life in one stretch."""
    return Spells(np.arange(rows.size), np.zeros_like(rows), born, ended)


def _firm_names(population: Population) -> Iterator[pa.Table]:
    """Names, whose brand is unique over all names there ever were in the place and trade."""
    firms, seed = population.firms, population.seed
    life = np.arange(firms.born.size), firms.born, firms.ended
    held, _, _ = _cut(population, "firm.name", life)
    # first names first, then later ones by the day they were taken: a longer window adds at the end
    taken = np.lexsort((held.position, np.where(held.turn == 0, 0, held.begins), held.turn > 0))
    held = Spells(*(column[taken] for column in held))
    group = firms.place * len(names.trades()) + firms.trade
    rank = rank_within(group[held.position])
    for part in blocks(len(held)):
        now = held.sliced(part)
        firm = now.position
        key = firm * MOST_SPELLS + now.turn
        of_firm = firms.place[firm], firms.trade[firm], firms.household[firm]
        yield _rows(firm + 1, "name", now, names.enterprise_names(seed, key, rank[part], *of_firm))


def _firms(population: Population) -> Iterator[pa.Table]:
    firms, seed = population.firms, population.seed
    scopes = [trade.scope for trade in names.trades()]
    for part in blocks(firms.born.size):
        rows = np.arange(part.start, part.stop)
        life = rows, firms.born[part], firms.ended[part]
        held, firm, key = _cut(population, "firm.address", life)
        at = names.addresses(seed, key, firms.place[firm], home=False)
        yield _rows(firm + 1, "address", held, at)
        held, firm, key = _cut(population, "firm.phone", life)
        yield _rows(firm + 1, "phone", held, names.phones(seed, key, "firm"))
        held, firm, _ = _cut(population, "firm.status", life, len(STATUS))
        yield _rows(firm + 1, "status", held, pick(STATUS, held.turn))
        yield _rows(rows + 1, "scope", _whole(*life), pick(scopes, firms.trade[part]))


def body_names(population: Population, rows: Ints) -> pa.Array:
    """Names of bodies; a place has one bureau of each kind, all else bears a brand."""
    bodies, where = population.bodies, divisions.load()
    kind, rank, place = bodies.type[rows], bodies.rank[rows], bodies.place[rows]
    organ = np.array([one.department == "11" for one in BODY_TYPES])[kind]
    bureau = organ & (rank < len(BUREAUS))
    group = place * len(BODY_TYPES) + kind
    brand = names.brands(population.seed, rank, group + (1 << 20))  # apart from firms' groups
    endings: list[str] = []
    starts = []
    for one in BODY_TYPES:
        starts.append(len(endings))
        endings.extend(one.endings)
    sizes = np.array([len(one.endings) for one in BODY_TYPES])
    drawn = Stream(population.seed, "names.body.ending").below(rows, sizes[kind])
    ending = np.array(starts)[kind] + np.where(bureau, rank, drawn)
    # organs beyond the sixteen bureaus are sub-district offices
    ending = np.where(organ & ~bureau, len(endings), ending)
    nameless = pick([""], np.zeros_like(rows))
    return glue(
        pick(where.names, place),
        pc.if_else(flags(bureau), nameless, brand),
        pick([*endings, "街道办事处"], ending),
    )


def _bodies(population: Population) -> Iterator[pa.Table]:
    bodies, seed = population.bodies, population.seed
    for part in blocks(bodies.born.size):
        rows = np.arange(part.start, part.stop)
        numbers = rows + population.first_body
        whole = _whole(rows, bodies.born[part], np.full(rows.size, OPEN))
        yield _rows(numbers, "name", whole, body_names(population, rows))
        at = names.addresses(seed, rows + (1 << 40), bodies.place[part], home=False)
        yield _rows(numbers, "address", whole, at)
        yield _rows(numbers, "phone", whole, names.phones(seed, rows, "body"))
        yield _rows(numbers, "status", whole, STATUS[0])


def _people(population: Population) -> Iterator[pa.Table]:
    people, seed, first = population.people, population.seed, population.first_person
    for part in blocks(people.born.size):
        life = np.arange(part.start, part.stop), people.born[part], people.ended[part]
        held, person, key = _cut(population, "person.name", life)
        called = names.person_names(seed, key, people.surname[person], people.male[person])
        yield _rows(person + first, "name", held, called)
        held, person, key = _cut(population, "person.address", life)
        # a household lives together until one of them moves out
        home = np.where(held.turn == 0, people.household[person] + (1 << 40), key)
        at = names.addresses(seed, home, people.place[person], home=True)
        yield _rows(person + first, "address", held, at)
        held, person, key = _cut(population, "person.phone", life)
        yield _rows(person + first, "phone", held, names.phones(seed, key, "person"))
