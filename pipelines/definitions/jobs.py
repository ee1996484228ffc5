"""The two jobs: `build`, from delivered files to a database in force, and `replay`."""

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from pipelines.definitions.laboratory import Laboratory
from pipelines.terminal import WIDTH

if TYPE_CHECKING:
    from pipelines.replay.tell.result import Replay

build_job = dg.define_asset_job(
    "build",
    selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
    executor_def=dg.in_process_executor,
    description="From delivered files to a database in force, every stage, gates included. One day "
    "is enough: the build takes in all that was published up to it, the last day all there is. A "
    "range is one run, too, but notes each of its days for each feed: for a year, many minutes.",
)


class ReplayConfig(dg.Config):
    """What is changed and how far it is followed; as the options of `islands replay`."""

    fault: str = Field("", description="Kind of fault; `islands faults` names them.")
    seed: int = Field(1, description="What the fault leaves open is drawn from it.")
    feed: str = Field("", description="Feed of the record to edit; by default drawn.")
    record: str = Field("", description="record_id, or the start of one; by default drawn.")
    delivery: str = Field("", description="First delivery that is wrong, YYYY-MM-DD.")
    set: list[str] = Field([], description="COLUMN=VALUE: what the record says instead.")
    scenario: str = Field("", description="File of a saved replay, instead of all the above.")
    scope: str = Field("", description="source: until corrected; once: in one delivery only.")
    correct_after: int | None = Field(30, description="Days until the source corrects it.")


@dg.op(description="Change one record and follow it through every list, as `islands replay` does.")
def follow_one_record(
    context: dg.OpExecutionContext, config: ReplayConfig, lab: Laboratory
) -> None:
    """Replay on the database in force and show the report as metadata."""
    from pipelines.replay import command
    from pipelines.replay.tell.report import sentence

    drawn = not (config.fault or config.set or config.scenario)
    result = command(
        Path(lab.home),
        fault="valid_code_of_another" if drawn else config.fault or None,
        seed=config.seed,
        feed=config.feed or None,
        record=config.record or None,
        delivery=config.delivery or None,
        sets=config.set,
        scenario=Path(config.scenario) if config.scenario else None,
        scope=config.scope or None,
        correct_after=config.correct_after,
        join=lab.join or None,
        policy=lab.policy,
    )
    node = json.loads(json.dumps(result.json(), default=str))
    context.add_output_metadata(
        {
            "in one sentence": sentence(result),
            "report": dg.MetadataValue.md(f"```text\n{report_of(result)}\n```"),
            "result": dg.MetadataValue.json(node),
        }
    )


def report_of(result: "Replay") -> str:
    """The report as the terminal has it, without colours."""
    from rich.console import Console

    console = Console(file=io.StringIO(), record=True, width=WIDTH)
    result.print(console)
    return console.export_text().rstrip()


@dg.job(
    name="replay",
    executor_def=dg.in_process_executor,
    description="One record changed, followed through every list, and what stays after the "
    "correction.",
)
def replay_job() -> None:
    """The job `replay`."""
    follow_one_record()
