"""The outcome of one case: its reach, what remains after the correction, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.engine.databases import opened
from pipelines.replay.compare.diff import Difference, compare
from pipelines.replay.compare.evidence import Evidence, look_up
from pipelines.replay.compare.passage import Passage, passage, two_databases
from pipelines.replay.compare.remaining import Remaining, remaining_after
from pipelines.replay.compare.words import Words, words
from pipelines.replay.plan.edits import Edit
from pipelines.replay.recompute.base import models_of
from pipelines.replay.recompute.states import States
from schemas.contract import feeds as all_feeds


@dataclass(frozen=True)
class Outcome:
    """What one case, a fault or several at once, was found to do.

    Attributes:
        edits: what was edited, one a fault.
        faulty: the reach: clean against faulty.
        remaining: what is left after the correction; None if there was none.
        words: what things are called.
        evidence: what each wrong cell rests on, down to file and line, if it was asked for.
        passage: how far it got, and which gates kept something back, if it was asked for.
    """

    edits: tuple[Edit, ...]
    faulty: Difference
    remaining: Remaining | None
    words: Words
    evidence: Evidence | None = None
    passage: Passage = Passage()

    @property
    def fault_day(self) -> date:
        """The day on which the first fault is published."""
        return min(edit.struck.day for edit in self.edits)


def of_states(states: States, edits: Sequence[Edit], paths: bool) -> Outcome:
    """The reach and what is left of it, read from the three states; if asked, its evidence."""
    files = {"clean": states.clean, "faulty": states.faulty}
    if states.corrected is not None:
        files["corrected"] = states.corrected
    with opened(**files) as db:
        difference = compare(db, "clean", "faulty")
        remaining = None
        if states.corrected is not None:
            after = compare(db, "clean", "corrected", whole=difference.whole)
            remaining = remaining_after(db, "clean", "corrected", {None: after}, {None: edits})[
                None
            ]
        subjects = difference.subjects()
        if remaining is not None:
            subjects |= remaining.difference.subjects()
        called = words(db, tuple(files), sorted(subjects))
        evidence = look_up(db, difference, remaining) if paths else None
        way = passage(
            edits,
            all_feeds(),
            models_of(states.clean),
            two_databases(db, "clean", "faulty"),
            None if remaining is None else two_databases(db, "clean", "corrected"),
            reached=difference.differs,
        )
        return Outcome(tuple(edits), difference, remaining, called, evidence, way)
