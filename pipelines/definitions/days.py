"""The one partitioning: the day a delivery is published.

The days are those of the home's deliveries, whatever the clock of this machine says; a partitioning
of Dagster's own by days would end yesterday.
"""

from datetime import date, timedelta
from pathlib import Path

import dagster as dg

from pipelines.definitions.home import default_home, says_of_itself
from pipelines.home import Home
from pipelines.landing import read_manifest

FIRST, WINDOW = date(2024, 1, 1), 365  # as `islands generate` makes them unless told otherwise


def days_of(home: Home) -> list[str]:
    """Every day of a home's window of deliveries, first to last, as ISO text."""
    said = says_of_itself(home)
    first = date.fromisoformat(str(said.get("day0") or FIRST))
    last = first + timedelta(days=WINDOW - 1)
    if said.get("last_day"):
        last = max(first, date.fromisoformat(str(said["last_day"])))
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


days = dg.StaticPartitionsDefinition(days_of(Home(default_home())))


def last_partition(landing: Path) -> str:
    """The partition that takes in all of a landing folder.

    Raises:
        LandingError: if there is no such folder, or nothing in it.
    """
    return str(read_manifest(landing)["last_day"])


def day_asked_for(run: dg.DagsterRun) -> date | None:
    """The day up to which a run takes deliveries in: of a range, its last; None if it names none."""
    end = run.tags.get("dagster/asset_partition_range_end") or run.tags.get("dagster/partition")
    return date.fromisoformat(end) if end else None
