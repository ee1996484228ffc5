"""`world.subjects`: one row a subject, with the identifiers it really has."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.identifiers import (
    make_org_code,
    make_registration_no,
    make_resident_no,
    make_tax_no,
    make_uscc,
    org_body,
)
from sources.world import divisions, names
from sources.world.columns import blocks, fixed, flags, glue, padded, pick, table
from sources.world.days import number, yyyymmdd
from sources.world.draws import Stream
from sources.world.population import BODY_TYPES, Population

# From this day a new enterprise's tax number is its USCC (State Council's notice of 2015).
_UNIFIED = number(date(2015, 10, 1))
# Registered capital in units of 10,000 yuan -> weight.
_CAPITAL = {3: 10, 5: 12, 10: 20, 30: 14, 50: 18, 100: 26, 200: 12, 500: 10, 1000: 6, 5000: 2}
_CAPITAL[20_000] = 1
_WAN_IN_FEN = 10_000 * 100


def generate(population: Population) -> Iterator[pa.Table]:
    """The table, in blocks: firms, then bodies, then people."""
    yield from _firms(population)
    yield from _bodies(population)
    yield from _people(population)


def _firms(population: Population) -> Iterator[pa.Table]:
    firms, seed, where = population.firms, population.seed, divisions.load()
    codes = [trade.code for trade in names.trades()]
    registrars = [name + "市场监督管理局" for name in where.names]
    capital = np.array([*_CAPITAL])
    for part in blocks(firms.born.size):
        rows = np.arange(part.start, part.stop)
        place, household = firms.place[part], firms.household[part]
        division = where.numbers[place]
        org_code = make_org_code(org_body(firms.org_number[part]))
        uscc = make_uscc(np.where(household, 92, 91), division, org_code)
        kind = np.where(household, 6, np.where(firms.foreign[part], 4, 1)) * 10_000_000
        sequence = kind + Stream(seed, "firms.registration").permute(rows, 10_000_000)
        own = fixed(uscc)
        tax_no = pc.if_else(
            flags(firms.born[part] < _UNIFIED), fixed(make_tax_no(division, org_code)), own
        )
        worth = capital[Stream(seed, "firms.capital").choice(rows, [*_CAPITAL.values()])]
        yield table(
            "subjects",
            rows.size,
            subject_no=rows + 1,
            kind="enterprise",
            uscc=own,
            org_code=fixed(org_code),
            registration_no=fixed(make_registration_no(division, sequence)),
            tax_no=tax_no,
            division=pick(where.codes, place),
            born=firms.born[part],
            ended=firms.ended[part],
            trade=pick(codes, firms.trade[part]),
            registrar=pick(registrars, place),
            capital_fen=np.where(household, np.minimum(worth, 30), worth) * _WAN_IN_FEN,
            file_no=glue("QY", pick(where.codes, place), padded(rows + 1, 8)),
        )


def _bodies(population: Population) -> Iterator[pa.Table]:
    bodies, where = population.bodies, divisions.load()
    for part in blocks(bodies.born.size):
        rows = np.arange(part.start, part.stop)
        place, kind = bodies.place[part], bodies.type[part]
        org_code = make_org_code(org_body(bodies.org_number[part]))
        department = np.array([one.department for one in BODY_TYPES])[kind]
        yield table(
            "subjects",
            rows.size,
            subject_no=rows + population.first_body,
            kind=pick([one.kind for one in BODY_TYPES], kind),
            uscc=fixed(make_uscc(department, where.numbers[place], org_code)),
            org_code=fixed(org_code),
            division=pick(where.codes, place),
            born=bodies.born[part],
            trade=pick([one.trade for one in BODY_TYPES], kind),
            registrar=glue(
                pick(where.names, place), pick([one.registrar for one in BODY_TYPES], kind)
            ),
            file_no=glue("DW", pick(where.codes, place), padded(rows + 1, 8)),
        )


def _people(population: Population) -> Iterator[pa.Table]:
    people, where = population.people, divisions.load()
    offices = [name + "公安局" for name in where.names]
    for part in blocks(people.born.size):
        rows = np.arange(part.start, part.stop)
        place = people.place[part]
        resident_no = make_resident_no(
            where.numbers[people.birthplace[part]],
            yyyymmdd(people.born[part]),
            people.sequence[part],
        )
        yield table(
            "subjects",
            rows.size,
            subject_no=rows + population.first_person,
            kind="resident",
            resident_no=fixed(resident_no),
            division=pick(where.codes, place),
            born=people.born[part],
            ended=people.ended[part],
            sex=pick(("F", "M"), people.male[part].astype(np.int64)),
            registrar=pick(offices, place),
            file_no=glue("HJ", pick(where.codes, place), padded(rows + 1, 8)),
        )
