"""Who there is: the numbers that all tables of the world are built from.

Three kinds of subject, each numbered from 0 within its kind: firms, bodies, people. What is kept
here are whole arrays of small integers; text is made from them later, block by block.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sources.world import divisions, names
from sources.world.columns import rank_within
from sources.world.days import DAY0, OPEN, Days, number, years
from sources.world.draws import Ints, Stream

Flags = NDArray[np.bool_]
TODAY = number(DAY0)

_NUMBERED = 99_999  # organisation codes PDY00001 to PDY99999, for worlds that need no more
_FIRMS_NUMBERED = 80_000  # the first of these are firms', the rest bodies'
_FIRMS_MOST = 25_000_000
_BODIES_MOST = 3_000_000

# Year of foundation -> weight; the last is the window of deliveries. Young firms are the many.
_FOUNDED = {
    **dict.fromkeys(range(1995, 2000), 4),
    **dict.fromkeys(range(2000, 2005), 8),
    **dict.fromkeys(range(2005, 2010), 14),
    **dict.fromkeys(range(2010, 2014), 30),
    **dict.fromkeys(range(2014, 2019), 60),
    **dict.fromkeys(range(2019, 2024), 90),
    2024: 42,
}
_HOUSEHOLD_PER_MILLION = 180_000
_FOREIGN_PER_MILLION = 20_000
# One firm in five ends on some day of twelve years: about 1.5 % a year.
_ENDING_PER_MILLION = 200_000
_ENDS_FROM, _ENDS_TO = number(date(2017, 1, 1)), number(date(2029, 1, 1))


@dataclass(frozen=True)
class Firms:
    """Enterprises: companies and individual household businesses."""

    place: Ints  # index into divisions
    trade: Ints  # index into trades
    household: Flags  # type 2 of department 9
    foreign: Flags  # foreign-invested: first digit 4 of the old registration number
    born: Days
    ended: Days  # OPEN if not by the end of the window
    org_number: Ints  # for schemas.identifiers.org_body


@dataclass(frozen=True)
class BodyType:
    """A kind of public body: who registers it and how its name ends."""

    kind: str
    department: str  # department and type of the USCC, GB 32100-2015
    weight: int
    endings: tuple[str, ...]
    registrar: str
    trade: str


BUREAUS = (
    "财政局", "教育局", "交通运输局", "住房建设局", "农业农村局", "卫生健康局", "文化旅游局",
    "审计局", "统计局", "水利局", "林业局", "民政局", "司法局", "应急管理局", "市场监督管理局",
    "人力资源局",
)  # fmt: skip

BODY_TYPES = (
    BodyType("government_body", "11", 18, BUREAUS, "机构编制委员会办公室", "S91"),
    BodyType("government_body", "12", 16, ("小学", "医院", "图书馆"), "事业单位登记局", "S91"),
    BodyType("government_body", "N2", 16, ("村股份经济合作社",), "农业农村局", "S91"),
    BodyType("social_organisation", "51", 20, ("行业协会", "商会"), "民政局", "S95"),
    BodyType("social_organisation", "52", 14, ("养老服务中心", "托育中心"), "民政局", "S95"),
    BodyType("social_organisation", "53", 4, ("公益基金会",), "民政局", "S95"),
    BodyType("social_organisation", "81", 12, ("工会委员会",), "总工会", "S95"),
)  # fmt: skip


@dataclass(frozen=True)
class Bodies:
    """Social organisations and government bodies."""

    place: Ints
    type: Ints  # index into BODY_TYPES
    rank: Ints  # within place and type
    born: Days
    org_number: Ints


# A household's people in order: head, spouse, child, second child, elder.
HEAD, SPOUSE, CHILD, CHILD2, ELDER = range(5)


@dataclass(frozen=True)
class Template:
    """A shape of household, how common, and how old its head is on day 0 (years)."""

    weight: int
    roles: tuple[int, ...]
    youngest: int
    oldest: int


TEMPLATES = (
    Template(34, (HEAD,), 18, 90),
    Template(20, (HEAD, SPOUSE), 24, 85),
    Template(22, (HEAD, SPOUSE, CHILD), 27, 62),
    Template(9, (HEAD, SPOUSE, CHILD, CHILD2), 32, 60),
    Template(6, (HEAD, CHILD), 27, 60),
    Template(6, (HEAD, SPOUSE, CHILD, ELDER), 28, 55),
    Template(3, (HEAD, ELDER), 26, 55),
)
_SHAPE = len(TEMPLATES)


@dataclass(frozen=True)
class People:
    """Residents, household after household."""

    household: Ints  # number of the household; consecutive
    role: Ints
    template: Ints
    place: Ints  # where they live
    birthplace: Ints  # whose code begins the resident number
    born: Days
    ended: Days
    male: Flags
    sequence: Ints  # last three digits before the check
    surname: Ints  # index into names.SURNAMES

    def role_in_household(self, role: int) -> Ints:
        """For each person, the number of whoever has that role in the household, or -1."""
        homes = int(self.household[-1]) + 1 if self.household.size else 0
        found = np.full(homes, -1, dtype=np.int64)
        here = np.flatnonzero(self.role == role)
        found[self.household[here]] = here
        return found[self.household]


@dataclass(frozen=True)
class Population:
    """Everyone of a world.

    Subjects are numbered from 1: firms, then bodies, then people.
    """

    seed: int
    end: int  # first day after the window
    firms: Firms
    bodies: Bodies
    people: People

    @property
    def first_body(self) -> int:
        """Subject number of the first body."""
        return 1 + self.firms.born.size

    @property
    def first_person(self) -> int:
        """Subject number of the first person."""
        return self.first_body + self.bodies.born.size


def populate(
    seed: int, enterprises: int, residents: int, end: int, adults_alone: bool = False
) -> Population:
    """Draw everyone.

    Args:
        enterprises: how many there are, those that have ended among them.
        end: first day after the window, in days since 1970-01-01.
        adults_alone: whether `residents` counts those alone who are of age on day 0.

    Raises:
        ValueError: if there are more enterprises than organisation codes.
    """
    bodies = max(len(BODY_TYPES) + len(BUREAUS), enterprises * 3 // 100)
    if enterprises > _FIRMS_MOST or bodies > _BODIES_MOST:
        raise ValueError(
            f"{enterprises:,} enterprises were asked for; synthetic organisation codes last for "
            f"{_FIRMS_MOST:,}."
        )
    roomy = enterprises > _FIRMS_NUMBERED or bodies > _NUMBERED - _FIRMS_NUMBERED
    return Population(
        seed=seed,
        end=end,
        firms=_firms(seed, enterprises, end, _FIRMS_MOST if roomy else _FIRMS_NUMBERED),
        bodies=_bodies(
            seed,
            bodies,
            _FIRMS_MOST if roomy else _FIRMS_NUMBERED,
            _BODIES_MOST if roomy else _NUMBERED - _FIRMS_NUMBERED,
        ),
        people=_people(seed, _residents(seed, residents) if adults_alone else residents, end),
    )


def _firms(seed: int, n: int, end: int, codes: int) -> Firms:
    rows = np.arange(n)

    def stream(column: str) -> Stream:
        return Stream(seed, f"firms.{column}")

    founded = np.array([number(date(year, 1, 1)) for year in _FOUNDED])
    bucket = stream("founded.year").choice(rows, [*_FOUNDED.values()])
    span = np.append(np.diff(founded), max(end - TODAY, 1))
    born = founded[bucket] + stream("founded.day").below(rows, span[bucket])
    earliest = np.maximum(born + 180, _ENDS_FROM)
    last = np.maximum(earliest + 1, _ENDS_TO)
    ends = stream("ending").per_million(rows, _ENDING_PER_MILLION)
    ended = np.where(ends, stream("ending.day").between(rows, earliest, last), OPEN)
    trade = stream("trade").choice(rows, [trade.weight for trade in names.trades()])
    household = stream("household").per_million(rows, _HOUSEHOLD_PER_MILLION)
    return Firms(
        place=stream("place").choice(rows, divisions.load().weights),
        trade=trade,
        household=household,
        foreign=stream("foreign").per_million(rows, _FOREIGN_PER_MILLION) & ~household,
        born=born,
        ended=np.where(ended < end, ended, OPEN),
        org_number=1 + stream("org_number").permute(rows, codes),
    )


def _bodies(seed: int, n: int, codes_before: int, codes: int) -> Bodies:
    rows = np.arange(n)
    place = Stream(seed, "bodies.place").choice(rows, divisions.load().weights)
    kind = Stream(seed, "bodies.type").choice(rows, [one.weight for one in BODY_TYPES])
    return Bodies(
        place=place,
        type=kind,
        rank=rank_within(place * len(BODY_TYPES) + kind),
        born=Stream(seed, "bodies.born").between(
            rows, number(date(1985, 1, 1)), number(date(2022, 1, 1))
        ),
        org_number=1 + codes_before + Stream(seed, "bodies.org_number").permute(rows, codes),
    )


def _households(seed: int, residents: int) -> tuple[Ints, Ints, Ints]:
    """Household, template and role of each resident, household after household."""
    sizes = np.array([len(template.roles) for template in TEMPLATES])
    homes = np.arange(residents)  # no household is empty, so there are at most as many
    template = Stream(seed, "homes.template").choice(homes, [t.weight for t in TEMPLATES])
    up_to = np.cumsum(sizes[template])
    template = template[: int(np.searchsorted(up_to, residents)) + 1]
    household = np.repeat(np.arange(template.size), sizes[template])[:residents]
    shape = template[household]
    slot = np.arange(residents) - (up_to[household] - sizes[shape])
    roles = np.zeros((_SHAPE, sizes.max()), dtype=np.int64)
    for i, one in enumerate(TEMPLATES):
        roles[i, : len(one.roles)] = one.roles
    return household, shape, roles[shape, slot]


def _residents(seed: int, adults: int) -> int:
    """How many residents, household after household, so many adults are among."""
    enough = 2 * adults  # nowhere are there more children than adults, who come first
    ages = _ages(seed, *_households(seed, enough))
    return int(np.searchsorted(np.cumsum(ages >= years(18)), adults)) + 1


def _people(seed: int, n: int, end: int) -> People:
    rows = np.arange(n)
    household, template, role = _households(seed, n)

    def stream(column: str) -> Stream:
        return Stream(seed, f"people.{column}")

    age = _ages(seed, household, template, role)
    # couples are a man and a woman here, the man being the head; all else is drawn
    couple = np.array([SPOUSE in one.roles for one in TEMPLATES])[template]
    male = stream("male").per_million(rows, 500_000)
    male = np.where(couple & (role == HEAD), True, male) & ~(role == SPOUSE)
    place = Stream(seed, "homes.place").choice(household, divisions.load().weights)
    moved = stream("moved_here").per_million(rows, 120_000) & (role != CHILD) & (role != CHILD2)
    elsewhere = stream("birthplace").choice(rows, divisions.load().weights)
    birthplace = np.where(moved, elsewhere, place)
    born = TODAY - age
    # of those over 72, about 4 % die in a year
    dies = stream("dies").per_million(rows, 250_000) & (age > years(72))
    death = np.where(dies, TODAY + stream("death.day").below(rows, 6 * 365), OPEN)
    # children bear the head's name, and so does his or her father
    family = ((role != SPOUSE) & (role != ELDER)) | ((role == ELDER) & male)
    surname = np.where(
        family,
        names.surnames(seed, household, "family"),
        names.surnames(seed, rows, "own"),
    )
    return People(
        household=household,
        role=role,
        template=template,
        place=place,
        birthplace=birthplace,
        born=born,
        ended=np.where(death < end, death, OPEN),
        male=male,
        sequence=_sequences(seed, birthplace, born, male),
        surname=surname,
    )


def _ages(seed: int, household: Ints, template: Ints, role: Ints) -> Days:
    """Age on day 0 in days, from the head's; parents are at least 18 years older than children."""
    youngest = years(np.array([one.youngest for one in TEMPLATES]))[template]
    oldest = years(np.array([one.oldest for one in TEMPLATES]))[template]
    head = Stream(seed, "homes.head_age").between(household, youngest, oldest)

    def drawn(column: str, low: int, high: int) -> Days:
        return Stream(seed, f"homes.{column}").between(household, years(low), years(high))

    just_three = years(3) + Stream(seed, "homes.youngest").below(household, 300)
    child = np.maximum(head - drawn("child_gap", 21, 32), just_three)
    second = np.maximum(child - drawn("second_gap", 2, 5), just_three)
    spouse = np.maximum(head + drawn("spouse_gap", -3, 5), years(20))
    elder = np.minimum(head + drawn("elder_gap", 20, 33), years(90))
    return np.choose(role, (head, spouse, child, second, elder))


def _sequences(seed: int, birthplace: Ints, born: Days, male: Flags) -> Ints:
    """Three digits that tell people of one birthplace, birthday and sex apart; odd for men."""
    same = (birthplace << 33) + (born << 1) + male
    rank = rank_within(same)
    if rank.size and rank.max() >= 500:
        raise ValueError("More than 500 residents share birthplace, birthday and sex.")
    begin = Stream(seed, "people.sequence").below(same, 500)
    # 137 has no divisor in common with 500, so ranks up to 500 give different numbers
    return (begin + rank * 137) % 500 * 2 + male
