"""The outcome of one case: its reach, what remains after the correction, and what it rests on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pipelines.engine.databases import Databases, opened
from pipelines.replay.compare.diff import About, Difference, about, differences, nothing
from pipelines.replay.compare.evidence import Evidence, look_up
from pipelines.replay.compare.exposure import in_both_states
from pipelines.replay.compare.passage import Passage, TwoDatabases, passage
from pipelines.replay.compare.remaining import Remaining, remaining_after
from pipelines.replay.compare.sides import as_sides
from pipelines.replay.compare.words import Words, words
from pipelines.replay.plan.edits import Edit
from pipelines.replay.recompute.base import models_of
from pipelines.replay.recompute.states import States
from schemas.contract import feeds as all_feeds


@dataclass(frozen=True)
class Outcome:
    """What one case, a fault or several at once, was found to do."""

    edits: tuple[Edit, ...]
    faulty: Difference  # the reach: clean against faulty
    remaining: Remaining | None  # what is left after the correction; None if there was none
    words: Words
    # What each wrong cell rests on, down to file and line, if it was asked for.
    evidence: Evidence | None = None
    # How far it got, and which gates kept something back, if it was asked for.
    passage: Passage = Passage()

    @cached_property
    def exposure(self) -> dict[str, Any]:
        """What could have been seen and was seen, see `exposure.in_both_states`."""
        then = None if self.remaining is None else self.remaining.difference
        return in_both_states(self.faulty, then)

    @property
    def fault_day(self) -> date:
        """The day on which the first fault is published."""
        return min(edit.struck.day for edit in self.edits)


def followed(
    db: Databases, about: About, cases: Sequence[Sequence[Edit]]
) -> tuple[list[Difference], list[Remaining | None]]:
    """The reach of each case, and what is left of it after its correction (None without one).

    Args:
        db: with both sides of the comparison; of the n-th case universe 2n is the faulty state and
            2n + 1 the corrected one.
        about: what is known of the clean state.
    """
    none = nothing(about)
    differs = defaultdict(lambda: none, differences(db, about))
    corrected = {2 * n + 1: edits for n, edits in enumerate(cases)}
    remaining = remaining_after(db, {u: differs[u] for u in corrected}, corrected)
    numbers = range(len(cases))
    return [differs[2 * n] for n in numbers], [remaining.get(2 * n + 1) for n in numbers]


def of_states(states: States, edits: Sequence[Edit], paths: bool) -> Outcome:
    """The reach and what is left of it, read from the three states; if asked, its evidence."""
    files = {"clean": states.clean, "faulty": states.faulty}
    if states.corrected is not None:
        files["corrected"] = states.corrected
    with opened(**files) as db:
        as_sides(db, "clean", dict(enumerate(list(files)[1:])))
        (difference,), (remaining,) = followed(db, about(db, "clean", "faulty"), [edits])
        subjects = difference.subjects()
        if remaining is not None:
            subjects |= remaining.difference.subjects()
        called = words(db, tuple(files), sorted(subjects))
        evidence = look_up(db, difference, remaining) if paths else None
        way = passage(
            edits,
            all_feeds(),
            models_of(states.clean),
            TwoDatabases(db, "clean", "faulty"),
            None if remaining is None else TwoDatabases(db, "clean", "corrected"),
            reached=difference.differs,
        )
        return Outcome(tuple(edits), difference, remaining, called, evidence, way)
