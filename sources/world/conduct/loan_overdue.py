"""Loans whose instalments are overdue; `detail` is the number of the loan.

In the monthly register from the first of the month after the first missed day to the first of the
month after repayment. What was made good within the month the register never sees.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from sources.world.columns import glue, pick
from sources.world.conduct.acts import city_short, known, present, rows
from sources.world.conduct.loan import LOANS, granted
from sources.world.days import OPEN, first_of_month
from sources.world.draws import Stream
from sources.world.population import Population

KIND = "loan_overdue"
# by stratum of the borrower: those whom other conduct falls on most pay worst
_FAILS_PER_MILLION = np.array([100_000, 420_000, 750_000])
_GROUNDS = [code.removesuffix("_loan") + "_overdue" for code in LOANS]
_LONGEST_WAIT = 1_600  # days from the loan to the first missed instalment
_NEVER_PER_MILLION = 150_000


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    loans, seed = granted(population), population.seed
    acts = loans.acts
    fails = Stream(seed, f"{KIND}.fails").per_million(acts.key, _FAILS_PER_MILLION[acts.level])
    wait = np.minimum(loans.due - acts.day, _LONGEST_WAIT) - 40
    missed = acts.day + 40 + Stream(seed, f"{KIND}.missed").below(acts.key, wait)
    lasts = 15 + Stream(seed, f"{KIND}.lasts").skewed(acts.key, 900, power=3)
    never = Stream(seed, f"{KIND}.never").per_million(acts.key, _NEVER_PER_MILLION)
    repaid = np.where(never, OPEN, missed + lasts)
    held_from = first_of_month(missed, 1)
    held_to = np.where(never, OPEN, first_of_month(np.where(never, missed, repaid), 1))
    late = replace(acts, day=missed)
    # `present` keeps the order of its rows, so a mask over keys brings the other columns along
    keep = fails & (held_from < held_to) & np.isin(late.key, present(population, late).key)
    rows_kept = np.flatnonzero(keep)
    rows_kept = rows_kept[np.lexsort((acts.key[rows_kept], missed[rows_kept]))]
    part = 1 + Stream(seed, f"{KIND}.part").below(acts.key, 12)
    number = pick(loans.number, rows_kept)
    yield from rows(
        KIND,
        late.take(rows_kept),
        ground=pick(_GROUNDS, loans.ground[rows_kept]),
        amount_yuan=(loans.amount_yuan * part // 48)[rows_kept],
        document_no=glue("YQ", number),
        held_from=held_from[rows_kept],
        held_to=known(held_to[rows_kept], population),
        office=glue(city_short(acts.place[rows_kept]), "合作银行"),
        detail=glue("DK", number),
    )
