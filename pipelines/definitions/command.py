"""The job `build`, run by the command line in its own process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.build import Progress
from pipelines.definitions.caller import CALLER, Caller
from pipelines.definitions.days import last_partition
from pipelines.definitions.everything import defs
from pipelines.definitions.forgetful import forgetful_instance
from pipelines.definitions.laboratory import Laboratory
from pipelines.storage import Home


def run_build(
    *,
    home: Home,
    landing: Path,
    join: str = "full",
    engine: str = "duckdb",
    policy: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    command: Sequence[str] = ("build",),
) -> dict[str, Any]:
    """Run the job `build` in this process; whoever calls holds the home's lock.

    Returns:
        database, join, tables, rows by stage and sentences about it.

    Raises:
        ValueError: what stopped the run, in one sentence, as the step that failed said it.
        KeyboardInterrupt: if the user did.
    """
    lab = Laboratory(
        home=str(home.path),
        landing="" if landing == home.landing else str(landing),
        join=join,
        engine=engine,
        policy=dict(policy or {}),
    )
    caller = CALLER.set(
        Caller(tuple(command) or ("build",), holds_lock=True, watches=False, progress=progress)
    )
    try:
        with forgetful_instance() as instance:
            result = defs.resolve_job_def("build").execute_in_process(
                instance=instance,
                partition_key=last_partition(landing),
                resources={"lab": lab},
                # What goes wrong is raised, and said once.
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
    except dg.DagsterExecutionInterruptedError:
        raise KeyboardInterrupt from None
    finally:
        CALLER.reset(caller)
    rows: dict[str, int] = {}
    for event in result.get_asset_materialization_events():
        made = event.step_materialization_data.materialization
        count = made.metadata.get("dagster/row_count")
        if count is not None:
            rows[".".join(made.asset_key.path)] = int(count.value)
    stages: Counter[str] = Counter()
    for name, count in rows.items():
        stages[name.split(".")[0]] += count
    return {
        "database": str(home.database() if engine == "duckdb" else home.path / "spark"),
        "join": join,
        "tables": len(rows),
        "rows": dict(stages),
        "summary": [f"{stage}: {count:,} rows" for stage, count in stages.items()],
    }
