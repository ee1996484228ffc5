"""What all kinds of conduct share: who acts when, how documents are numbered, how rows are made.

Conduct is drawn act by act, not subject by subject: so many acts a year for a population, and for
each the subject who did it. A small part of everyone does much of what goes wrong, and the same few
in every kind, so that one subject's entries on many lists hang together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from schemas.code_lists import CODES, read_csv
from sources.world import divisions
from sources.world.columns import blocks, glue, pick, plain, rank_within, table, texts
from sources.world.days import (
    CONDUCT_BEGINS,
    OPEN,
    Days,
    day,
    number,
    workdays_after,
    year_of,
    years,
)
from sources.world.draws import Ints, Stream
from sources.world.population import Flags, Population

KINDS = (
    "judgment_default",
    "penalty",
    "licence",
    "abnormal",
    "tax_violation",
    "tax_a_class",
    "loan",
    "loan_overdue",
    "utility_arrears",
    "platform_payment",
    "platform_late",
    "volunteering",
    "honour",
    "wallet_payment",
    "wallet_late",
)
_NUMBERS = 1_000_000_000  # numbers a kind of conduct has to itself
_A_YEAR = 10_000_000  # acts of one group in one year, at most

FIRM, BODY, PERSON = range(3)
GROUPS = ("firm", "body", "person")

# Shares of acts (weights) done by how many of a thousand subjects.
Strata = tuple[tuple[int, int], ...]
TROUBLE: Strata = ((55, 1000), (30, 60), (15, 5))
ANYBODY: Strata = ((1, 1000),)
DEVOTED: Strata = ((40, 1000), (40, 100), (20, 10))


@dataclass(frozen=True)
class Acts:
    """Acts of one kind, in order of day; parallel arrays."""

    key: Ints  # unique in its kind; the row number of further draws
    group: Ints  # FIRM | BODY | PERSON
    index: Ints  # who, within the group
    subject_no: Ints
    place: Ints
    level: Ints  # stratum of the subject; higher are fewer
    day: Days

    def __len__(self) -> int:
        return self.key.size

    def take(self, rows: Ints | Flags) -> Acts:
        """Some of the acts, in the order given."""
        return Acts(*(getattr(self, field.name)[rows] for field in fields(self)))

    def on(self, days: Days) -> Acts:
        """The same acts on other days, put in order again."""
        moved = replace(self, day=days)
        return moved.take(np.lexsort((moved.key, moved.day)))

    @classmethod
    def together(cls, parts: Iterable[Acts]) -> Acts:
        """All acts of the parts, in order."""
        columns = zip(*([getattr(p, f.name) for f in fields(cls)] for p in parts), strict=True)
        acts = cls(*(np.concatenate(column) for column in columns))
        return acts.on(acts.day)


@dataclass(frozen=True)
class Group:
    """The subjects of one group: when they can act, and where."""

    group: int  # FIRM | BODY | PERSON
    first_no: int
    place: Ints
    begins: Days  # founded, or of age
    ends: Days

    def acts(self, key: Ints, index: Ints, day: Days, level: Ints | None = None) -> Acts:
        """Acts of these subjects: of whom, by index, and when."""
        return Acts(
            key=key,
            group=np.full(key.size, self.group),
            index=index,
            subject_no=index + self.first_no,
            place=self.place[index],
            level=np.zeros_like(key) if level is None else level,
            day=day,
        )


def group_of(population: Population, group: int) -> Group:
    """The subjects of a group; people act once they are of age: what a city counts are adults' acts."""
    firms, bodies, people = population.firms, population.bodies, population.people
    if group == FIRM:
        return Group(group, 1, firms.place, firms.born, firms.ended)
    if group == BODY:
        still = np.full(bodies.born.size, OPEN)
        return Group(group, population.first_body, bodies.place, bodies.born, still)
    of_age = people.born + years(18)
    return Group(group, population.first_person, people.place, of_age, people.ended)


def years_of(population: Population) -> range:
    """Calendar years from the beginning of conduct to the end of the window."""
    return range(CONDUCT_BEGINS.year, day(population.end - 1).year + 1)


def act_key(year: ArrayLike, group: ArrayLike, row: ArrayLike) -> Ints:
    """A number for an act that no other act of its kind has."""
    turn = (np.asarray(year, dtype=np.int64) - CONDUCT_BEGINS.year) * len(GROUPS)
    return (turn + group) * _A_YEAR + np.asarray(row, dtype=np.int64)


def part_key(key: Ints, part: Ints, parts: int) -> Ints:
    """A number for each of at most `parts` parts of an act, again none like another."""
    return key + key % _A_YEAR * (parts - 1) + part


def draw(
    population: Population,
    kind: str,
    a_year: Mapping[int, int],
    strata: Strata = TROUBLE,
    character: str = "character",
) -> Acts:
    """Draw the acts of a kind over all years.

    Args:
        kind: names the streams.
        a_year: group -> acts a year for 100,000 subjects, counting those by subjects who are not
            yet or no longer there, which are dropped.
        strata: how unevenly acts fall on subjects.
        character: kinds of one character fall unevenly on the same subjects.
    """
    return Acts.together(
        draw_year(population, kind, group, rate, strata, f"{character}.{GROUPS[group]}", year)
        for group, rate in a_year.items()
        for year in years_of(population)
    )


def draw_year(
    population: Population,
    kind: str,
    group: int,
    rate: int,
    strata: Strata,
    ranks: str,
    year: int,
    among: Ints | None = None,
) -> Acts:
    """The acts of one group in one year.

    Args:
        rate: acts a year for 100,000 subjects.
        ranks: the stream that orders the subjects, first those who act most.
        among: who of the group can act, by index; by default everyone.
    """
    seed = population.seed
    subjects = group_of(population, group)
    n = subjects.place.size if among is None else among.size
    key = act_key(year, group, np.arange(n * rate // 100_000))
    level = Stream(seed, f"{kind}.level").choice(key, [weight for weight, _ in strata])
    pool = np.maximum(n * np.array([per_mille for _, per_mille in strata]) // 1000, 1)
    place_in_order = Stream(seed, f"{kind}.who").below(key, pool[level])
    index = Stream(seed, ranks).permute(place_in_order, n)
    first = number(date(year, 1, 1))
    when = first + Stream(seed, f"{kind}.day").below(key, number(date(year + 1, 1, 1)) - first)
    acts = subjects.acts(key, index if among is None else among[index], when, level)
    return present(population, acts)


def present(population: Population, acts: Acts) -> Acts:
    """Without acts by who is not there on the day, and acts after the window."""
    keep = acts.day < population.end
    for group in range(len(GROUPS)):
        subjects = group_of(population, group)
        here = acts.group == group
        who, when = acts.index[here], acts.day[here]
        keep[here] &= (subjects.begins[who] <= when) & (when < subjects.ends[who])
    return acts.take(keep)


@cache
def severities() -> dict[str, str]:
    """Ground -> severity, from the code list `grounds`."""
    return {row["code"]: row["severity"] for row in read_csv(CODES / "grounds.csv")}


@cache
def rates(kind: str) -> Mapping[int, int]:
    """Group -> acts of the kind a year for 100,000 of the group, from `rates.csv`."""
    rows = read_csv(Path(__file__).with_name("rates.csv"))
    return {GROUPS.index(r["who"]): int(r["a_year"]) for r in rows if r["kind"] == kind}


@cache
def weights(kind: str, who: str = "") -> dict[str, int]:
    """Ground -> how often it is, relative to the kind's others, from `grounds.csv` and in its order.

    Args:
        who: for whom, where that makes a difference.
    """
    rows = read_csv(Path(__file__).with_name("grounds.csv"))
    return {r["ground"]: int(r["weight"]) for r in rows if (r["kind"], r["who"]) == (kind, who)}


def ground_drawn(population: Population, kind: str, keys: Ints, who: str = "") -> Ints:
    """For each act, which of the grounds of `weights` it has."""
    return Stream(population.seed, f"{kind}.ground").choice(keys, [*weights(kind, who).values()])


def grounds(
    population: Population,
    kind: str,
    keys: Ints,
    whose: Ints | None = None,
    names: Sequence[str] = ("",),
) -> pa.Array:
    """A ground for each act.

    Args:
        whose: whom each act is by, as an index into `names`; by default the first.
        names: what `grounds.csv` calls them.
    """
    codes = [code for name in names for code in weights(kind, name)]
    drawn = np.zeros_like(keys)
    start = 0
    for n, name in enumerate(names):
        here = np.full(keys.size, True) if whose is None else whose == n
        drawn[here] = start + ground_drawn(population, kind, keys[here], name)
        start += len(weights(kind, name))
    return pick(codes, drawn)


def serials(offices: Ints, days: Days) -> Ints:
    """Running number, from 1, of each document in its office and year; rows are in order of day."""
    return 1 + rank_within(offices * 10_000 + year_of(days))


def numbered(before: pa.Array, mark: str, offices: Ints, days: Days) -> pa.Array:
    """Document numbers such as 青榆税稽罚〔2023〕12号: issuer, mark, year and running number."""
    year, serial = plain(year_of(days)), plain(serials(offices, days))
    return glue(before, mark + "〔", year, "〕", serial, "号")


def numbered_by_city(acts: Acts, mark: str) -> pa.Array:
    """The numbers of documents that offices of the subjects' cities issued."""
    return numbered(city_short(acts.place), mark, city_index(acts.place), acts.day)


def city_index(place: Ints) -> Ints:
    """The city each place lies in, as the index of the city's first place."""
    cities = divisions.load().cities
    first = np.array([cities.index(city) for city in cities])
    return first[place]


def city_names(place: Ints, ending: str = "") -> pa.Array:
    """Name of the city each place lies in, such as 青榆市."""
    return pick([city + ending for city in divisions.load().cities], place)


def city_short(place: Ints) -> pa.Array:
    """The same without the word for city, such as 青榆."""
    return pick([divisions.short_name(city) for city in divisions.load().cities], place)


def place_names(place: Ints, ending: str = "") -> pa.Array:
    """Name of each place, such as 榆东区."""
    return pick([name + ending for name in divisions.load().names], place)


def known(days: Days, population: Population) -> Days:
    """Days after the window are not known: OPEN."""
    return np.where(days < population.end, days, OPEN)


def rows(
    kind: str,
    acts: Acts,
    *,
    ground: pa.Array,
    document_no: pa.Array,
    held_from: Days | None = None,
    held_to: Days | None = None,
    amount_yuan: Ints | None = None,
    due: Days | None = None,
    office: pa.Array,
    detail: pa.Array | None = None,
) -> Iterator[pa.Table]:
    """The acts as rows of `world.conduct`, in blocks.

    They are published, and so held, seven working days after the decision where nothing else is said.
    """
    coded = ground.dictionary_encode()
    severity = texts([severities()[code] for code in coded.dictionary.to_pylist()])
    whole = table(
        "conduct",
        len(acts),
        conduct_no=acts.key + (KINDS.index(kind) + 1) * _NUMBERS,
        conduct_kind=kind,
        subject_no=acts.subject_no,
        ground=ground,
        severity=severity.take(coded.indices),
        amount_fen=None if amount_yuan is None else amount_yuan * 100,
        document_no=document_no,
        decided=acts.day,
        due=due,
        held_from=workdays_after(acts.day, 7) if held_from is None else held_from,
        held_to=held_to,
        office=office,
        detail=detail,
    )
    for part in blocks(whole.num_rows):
        yield whole.slice(part.start, part.stop - part.start)
