"""Replays without rebuilding: many faults followed at once against one base.

What many cases change is worked out in one pass over the models and compared with the base in one
pass. A case of its own and a case among a thousand give the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

import pandas as pd

from pipelines.replay.compare import diff
from pipelines.replay.compare.diff import Difference, Reached
from pipelines.replay.compare.evidence import Evidence, look_up
from pipelines.replay.compare.noticing import remedied, shown
from pipelines.replay.compare.outcome import Outcome, followed
from pipelines.replay.compare.passage import PLACE, Passage, passage
from pipelines.replay.compare.remaining import Remaining
from pipelines.replay.compare.sides import Sides
from pipelines.replay.compare.words import Words, words
from pipelines.replay.plan.case import rows_of_states
from pipelines.replay.plan.edits import Edit, RowOrFile
from pipelines.replay.plan.faults import FaultSpec
from pipelines.replay.plan.laid_out import LAID_OUT
from pipelines.replay.plan.remedies import Shown
from pipelines.replay.recompute.base import TOLD, Base
from pipelines.replay.recompute.differences import ADDED
from sources.faults import FaultError

MOST_DRAWN = 40  # places drawn at most until a fault changes something


class Universes(Base):
    """A base opened for replays, with which the universes worked out in it are compared."""

    beside: ClassVar[Mapping[str, str]] = {f"{LAID_OUT}.{diff.DAYS_OF_CELLS}": diff.denominators()}

    @cached_property
    def about(self) -> diff.About:
        """What comparisons with the base have in common."""
        return diff.about(self.db, "base")

    @cached_property
    def sides(self) -> Sides:
        """Both sides of the comparisons."""
        return Sides(self.small, self.feeds)

    def follow(
        self, cases: Sequence[Sequence[Edit]], paths: bool = False, telling: bool = False
    ) -> list[Outcome]:
        """Follow some cases, each with one fault or several.

        Args:
            paths: whether to look up the lines that wrong cells rest on.
            telling: whether to find out how far each got, and which gates kept something back.
        """
        self.work_out_cases(cases)
        differs, remaining = followed(self.db, self.about, cases)
        left = [residue.difference for residue in remaining if residue is not None]
        called = self._words([*differs, *left])
        outcomes = []
        for n, (edits, faulty, residue) in enumerate(zip(cases, differs, remaining, strict=True)):
            evidence = self._evidence(n, faulty, residue) if paths else None
            way = self._passage(n, edits, faulty, residue is not None) if telling else Passage()
            outcomes.append(Outcome(tuple(edits), faulty, residue, called, evidence, way))
        return outcomes

    def reach(self, cases: Sequence[Sequence[Edit]]) -> list[Reached]:
        """How far some cases go that are never put right, in numbers alone; quicker than `follow`."""
        self.work_out_cases(cases)
        found = diff.reached(self.db, self.about)
        return [found.get(2 * n, diff.NOTHING_REACHED) for n in range(len(cases))]

    def work_out_cases(self, cases: Sequence[Sequence[Edit]]) -> None:
        """Work out the states of some cases in every table, and make both sides of their comparison.

        Of the n-th case universe 2n is the faulty state and 2n + 1 the corrected one.
        """
        states: dict[int, list[RowOrFile]] = {}
        corrected = False
        for n, edits in enumerate(cases):
            states[2 * n], fixed = rows_of_states(edits)
            if fixed is not None:
                states[2 * n + 1], corrected = fixed, True
        self.work_out(states)
        fed = {edit.feed.name for edits in cases for edit in edits if edit.feed is not None}
        self.sides.fill(fed, corrected)
        self.db.alike = frozenset(set(TOLD) - self.small.moved)

    def follow_one(
        self, specs: Sequence[FaultSpec], remedy: str | None = None, paths: bool = False
    ) -> Outcome:
        """Follow one case, and find out how far it got.

        Args:
            remedy: what is done about it by whoever notices; None: what the faults say.
            paths: whether to look up the lines that wrong cells rest on.

        Raises:
            FaultError: if a fault does not fit.
        """
        edits = self.case(specs)
        if remedy:
            (edits,) = self.put_right([edits], remedy)
        (outcome,) = self.follow([edits], paths=paths, telling=True)
        return outcome

    def put_right(
        self, cases: Sequence[Sequence[Edit]], remedy: str, stands: Sequence[Shown] | None = None
    ) -> list[tuple[Edit, ...]]:
        """The cases with what a remedy does about each, after each has been followed without it.

        Args:
            stands: what stands wrong in each without it, if that is known.
        """
        found = self.stands_wrong(cases) if stands is None else stands
        return remedied(self.landed, self.landing, cases, remedy, found)

    def stands_wrong(self, cases: Sequence[Sequence[Edit]]) -> list[Shown]:
        """What stands wrong in each case, as those see it who may notice it."""
        wrong: dict[int, Difference] = {}  # by universe: the corrected one, where there is one
        for n, outcome in enumerate(self.follow(cases)):
            if outcome.remaining is None:
                wrong[2 * n] = outcome.faulty
            else:
                wrong[2 * n + 1] = outcome.remaining.difference
        return list(shown(self.db, wrong, "base").values()) if wrong else []

    def _passage(self, n: int, edits: Sequence[Edit], faulty: Difference, fixed: bool) -> Passage:
        """How far one case got."""
        return passage(
            edits,
            self.feeds,
            self.models,
            OneUniverse(self, 2 * n),
            OneUniverse(self, 2 * n + 1) if fixed else None,
            reached=faulty.differs,
        )

    def _evidence(self, n: int, faulty: Difference, remaining: Remaining | None) -> Evidence:
        """What the wrong cells of one case rest on, asked of its states as whole databases."""
        states = {"clean": None, "faulty": 2 * n} | ({"corrected": 2 * n + 1} if remaining else {})
        for name, universe in states.items():
            self.small.as_database(name, universe)
        try:
            return look_up(self.db, faulty, remaining)
        finally:
            for name in states:
                self.small.engine.execute(f"DETACH {name}")

    def _words(self, differences: Iterable[Difference]) -> Words:
        subjects = set().union(*(difference.subjects() for difference in differences))
        called = words(self.db, ("base",), sorted(subjects))
        if "resolve.names" not in self.small.moved:
            return called
        new = {
            subject: (name, kind or "")
            for subject, name, kind in self.db.rows(
                "SELECT subject_id, max_by(name, from_day), max_by(subject_kind, from_day) "
                f'FROM changed."resolve.names" WHERE side = {ADDED} GROUP BY subject_id'
            )
        }
        return replace(called, subjects={**new, **called.subjects})

    def first_with_effect(self, spec: FaultSpec, followed: int = 0) -> FaultSpec:
        """The fault at the first place drawn at which it changes something; else at the very first.

        Args:
            followed: at how many places, the first ones, it is known to change nothing: none or one.
        """
        for some in (range(1), range(1, 10), range(10, MOST_DRAWN))[followed:]:
            tried: list[FaultSpec] = []
            cases: list[tuple[Edit, ...]] = []
            for n in some:
                one = replace(spec, passed_over=n)
                try:
                    cases.append(self.case([one]))
                except FaultError:
                    if not n:
                        raise
                    break  # there are no more places
                tried.append(one)
            for one, outcome in zip(tried, self.follow(cases) if cases else (), strict=True):
                if outcome.faulty.differs:
                    return one
        return spec


class OneUniverse:
    """What differs between the base and one universe; see `pipelines.replay.compare.passage.Differing`."""

    def __init__(self, base: Base, universe: int) -> None:
        self.base, self.universe = base, universe

    def rows(self, table: str) -> pd.DataFrame:
        """See `Differing`."""
        return self.base.differing(self.universe, table)

    def tables(self, tables: Sequence[str], but: Collection[str] = PLACE) -> list[str]:
        """See `Differing`."""
        differ = self.base.differing_tables(self.universe, tables, but)
        return [table for table in tables if table in differ]
