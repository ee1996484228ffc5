"""The three states of a replay, each a database: clean, faulty and corrected.

The clean state is read from the base and never recomputed, unless another policy or level of
joining is asked for than the base was built with. The others are rebuilt from edited landing
folders.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.build import build
from pipelines.engine.databases import opened
from pipelines.home import Home
from pipelines.landing.decisions import Decided
from pipelines.places import Place
from pipelines.replay.plan.case import plan_case, rows_of_states
from pipelines.replay.plan.edits import Edit, RowOrFile, apply, decided_after
from pipelines.replay.plan.faults import FaultSpec, Landed, Registered
from pipelines.replay.plan.mishaps import rows_of
from pipelines.replay.recompute.levels import level, said_by
from schemas.contract import feeds
from schemas.progress import Progress


@dataclass(frozen=True)
class States:
    """Three databases over one horizon."""

    # `clean`, `faulty`: database files.
    clean: Path
    faulty: Path
    corrected: Path | None  # likewise; None if no correction was asked for
    seconds: dict[str, float] = field(default_factory=dict)  # state -> seconds its rebuilding took


def rebuild_states(
    clean: Path,
    landing: Place,
    edits: Sequence[Edit],
    workdir: Path,
    progress: Progress | None = None,
    faulty: Path | None = None,
) -> States:
    """Rebuild what an edit means, from the first file to the last table.

    Args:
        clean: a database built from `landing` as it stands; the other states are joined as far, and
            with the same numbers in their network.
        edits: one for each fault.
        workdir: where the edited folders, their logs and the databases go.
        faulty: the faulty state, if it is there already.
    """
    said = said_by(clean)
    seconds: dict[str, float] = {}

    def rebuilt(
        state: str, folder: Path, mishaps: Sequence[Mapping[str, Any]], decided: Sequence[Decided]
    ) -> Path:
        start = time.perf_counter()
        target = workdir / f"{state}.duckdb"

        def tell(label: str, done: int, total: int) -> None:
            if progress:
                progress(f"{state}: {label}", done, total)

        build(
            folder,
            target,
            join=said.join,
            policy=said.policy,
            tier=said.tier,
            mishaps=mishaps,
            decided=decided,
            progress=tell,
            checks=False,
            described=False,
        )
        seconds[state] = round(time.perf_counter() - start, 3)
        return target

    def edited(state: str, rows: Sequence[RowOrFile]) -> Path:
        folder = workdir / state / "landing"
        apply(rows, landing, folder, feeds(), workdir / state / "log", said.decided)
        decided = decided_after(said.decided, rows, folder)
        database = rebuilt(state, folder, rows_of(rows), decided)
        shutil.rmtree(folder)
        return database

    workdir.mkdir(parents=True, exist_ok=True)
    wrong, fixed = rows_of_states(edits)
    faulty = faulty or edited("faulty", wrong)
    corrected = None if fixed is None else edited("corrected", fixed)
    return States(clean, faulty, corrected, seconds)


@contextmanager
def rebuilt(
    home: Home,
    specs: Sequence[FaultSpec],
    join: str | None = None,
    policy: Mapping[str, str] | None = None,
    workdir: Path | None = None,
    progress: Progress | None = None,
    remedied: Callable[[States, Path, Sequence[Edit]], tuple[Edit, ...]] | None = None,
) -> Iterator[tuple[tuple[Edit, ...], States]]:
    """The edits of some faults and the states they lead to, everything rebuilt from edited files.

    Args:
        home: with a finished build.
        join, policy: see `pipelines.replay.recompute.levels.level`.
        workdir: where the states are kept; None: in a temporary folder that goes away.
        remedied: gives the edits with what is done about them, once their states are there; those are
            then rebuilt.
    """
    landing = home.delivered()
    clean = level(home, join, policy, progress)
    with opened(base=clean) as db:  # until the end: a remedy plans anew, and faults draw from it
        all_feeds = feeds()
        landed, others = Landed(db, "base", all_feeds), Registered(db, "base", all_feeds)
        landed.see_as_landed(landing)
        edits = plan_case(landed, others, landing, specs)
        folder = workdir or Path(tempfile.mkdtemp(prefix=".replay-", dir=home.kept))
        try:
            states = rebuild_states(clean, landing, edits, folder, progress)
            if remedied is not None:
                edits = remedied(states, landing, edits)
                again = folder / "remedied"
                states = rebuild_states(clean, landing, edits, again, progress, states.faulty)
            yield edits, states
        finally:
            if workdir is None:
                shutil.rmtree(folder, ignore_errors=True)
