"""What stands wrong because of a fault, as those see it who may notice it; and what they then do."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pipelines.engine.databases import Databases, opened
from pipelines.places import Place
from pipelines.replay.compare.diff import CELL, Difference, about, differences, nothing
from pipelines.replay.compare.sides import AFTER, as_sides
from pipelines.replay.plan.case import asked_of_remedy, put_right
from pipelines.replay.plan.edits import Edit
from pipelines.replay.plan.faults import Landed
from pipelines.replay.plan.remedies import COPY, Shown, work_out
from pipelines.replay.recompute.states import States
from schemas.contract import feeds


def shown(db: Databases, differences: Mapping[int, Difference], clean: str) -> dict[int, Shown]:
    """What stands wrong in some universes.

    Args:
        differences: universe -> clean against it.
        clean: name of the database of the clean state.
    """
    cells = [d.lists[list(CELL)].assign(universe=u) for u, d in differences.items()]
    db.put("wrong_cells", pd.concat(cells, ignore_index=True).drop_duplicates())
    copies = db.split(
        db.frame(
            f"""
            WITH struck AS (
                SELECT DISTINCT universe, entry_id FROM {AFTER}.exchange.copies
                INNER JOIN given.wrong_cells USING (universe, holder, list, subject_id)
            )
            SELECT universe, copies.holder, list, subject_id, copies.came_from, entry_id, from_day,
                to_day, coalesce(paths.taken_back, TRUE) AS taken_back,
                paths.distance > 0 AND coalesce(modes.keeps = 'every', FALSE) AS replaces
            FROM {AFTER}.exchange.copies AS copies
            INNER JOIN struck USING (universe, entry_id)
            LEFT JOIN {clean}.exchange.paths AS paths USING (list, path)
            LEFT JOIN {clean}.codes.edge_modes AS modes ON modes.code = paths.mode
            ORDER BY ALL
            """
        )
    )
    none = pd.DataFrame(columns=COPY)
    day0 = db.rows(f"SELECT max(day0) FROM {clean}.codes.run")[0][0]
    return {
        universe: Shown(difference.lists, copies.get(universe, none), day0, difference.horizon)
        for universe, difference in differences.items()
    }


def remedied(
    landed: Landed,
    landing: Place,
    cases: Sequence[Sequence[Edit]],
    name: str,
    stands: Sequence[Shown],
) -> list[tuple[Edit, ...]]:
    """The edits of some cases with what a remedy does about each.

    Args:
        landed, landing: see `put_right`.
        stands: what stands wrong in each before it.
    """
    found = [
        (edits, work_out(name, what, edits[0].struck.spec.seed))
        for edits, what in zip(cases, stands, strict=True)
    ]
    landed.gates.ask(asked for case in found for asked in asked_of_remedy(*case))
    return [put_right(landed, landing, *case) for case in found]


def remedied_states(
    states: States, landing: Place, edits: Sequence[Edit], name: str
) -> tuple[Edit, ...]:
    """The same, where what stands wrong is read from whole databases."""
    files = {"clean": states.clean, "faulty": states.corrected or states.faulty}
    with opened(**files) as db:
        as_sides(db, "clean", {0: "faulty"})
        known = about(db, "clean", "faulty")
        wrong = {0: differences(db, known).get(0) or nothing(known)}
        landed = Landed(db, "clean", feeds())
        return remedied(landed, landing, [edits], name, [shown(db, wrong, "clean")[0]])[0]
