"""All of it in one place, as Dagster loads it."""

import dagster as dg

from pipelines.definitions.assets import ASSETS
from pipelines.definitions.gates import GATES
from pipelines.definitions.jobs import build_job, replay_job
from pipelines.definitions.laboratory import Laboratory
from pipelines.definitions.triggers import every_morning, landing_folder_changed

defs = dg.Definitions(
    assets=ASSETS,
    asset_checks=GATES,
    jobs=[build_job, replay_job],
    sensors=[landing_folder_changed],
    schedules=[every_morning],
    resources={"lab": Laboratory()},
    executor=dg.in_process_executor,
)
