"""`world.links`: who is tied to whom, and from when to when.

Few people and firms have many links, most have few. Whoever leads, directs or owns a firm is drawn
from the adults of its division, so that links and places hang together. A link's number is made of
the rows it was drawn for, so that a longer window or one more firm renumbers none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sources.world import divisions
from sources.world.attributes import MOST_SPELLS, spells
from sources.world.columns import blocks, table
from sources.world.days import OPEN, Days, years
from sources.world.draws import Ints, Stream
from sources.world.platforms import on_messaging_platform
from sources.world.population import (
    CHILD,
    CHILD2,
    ELDER,
    HEAD,
    SPOUSE,
    TODAY,
    Flags,
    Population,
)

KINDS = (
    "legal_representative",  # a person -> b enterprise or body; exactly one a day
    "director",  # a person -> b company
    "shareholder",  # a person or enterprise -> b company; shares sum to 1000 a day
    "business_partner",  # a, b enterprises, a the smaller number
    "parent_child",  # a parent -> b child
    "employment",  # a person -> b enterprise
    "friend",  # a, b members of the messaging platform, a the smaller number
)
_NUMBERS = 1_000_000_000  # numbers a kind of link has to itself
_BODY_NUMBERS = 500_000_000  # from here on those of bodies' representatives

_ADULT = years(18)
_LEADER_AGES = years(22), years(68)  # on day 0, of those who lead or own firms
_WORKING_AGES = years(18), years(62)
_POST_CHANGES = (120, 16_000)  # a legal representative: about 2 % a year
_SHARE_CHANGES = (300, 40_000)
_JOB_CHANGES = (200, 5_000)
_MOST_JOBS = 3

_DIRECTORS = (66, 14, 10, 6, 4)  # weights of 0, 1, 2 ... directors of a company
_OWNERS = (0, 52, 28, 13, 7)  # the same of owners
_PARTNERS = (62, 22, 9, 4, 2, 1)  # the same of partners a firm itself goes to look for
_FRIENDS = (30, 40, 20, 10)  # the same of friends a member himself goes to look for
_NEAR = 40  # how many members next to him they are drawn from
_SEATS = 10  # people round one firm who are surely different: owners and their successors
_OWNER_LEADS_PER_MILLION = 700_000
_FIRM_OWNS_PER_MILLION = 60_000
_BUSY_PER_MILLION = 200_000  # posts that go to the one in fifty who takes on many
_EMPLOYED_PER_MILLION = 560_000
_PARTED_PER_MILLION = 150_000


@dataclass(frozen=True)
class Tie:
    """Links of one kind as parallel arrays."""

    number: Ints
    a: Ints
    b: Ints
    begins: Days
    ends: Days
    share: Ints | None = None

    def where(self, keep: Flags) -> Tie:
        """Some of them."""
        columns = vars(self).items()
        return Tie(**{name: None if column is None else column[keep] for name, column in columns})


class Roster:
    """People or firms in order of place and first day, to choose among those there by a day.

    After the last place comes one more, `everywhere`, in which all of them stand once again.
    """

    def __init__(self, who: Ints, place: Ints, first: Days) -> None:
        self.everywhere = len(divisions.load())
        self._base = int(first.min(initial=0))
        self._span = 200_000  # days; more than lie between any two first days
        since = first - self._base
        key = np.concatenate((place, np.full(place.size, self.everywhere))) * self._span
        key += np.concatenate((since, since))
        order = np.argsort(key, kind="stable")
        self.who = np.concatenate((who, who))[order]
        self._keys = key[order]
        self._starts = np.searchsorted(self._keys, np.arange(self.everywhere + 1) * self._span)

    def there(self, place: Ints, day: Days) -> tuple[Ints, Ints]:
        """Where the place's stretch of `who` begins, and how many of it were there by each day."""
        key = place * self._span + np.clip(day - self._base, -1, self._span - 1)
        start = self._starts[place]
        return start, np.searchsorted(self._keys, key, side="right") - start

    def peopled(self, place: Ints, day: Days) -> Ints:
        """The place, or `everywhere` if nobody was there yet by the day."""
        return np.where(self.there(place, day)[1] > 0, place, self.everywhere)


def _offset(seed: int, stream: str, rows: Ints, count: Ints) -> Ints:
    """A number below each count; a fifth of all fall on every fiftieth number."""
    few = (count + 49) // 50
    busy = Stream(seed, f"{stream}.busy").per_million(rows, _BUSY_PER_MILLION)
    drawn = Stream(seed, f"{stream}.who").below(rows, np.where(busy, few, count))
    return np.where(busy, drawn * 50, drawn)


def generate(population: Population) -> Iterator[pa.Table]:
    """The table, in blocks, one kind of link after the other."""
    firms, bodies, people = population.firms, population.bodies, population.people
    age = TODAY - people.born
    fit = np.flatnonzero((age >= _LEADER_AGES[0]) & (age < _LEADER_AGES[1]))
    adults = Roster(fit, people.place[fit], people.born[fit] + _ADULT)
    led, seats = _leaders(population, "firm", adults, firms.place, firms.born, firms.ended, 1)
    still = np.full(bodies.born.size, OPEN)
    bodies_led, _ = _leaders(
        population, "body", adults, bodies.place, bodies.born, still, population.first_body
    )
    yield from _rows("legal_representative", led)
    yield from _rows("legal_representative", bodies_led, _BODY_NUMBERS)
    yield from _rows("director", _directors(population, adults, seats))
    yield from _rows("shareholder", _shareholders(population, adults, seats))
    yield from _rows("business_partner", _partners(population))
    yield from _rows("parent_child", _parents(population))
    yield from _rows("employment", _employment(population))
    yield from _rows("friend", _friends(population))


def _rows(kind: str, tie: Tie, offset: int = 0) -> Iterator[pa.Table]:
    for part in blocks(tie.number.size):
        yield table(
            "links",
            part.stop - part.start,
            link_no=tie.number[part] + (KINDS.index(kind) + 1) * _NUMBERS + offset,
            link_kind=kind,
            a_no=tie.a[part],
            b_no=tie.b[part],
            share_permille=None if tie.share is None else tie.share[part],
            valid_from=tie.begins[part],
            valid_to=tie.ends[part],
        )


def _leaders(
    population: Population,
    what: str,
    adults: Roster,
    place: Ints,
    born: Days,
    ended: Days,
    first_no: int,
) -> tuple[Tie, Ints]:
    """The legal representatives, and where in the roster each organisation's first one stands."""
    stream = f"links.legal_representative.{what}"
    rows = np.arange(born.size)
    held = spells(Stream(population.seed, stream), rows, born, ended, population.end, _POST_CHANGES)
    key = held.position * MOST_SPELLS + held.turn
    leader = np.empty_like(key)  # offset into the place's stretch of the roster
    latest = np.empty_like(rows)
    home = adults.peopled(place, born)
    start, count = adults.there(home[held.position], held.begins)
    if (count < 1).any():
        raise ValueError("There are too few residents: somebody must lead each enterprise.")
    for turn in range(MOST_SPELLS):
        now = np.flatnonzero(held.turn == turn)
        drawn = _offset(population.seed, stream, key[now], count[now])
        if turn:  # the successor is somebody else, wherever there is anybody else
            others = np.maximum(count[now] - 1, 1)
            drawn = (latest[held.position[now]] + 1 + drawn % others) % count[now]
        leader[now] = drawn
        latest[held.position[now]] = drawn
    tie = Tie(
        number=key,
        a=adults.who[start + leader] + population.first_person,
        b=held.position + first_no,
        begins=held.begins,
        ends=held.ends,
    )
    return tie, leader[: rows.size]


class _Circle:
    """People round each company: seat 0 is its first leader, no two seats hold the same person."""

    def __init__(self, population: Population, adults: Roster, leader: Ints, purpose: str) -> None:
        firms = population.firms
        self._adults, self._leader = adults, leader
        home = adults.peopled(firms.place, firms.born)
        self._start, self._count = adults.there(home, firms.born)
        self._step = 1 + Stream(population.seed, f"links.{purpose}.step").below(
            np.arange(firms.born.size), np.maximum(self._count // _SEATS, 1)
        )

    def sit(self, firm: Ints, seat: Ints) -> tuple[Ints, Flags]:
        """Who sits there, and whether the place has people enough for that seat."""
        count, step = self._count[firm], self._step[firm]
        offset = (self._leader[firm] + seat * step) % count
        return self._adults.who[self._start[firm] + offset], seat * step < count


def _unfolded(counts: Ints) -> tuple[Ints, Ints]:
    """For each of `counts[i]` things of row i: the row, and which of its things it is."""
    row = np.repeat(np.arange(counts.size), counts)
    return row, np.arange(row.size) - np.repeat(np.cumsum(counts) - counts, counts)


def _directors(population: Population, adults: Roster, leader: Ints) -> Tie:
    firms, seed = population.firms, population.seed
    drawn = Stream(seed, "links.director.count").choice(np.arange(firms.born.size), _DIRECTORS)
    firm, which = _unfolded(np.where(firms.household, 0, drawn))
    person, room = _Circle(population, adults, leader, "director").sit(firm, which + 1)
    return Tie(
        number=firm * _SEATS + which,
        a=person + population.first_person,
        b=firm + 1,
        begins=firms.born[firm],
        ends=firms.ended[firm],
    ).where(room)


def _shareholders(population: Population, adults: Roster, leader: Ints) -> Tie:
    """Owners, their shares summing to 1000 on each day of a company's life."""
    firms, seed = population.firms, population.seed
    rows = np.arange(firms.born.size)
    counts = Stream(seed, "links.shareholder.count").choice(rows, _OWNERS)
    circle = _Circle(population, adults, leader, "shareholder")
    # a place too small for so many owners makes do with the leader
    outsiders = ~Stream(seed, "links.shareholder.leads").per_million(rows, _OWNER_LEADS_PER_MILLION)
    _, room = circle.sit(rows, counts + outsiders)
    counts = np.where(firms.household, 0, np.where(room, counts, 1))
    outsiders &= room
    firm, which = _unfolded(counts)
    key = firm * _SEATS + which
    weight = 1 + Stream(seed, "links.shareholder.weight").below(key, 9)
    total = np.bincount(firm, weight, minlength=rows.size).astype(np.int64)
    share = weight * 1000 // total[firm]
    short = 1000 - np.bincount(firm, share, minlength=rows.size).astype(np.int64)
    share += np.where(which == 0, short[firm], 0)
    # the last of several owners may be a firm founded earlier; it keeps what it has
    owner_firm, elder = _earlier_firm(population, firm, key)
    corporate = (
        (which > 0)
        & (which == counts[firm] - 1)
        & elder
        & Stream(seed, "links.shareholder.firm").per_million(key, _FIRM_OWNS_PER_MILLION)
    )
    held = spells(
        Stream(seed, "links.shareholder.sold"),
        key,
        firms.born[firm],
        firms.ended[firm],
        population.end,
        _SHARE_CHANGES,
        most=2,
    )
    row = held.position
    held_by_firm = corporate[row]
    seat = which[row] + outsiders[firm[row]] + held.turn * (_SEATS // 2)
    person, _ = circle.sit(firm[row], seat)
    return Tie(
        number=key[row] * 2 + held.turn,
        a=np.where(held_by_firm, owner_firm[row] + 1, person + population.first_person),
        b=firm[row] + 1,
        begins=held.begins,
        ends=np.where(held_by_firm, firms.ended[firm[row]], held.ends),
        share=share[row],
    ).where(~(held_by_firm & (held.turn > 0)))


def _earlier_firm(population: Population, firm: Ints, key: Ints) -> tuple[Ints, Flags]:
    """A company for each row that was founded before the row's firm and outlives it, if found."""
    firms = population.firms
    other = Stream(population.seed, "links.shareholder.which_firm").below(key, firms.born.size)
    return other, (
        (firms.born[other] < firms.born[firm])
        & (firms.ended[other] >= firms.ended[firm])
        & ~firms.household[other]
    )


def _partners(population: Population) -> Tie:
    firms, seed = population.firms, population.seed
    n = firms.born.size
    counts = Stream(seed, "links.business_partner.count").choice(np.arange(n), _PARTNERS)
    firm, which = _unfolded(counts)
    key = firm * _SEATS + which
    # a few hubs are everybody's partner
    other = Stream(seed, "links.business_partner.hub").permute(
        Stream(seed, "links.business_partner.who").skewed(key, n), n
    )
    a, b = np.minimum(firm, other), np.maximum(firm, other)
    wait = 1 + Stream(seed, "links.business_partner.wait").skewed(key, 2_000)
    begins = np.maximum(firms.born[a], firms.born[b]) + wait
    parts = Stream(seed, "links.business_partner.parted").per_million(key, _PARTED_PER_MILLION)
    stays = 200 + Stream(seed, "links.business_partner.stays").below(key, 2_000)
    ends = np.minimum(firms.ended[a], firms.ended[b])
    parted = np.where(parts, begins + stays, OPEN)
    ends = np.where(parted < population.end, np.minimum(ends, parted), ends)
    keep = _new_pairs(a, b) & (begins < ends) & (begins < population.end)
    return Tie(key, a + 1, b + 1, begins, ends).where(keep)


def _new_pairs(a: Ints, b: Ints) -> Flags:
    """Which rows are the first to name two, and not one with himself."""
    once = np.zeros(a.size, dtype=bool)
    pair = a * (b.max(initial=0) + 1) + b
    once[np.unique(pair, return_index=True)[1]] = True
    return once & (a != b)


def _parents(population: Population) -> Tie:
    """Head and spouse are the parents of the children, the elder is the head's parent."""
    people, first = population.people, population.first_person
    children = np.flatnonzero((people.role == CHILD) | (people.role == CHILD2))
    elders = np.flatnonzero(people.role == ELDER)
    head, spouse = people.role_in_household(HEAD), people.role_in_household(SPOUSE)
    parent = np.concatenate((head[children], spouse[children], elders))
    child = np.concatenate((children, children, head[elders]))
    number = np.concatenate((children * 3, children * 3 + 1, head[elders] * 3 + 2))
    keep = parent >= 0
    parent, child, number = parent[keep], child[keep], number[keep]
    return Tie(
        number=number,
        a=parent + first,
        b=child + first,
        begins=people.born[child],
        ends=np.minimum(people.ended[parent], people.ended[child]),
    )


def _employment(population: Population) -> Tie:
    firms, people, seed = population.firms, population.people, population.seed
    rows = np.arange(people.born.size)
    age = TODAY - people.born
    works = Stream(seed, "links.employment.works").per_million(rows, _EMPLOYED_PER_MILLION)
    person = np.flatnonzero(works & (age >= _WORKING_AGES[0]) & (age < _WORKING_AGES[1]))
    began = TODAY + 300 - Stream(seed, "links.employment.began").below(person, 4_500)
    began = np.maximum(began, people.born[person] + _ADULT)
    hired = began < population.end
    person, began = person[hired], began[hired]
    still = np.full(person.size, OPEN)
    stream = Stream(seed, "links.employment.changes")
    held = spells(stream, person, began, still, population.end, _JOB_CHANGES, _MOST_JOBS)
    who = person[held.position]
    key = who * _MOST_JOBS + held.turn
    employers = Roster(np.arange(firms.born.size), firms.place, firms.born)
    where = employers.peopled(people.place[who], held.begins)
    start, count = employers.there(where, held.begins)
    # where there is no firm yet at all, the first to come is taken and dropped below
    firm = employers.who[start + _offset(seed, "links.employment", key, np.maximum(count, 1))]
    tie = Tie(
        number=key,
        a=who + population.first_person,
        b=firm + 1,
        begins=held.begins,
        ends=np.minimum(held.ends, firms.ended[firm]),
    )
    return tie.where((tie.begins < tie.ends) & (firms.born[firm] <= tie.begins))


def _friends(population: Population) -> Tie:
    """Members of the messaging platform who send each other money; drawn from those who live near."""
    people, seed = population.people, population.seed
    joined = on_messaging_platform(population)
    near = joined[np.argsort(people.place[joined], kind="stable")]
    position, which = _unfolded(Stream(seed, "links.friend.count").choice(near, _FRIENDS))
    key = near[position] * len(_FRIENDS) + which
    step = 1 + Stream(seed, "links.friend.who").below(key, _NEAR)
    one, other = near[position], near[(position + step) % near.size]
    a, b = np.minimum(one, other), np.maximum(one, other)
    wait = 1 + Stream(seed, "links.friend.wait").below(key, 2_500)
    begins = np.maximum(people.born[a], people.born[b]) + _ADULT + wait
    ends = np.minimum(people.ended[a], people.ended[b])
    keep = _new_pairs(a, b) & (begins < ends) & (begins < population.end)
    first = population.first_person
    return Tie(key, a + first, b + first, begins, ends).where(keep)
