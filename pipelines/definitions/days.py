"""The one partitioning: the day a delivery is published."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import dagster as dg

from pipelines.landing import read_manifest

FIRST = date(2024, 1, 1)  # day 0 of every world
LAST = FIRST + timedelta(days=3 * 366 - 1)  # three years of deliveries are the most a window holds

days = dg.DailyPartitionsDefinition(
    start_date=FIRST.isoformat(), end_date=(LAST + timedelta(days=1)).isoformat()
)


def last_partition(landing: Path) -> str:
    """The partition that takes in all of a landing folder.

    Raises:
        LandingError: if there is no such folder, or nothing in it.
    """
    last = date.fromisoformat(str(read_manifest(landing)["last_day"]))
    return min(max(last, FIRST), LAST).isoformat()


def day_asked_for(run: dg.DagsterRun) -> date | None:
    """The day up to which a run takes deliveries in: of a range, its last; None if it names none."""
    end = run.tags.get("dagster/asset_partition_range_end") or run.tags.get("dagster/partition")
    return date.fromisoformat(end) if end else None
