"""Unpaid bills of the utility companies: one row for each month in arrears.

The bill of a month (`detail`, YYYY-MM) falls due on the 20th of the next and is in arrears from the
21st; the company's monthly file holds it from the first of the month after that until it is paid.
All months of one spell are paid together.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from sources.world.columns import glue, padded, pick, plain
from sources.world.conduct import acts as conduct
from sources.world.days import OPEN, first_of_month, month_of, year_of
from sources.world.draws import Stream
from sources.world.population import Population

KIND = "utility_arrears"
# Ground -> (weight, company, letter of its account numbers).
SERVICES = {
    "electricity_arrears": (45, "供电公司", "D"),
    "water_arrears": (25, "自来水公司", "S"),
    "gas_arrears": (18, "燃气公司", "Q"),
    "heating_arrears": (12, "热力公司", "R"),
}
_MONTHS = (45, 22, 12, 7, 4, 3, 2, 1, 1, 1, 1, 1)  # weights of 1, 2 ... 12 months
_NEVER_PER_MILLION = 60_000


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    seed = population.seed
    spells = conduct.draw(population, KIND, conduct.rates(KIND))
    months = 1 + Stream(seed, f"{KIND}.months").choice(spells.key, _MONTHS)
    service = Stream(seed, f"{KIND}.service").choice(
        spells.key, [weight for weight, *_ in SERVICES.values()]
    )
    settled = first_of_month(spells.day, months + 1) + 8
    paid = settled + Stream(seed, f"{KIND}.paid").below(spells.key, 20)
    never = Stream(seed, f"{KIND}.never").per_million(spells.key, _NEVER_PER_MILLION)
    paid = np.where(never, OPEN, paid)

    spell = np.repeat(np.arange(len(spells)), months)
    month = np.arange(spell.size) - np.repeat(np.cumsum(months) - months, months)
    billed = first_of_month(spells.day[spell], month)
    due = first_of_month(billed, 1) + 19
    arrears = replace(
        spells.take(spell),
        key=conduct.part_key(spells.key[spell], month, len(_MONTHS)),
        day=due + 1,
    )
    # one account, one bill a month: where two spells meet, the first has it
    bill = (arrears.subject_no * len(SERVICES) + service[spell]) * 100_000 + (
        year_of(billed) * 12 + month_of(billed)
    )
    once = np.zeros(spell.size, dtype=bool)
    once[np.unique(bill, return_index=True)[1]] = True
    keep = once & np.isin(arrears.key, conduct.present(population, arrears).key)
    order = np.flatnonzero(keep)
    order = order[np.lexsort((arrears.key[order], arrears.day[order]))]
    arrears, spell, billed, due = arrears.take(order), spell[order], billed[order], due[order]

    firm = arrears.group == conduct.FIRM
    most = np.where(firm, 20_000, 600)
    amount = np.where(firm, 300, 40) + Stream(seed, f"{KIND}.amount").skewed(arrears.key, most)
    year, in_year = plain(year_of(billed)), padded(month_of(billed), 2)
    companies = [company for _, company, _ in SERVICES.values()]
    letters = [letter for *_, letter in SERVICES.values()]
    account = glue(pick(letters, service[spell]), padded(arrears.subject_no, 9))
    yield from conduct.rows(
        KIND,
        arrears,
        ground=pick([*SERVICES], service[spell]),
        amount_yuan=amount,
        document_no=glue(account, "-", year, in_year),
        due=due,
        held_from=first_of_month(billed, 2),
        held_to=conduct.known(paid[spell], population),
        office=glue(conduct.city_names(arrears.place), pick(companies, service[spell])),
        detail=glue(year, "-", in_year),
    )
