"""The two jobs: `build`, from delivered files to a database in force, and `replay`."""

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from pipelines.definitions.laboratory import Laboratory
from pipelines.json_text import json_text
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


Texts = list[str]


class ReplayConfig(dg.Config):
    """What goes wrong and how far it is followed; as the options of `islands replay`."""

    fault: str = Field(
        "",
        description="Kind of fault or mishap; `islands faults` names them. With nothing said at all, a "
        "valid code of another subject.",
    )
    seed: int | None = Field(None, description="What is left open is drawn from it; by default 1.")
    feed: str = Field("", description="Feed of the record to edit; by default drawn.")
    record: str = Field("", description="record_id, or the start of one; by default drawn.")
    delivery: str = Field(
        "", description="First delivery that is wrong, or day of a mishap, YYYY-MM-DD."
    )
    set: Texts = Field([], description="COLUMN=VALUE: what the record says instead.")
    holder: str = Field("", description="Of a mishap: at which holder; by default drawn.")
    sender: str = Field("", description="Of a mishap: on the edge from which holder.")
    list: str = Field("", description="Of a mishap: in which list.")
    entry: str = Field("", description="Of a mishap: entry_id or entry_version, or its start.")
    subject: str = Field("", description="Of a mishap: subject_id of whom it strikes.")
    other: str = Field("", description="Of a mishap: subject_id of whom it is taken for.")
    backup: str = Field("", description="Of a mishap: day of the backup, YYYY-MM-DD.")
    scenario: str = Field("", description="File of a saved replay, instead of all the above.")
    scope: str = Field("", description="source: until corrected; once: in one delivery only.")
    correct_after: int | None = Field(
        None,
        description="Days until the source, or the holder of a mishap, puts it right; by default 30, "
        "unless a scenario or a remedy is given. For never, give the remedy none.",
    )
    remedy: str = Field(
        "",
        description="Who notices: source, notice, dispute, reconciliation, repair or none.",
    )
    text: str = Field("", description="What a dispute says; it is kept in the home.")


@dg.op(
    description="Change one record, or let a mishap happen, and follow it through every list, as "
    "`islands replay` does."
)
def follow_one_record(
    context: dg.OpExecutionContext, config: ReplayConfig, lab: Laboratory
) -> None:
    """Replay on the database in force and show the report as metadata."""
    from pipelines.replay import command
    from pipelines.replay.plan.faults import PLACE
    from pipelines.replay.plan.remedies import source_days
    from pipelines.replay.tell.sentence import sentence

    drawn = not (config.fault or config.set or config.scenario)
    days = config.correct_after
    if days is None and not (config.scenario or config.remedy):
        days = source_days()
    places = ("feed", "record", "delivery", "scope", "remedy", "text", *PLACE)
    result = command(
        Path(lab.home),
        fault="valid_code_of_another" if drawn else config.fault or None,
        seed=config.seed,
        sets=config.set,
        scenario=Path(config.scenario) if config.scenario else None,
        correct_after=days,
        join=lab.join or None,
        policy=lab.policy,
        **{name: getattr(config, name) or None for name in places},
    )
    node = json.loads(json_text(result.json()))
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
    description="One record changed, or one mishap, followed through every list, and what stays "
    "after the correction.",
)
def replay_job() -> None:
    """The job `replay`."""
    follow_one_record()
