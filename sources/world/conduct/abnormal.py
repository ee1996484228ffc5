"""Enterprises on the list of abnormal operations, from the day they are put on it to the day out.

An annual report is due by the end of June; who has not published one is listed in July. Whoever is
still listed after three years moves to the list of serious violations (Interim Regulation on
Enterprise Information Publicity, 2014), which is the lists' business, not the world's.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa

from sources.world import divisions
from sources.world.columns import pick
from sources.world.conduct import acts as conduct
from sources.world.days import CONDUCT_BEGINS, OPEN, Days, number, workdays_after, year_of
from sources.world.draws import Ints, Stream
from sources.world.population import Population

KIND = "abnormal"
_STAYS = (60, 25, 15)  # weights: out within two years, after three to six, never


def generate(population: Population) -> Iterator[pa.Table]:
    """The rows of this kind."""
    seed = population.seed
    acts = conduct.draw(population, KIND, conduct.rates(KIND))
    july = np.array([number(date(year, 7, 1)) for year in conduct.years_of(population)])
    late = july[year_of(acts.day) - CONDUCT_BEGINS.year] + Stream(seed, f"{KIND}.july").below(
        acts.key, 14
    )
    overdue = conduct.ground_drawn(population, KIND, acts.key) == 0  # the first is a report missing
    acts = acts.on(np.where(overdue, late, acts.day))
    acts = conduct.present(population, acts)
    stays = Stream(seed, f"{KIND}.stays").choice(acts.key, _STAYS)
    soon = 20 + Stream(seed, f"{KIND}.soon").skewed(acts.key, 700)
    long = 1_100 + Stream(seed, f"{KIND}.long").below(acts.key, 1_100)
    out = np.choose(stays, (acts.day + soon, acts.day + long, np.full(len(acts), OPEN)))
    # an enterprise that is no more is taken off with the rest of its record
    out = np.minimum(out, population.firms.ended[acts.index])
    held_from = workdays_after(acts.day, 7)
    keep = first_of_overlapping(acts.subject_no, acts.day, out) & (held_from < out)
    acts, out, held_from = acts.take(keep), out[keep], held_from[keep]
    yield from conduct.rows(
        KIND,
        acts,
        ground=conduct.grounds(population, KIND, acts.key),
        document_no=conduct.numbered(
            pick(divisions.load().short, acts.place), "市监列异", acts.place, acts.day
        ),
        held_from=held_from,
        held_to=conduct.known(out, population),
        office=conduct.place_names(acts.place, "市场监督管理局"),
    )


def first_of_overlapping(subject: Ints, begins: Days, ends: Days) -> np.ndarray:
    """True for spells that begin when no earlier kept spell of the same subject still runs."""
    order = np.lexsort((np.arange(subject.size), begins, subject))
    kept = np.ones(subject.size, dtype=bool)
    while True:
        left = order[kept[order]]
        clash = np.r_[
            False,
            (subject[left][1:] == subject[left][:-1]) & (begins[left][1:] < ends[left][:-1]),
        ]
        # drop only the first of a run of clashes: the next may not clash with what is left
        clash[1:] &= ~clash[:-1]
        if not clash.any():
            return kept
        kept[left[clash]] = False
