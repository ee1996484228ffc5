"""What starts a build by itself: files that arrive, and the morning."""

import hashlib
from pathlib import Path

import dagster as dg

from pipelines.definitions.days import days, last_partition
from pipelines.definitions.home import default_home
from pipelines.definitions.jobs import build_job
from pipelines.home import Home


def delivered() -> tuple[Path, str] | dg.SkipReason:
    """The landing folder of the laboratory's home and the partition of its last day, or why not."""
    folder = Home(default_home()).landing
    if not (folder / "manifest.json").exists():
        return dg.SkipReason(f"Nothing was delivered to {folder} yet.")
    last = last_partition(folder)
    if last not in days.get_partition_keys():
        return dg.SkipReason(f"{last} is no day these pages know yet; reload the definitions.")
    return folder, last


@dg.sensor(
    job=build_job, minimum_interval_seconds=30, description="Builds when files have arrived."
)
def landing_folder_changed(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a build when the landing folder is not what it was at the last look."""
    came = delivered()
    if isinstance(came, dg.SkipReason):
        return came
    folder, last = came
    stamps = sorted(
        (p.relative_to(folder).as_posix(), p.stat().st_size, p.stat().st_mtime_ns)
        for p in folder.rglob("*")
        if p.is_file()
    )
    digest = hashlib.sha256(repr(stamps).encode()).hexdigest()
    if digest == context.cursor:
        return dg.SkipReason("The landing folder is as it was.")
    context.update_cursor(digest)
    return dg.RunRequest(run_key=digest, partition_key=last)


@dg.schedule(
    job=build_job,
    cron_schedule="0 6 * * *",
    execution_timezone="UTC",
    description="Builds everything once a day, before people come in.",
)
def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a build of all that was delivered."""
    came = delivered()
    return came if isinstance(came, dg.SkipReason) else dg.RunRequest(partition_key=came[1])
