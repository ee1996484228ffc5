"""`world.conduct`: what subjects did that somebody wrote down, one module a kind.

What the columns hold that are not the same in every kind:

| kind | office | detail | due |
|---|---|---|---|
| judgment_default | court | number of the judgment | |
| penalty | `city` or `county` | bureau | |
| licence | `city` | bureau | valid until |
| abnormal | market regulator of the place | | |
| tax_violation, tax_a_class | tax office | the year, A-class only | |
| loan, loan_overdue | bank | number of the loan, overdue only | end of the loan |
| utility_arrears | company | month billed, YYYY-MM | day the bill was due |
| platform_payment, platform_late | payments platform | | |
| volunteering | volunteer centre | hours | |
| honour | city office | | |
| wallet_payment, wallet_late | messaging platform | | |

`severity` is always that of the ground in the code list `grounds`. How many acts a year there are for
100,000 subjects of a group stands in `rates.csv` (of licences before those in counties are left out, of
arrears in spells, on platforms for 100,000 users), how often each ground is in `grounds.csv`, and which
bureau fines it how much in `fines.csv`.
"""

from collections.abc import Iterator
from importlib import import_module

import pyarrow as pa

from sources.world.conduct.acts import KINDS
from sources.world.population import Population


def generate(population: Population) -> Iterator[pa.Table]:
    """The table, in blocks, one kind after the other."""
    for kind in KINDS:
        yield from import_module(f"{__name__}.{kind}").generate(population)
