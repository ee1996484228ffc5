"""What starts a build by itself: files that arrive, and the morning."""

import hashlib
from pathlib import Path

import dagster as dg

from pipelines.definitions.days import days, last_partition
from pipelines.definitions.home import default_home
from pipelines.definitions.jobs import build_job
from pipelines.home import Home


def landing_folder() -> Path | None:
    """The landing folder of the laboratory's home, if anything was delivered there."""
    folder = Home(default_home()).landing
    return folder if (folder / "manifest.json").exists() else None


@dg.sensor(
    job=build_job, minimum_interval_seconds=30, description="Builds when files have arrived."
)
def landing_folder_changed(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a build when the landing folder is not what it was at the last look."""
    folder = landing_folder()
    if folder is None:
        return dg.SkipReason(f"Nothing was delivered to {Home(default_home()).landing} yet.")
    stamps = sorted(
        (p.relative_to(folder).as_posix(), p.stat().st_size, p.stat().st_mtime_ns)
        for p in folder.rglob("*")
        if p.is_file()
    )
    digest = hashlib.sha256(repr(stamps).encode()).hexdigest()
    if digest == context.cursor:
        return dg.SkipReason("The landing folder is as it was.")
    last = last_partition(folder)
    if last not in days.get_partition_keys():
        return dg.SkipReason(f"{last} is no day these pages know yet; reload the definitions.")
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
    folder = landing_folder()
    if folder is None:
        return dg.SkipReason(f"Nothing was delivered to {Home(default_home()).landing} yet.")
    last = last_partition(folder)
    if last not in days.get_partition_keys():
        return dg.SkipReason(f"{last} is no day these pages know yet; reload the definitions.")
    return dg.RunRequest(partition_key=last)
