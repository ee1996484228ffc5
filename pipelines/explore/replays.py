"""Replays followed on a home, and kept for whoever asks for the same again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipelines.explore.case import Case
from pipelines.explore.laboratory import Laboratory

if TYPE_CHECKING:
    from pipelines.replay import Replay


def follow(laboratory: Laboratory, case: Case, paths: bool = False) -> Replay:
    """A replay; kept for whoever asks for the same again.

    Args:
        paths: whether to look up what each wrong cell rests on, which takes longer than the replay.

    Raises:
        FaultError, EditError, HomeError, NetworkError, NotYet: if it cannot be followed, or not yet.
    """
    from pipelines.replay import replay_on
    from pipelines.replay.plan.case import found_by_the_source
    from pipelines.replay.plan.disputes import Dispute

    def make() -> Replay:
        join = case.scenario.join or laboratory.run["join_level"]
        asked = replace(case.scenario, text=None, join=join)
        with laboratory.universes(asked.join, asked.policy) as universes:
            found = replay_on(universes, laboratory.home, asked, paths)
            specs = asked.faults
            if found.faulty.differs or len(specs) > 1 or not specs[0].drawn:
                return found
            # Drawn as for the command: where a correction that is to come can still be delivered.
            (spec,) = found_by_the_source(specs, asked.remedy)
            drawn = replace(asked, faults=(universes.first_with_effect(spec, followed=1),))
            return replay_on(universes, laboratory.home, drawn, paths)

    found, text = laboratory.kept(("replay", paths, case.means), make), case.scenario.text
    if text is None:
        return found
    name = next((value for name, value in case.pairs if name == "dispute"), None)
    return replace(
        found,
        scenario=replace(found.scenario, text=text),
        dispute=name and Dispute(f"disputes/{name}.json", text),
    )


def at_its_place(case: Case, found: Replay) -> tuple[tuple[str, str], ...]:
    """The names and values that ask for a replay, with the place that was drawn written out.

    With another end, in another network, or among other places it can be drawn from, it is then still the
    same fault. A scenario says its own places.
    """
    from pipelines.replay.plan.faults import PLACE

    if case.saved:
        return case.pairs
    (asked,), (spec,), (edit,) = case.scenario.faults, found.scenario.faults, found.edits
    if edit.feed is not None and (asked.record or asked.delivery):
        return case.pairs
    places = {"feed": spec.feed, "record": edit.struck.record_id, "day": spec.delivery}
    places |= {name: getattr(spec, name) for name in PLACE}
    told = {name: str(value) for name, value in places.items() if value is not None}
    return (*(pair for pair in case.pairs if pair[0] not in told), *told.items())


def told_of(laboratory: Laboratory, case: Case, found: Replay) -> dict[str, Any]:
    """All that is told of a replay, as plain values; kept like the replay."""
    return laboratory.kept(("replay told", case.means, *case.pairs), found.json)
