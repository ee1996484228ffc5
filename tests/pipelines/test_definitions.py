"""The pipeline as Dagster sees it: what is declared, and what its runs leave in a home."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter

import dagster as dg
import pytest

from pipelines.build import build
from pipelines.definitions import defs, run_build
from pipelines.definitions.days import last_partition
from pipelines.definitions.laboratory import Laboratory
from pipelines.definitions.names import EVERYTHING, MODELS, asset_of, key
from pipelines.definitions.shown import DECLARED
from pipelines.definitions.triggers import every_morning, landing_folder_changed
from pipelines.engine import open_engine
from pipelines.exchange.network import JOINS
from pipelines.landing import LandingError
from pipelines.models import STAGES, all_models
from pipelines.storage import Home, HomeError
from pipelines.ui import main, surroundings
from quality import BrokenPromise
from quality.suites import STAGE_SUITES, stage_expectations
from schemas.contract import ROOT, TIERS, feeds

GRAPH = defs.resolve_asset_graph()


# --- what is declared -----------------------------------------------------------------------------


def test_definitions_validate(tmp_path):
    """As the pages load them: by the workspace file, without a complaint of ours."""
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=ROOT,
        env={**os.environ, "DAGSTER_HOME": str(tmp_path), "DAGSTER_DISABLE_TELEMETRY": "yes"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Validation successful for code location islands" in said
    # Dagster's own command says that another is to come; of what is loaded nothing is to be said.
    warnings = [line for line in said.splitlines() if "Warning:" in line]
    assert [line for line in warnings if "SupersessionWarning" not in line] == []


def test_groups_are_stages_and_every_model_is_an_asset():
    groups = {asset: GRAPH.get(asset).group_name for asset in GRAPH.get_all_asset_keys()}
    assert set(groups.values()) == {*STAGES, "quality"}
    assert {".".join(asset.path) for asset in groups} == set(EVERYTHING)
    for asset, group in groups.items():
        assert asset.path[0] == group
    for name, model in MODELS.items():
        assert groups[key(name)] == model.stage


def test_landing_alone_is_partitioned_and_by_day():
    for asset in GRAPH.get_all_asset_keys():
        node = GRAPH.get(asset)
        assert (node.partitions_def is not None) == (node.group_name == "landing")
        if node.partitions_def is not None:
            assert node.partitions_def.get_partition_keys()[0] == "2024-01-01"
            assert node.backfill_policy == dg.BackfillPolicy.single_run()


def test_the_graph_is_the_models_own():
    for name, model in MODELS.items():
        above = {".".join(asset.path) for asset in GRAPH.get(key(name)).parent_keys}
        assert above == ({asset_of(read) for read in model.reads} - {None} or {"quality.verdicts"})


def test_descriptions_give_the_rule_first_and_each_declaration_a_line():
    for name, model in MODELS.items():
        rule, _, points = GRAPH.get(key(name)).description.partition("\n\n")
        assert rule and model.comment.startswith(rule)
        declared = [line for line in model.comment.splitlines() if line.startswith(DECLARED)]
        assert points.count("\n") + 1 == len(declared), name
        assert all(point.startswith("- ") for point in points.splitlines())


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("join", JOINS)
def test_smaller_builds_fit_into_the_graph(tier, join):
    """What is built in a small world, or at a lower level, is in the graph, and in its order."""
    at = {
        name: n
        for n, name in enumerate(
            TopologicalSorter(
                {name: {asset_of(r) for r in model.reads} for name, model in MODELS.items()}
            ).static_order()
        )
    }
    for model in all_models(tier, join):
        assert model.name in MODELS
        above = {".".join(a.path) for a in GRAPH.get_ancestor_asset_keys(key(model.name))}
        assert {asset_of(read) for read in model.reads} - {None} <= above, model.name
        assert all(at[r] < at[model.name] for r in model.reads if r in MODELS)


def test_every_expectation_belongs_to_a_check():
    checked = {check.asset_key for check in GRAPH.asset_check_keys}
    for stage in STAGE_SUITES:
        for expectation in stage_expectations(stage, feeds().values()):
            assert key(asset_of(expectation.table)) in checked
            for read in expectation.reads:
                assert read.split(".")[0] in (
                    *STAGES[: STAGES.index(stage) + 1],
                    "quality",
                    "codes",
                )
    assert {key(f"landing.{feed}") for feed in feeds()} <= checked


def test_jobs_run_in_one_process():
    for name in ("build", "replay"):
        assert defs.resolve_job_def(name).executor_def == dg.in_process_executor
    fields = Laboratory.to_config_schema().config_type.fields
    assert {"home", "landing", "size", "seed", "join", "policy", "engine"} == set(fields)


# --- runs -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def first(generated, tmp_path_factory):
    """A home built by the job as `islands build` runs it, with what it said on the way."""
    made = generated("story", 1, dirt=0.0)
    home = Home(tmp_path_factory.mktemp("first"))
    for name in ("landing", "world"):
        (home.path / name).symlink_to(made.folder / name)
    told = []
    with home.lock():
        done = run_build(home=home, landing=home.landing, progress=lambda *step: told.append(step))
    return home, done, told


@pytest.fixture
def home(first, tmp_path):
    """A copy of that home, to be changed."""
    copy = Home(tmp_path / "home")
    copy.path.mkdir()
    for name in ("current.json", "manifest.json"):
        shutil.copyfile(first[0].path / name, copy.path / name)
    shutil.copytree(first[0].databases, copy.databases)
    for name in ("landing", "world"):
        (copy.path / name).symlink_to((first[0].path / name).resolve())
    return copy


def rows(database):
    """Table -> its rows, sorted."""
    with open_engine("duckdb", database, read_only=True) as engine:
        return {t: engine.fetch(f"SELECT * FROM {t} ORDER BY ALL") for t in engine.tables()}


def state(home):
    """What a reader finds: the pointer, and the bytes of the database it names."""
    return home.pointer.read_bytes(), hashlib.sha256(home.database().read_bytes()).hexdigest()


def launch(home, *selected, checks=None, day=None, span=None, fails=False, **config):
    """Run a part of the job as the pages do: nobody holds the lock, and somebody looks."""
    tags = {}
    if span:
        tags["dagster/asset_partition_range_start"] = span[0]
        tags["dagster/asset_partition_range_end"] = span[1]
    selection = dg.AssetSelection.assets(*map(key, selected))
    if checks:
        selection = dg.AssetSelection.checks(*checks)
    part = dg.define_asset_job("part", selection=selection)
    chosen = dg.Definitions(
        assets=defs.assets,
        asset_checks=defs.asset_checks,
        jobs=[part],
        resources={"lab": Laboratory(home=str(home.path), **config)},
        executor=dg.in_process_executor,
    ).resolve_job_def("part")
    with dg.DagsterInstance.ephemeral() as instance:
        return chosen.execute_in_process(
            instance=instance,
            partition_key=day,
            tags=tags,
            raise_on_error=not fails,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )


def test_the_job_makes_what_a_build_makes(first, generated, tmp_path):
    made = generated("story", 1, dirt=0.0)
    build(made.landing, tmp_path / "plain.duckdb", world=made.world)
    assert rows(first[0].database()) == rows(tmp_path / "plain.duckdb")


def test_what_the_command_line_is_told(first):
    home, done, told = first
    assert done["database"] == str(home.database()) and done["join"] == "full"
    assert done["tables"] == len(all_models("story", "full")) + len(feeds("story")) + 1
    assert f"lists: {done['rows']['lists']:,} rows" in done["summary"]
    labels = [label for label, _, _ in told]
    assert set(EVERYTHING) <= set(labels) and "lists gates" in labels
    dones = [n for _, n, _ in told]
    assert dones == sorted(dones) and {of for _, _, of in told} == {len(EVERYTHING)}


def test_the_home_says_what_was_built(first):
    about = first[0].current()
    assert about["join"] == "full" and about["policy"] == {} and about["tier"] == "story"
    assert about["command"] == "islands build" and len(about["landing_digest"]) == 64
    assert "landing" not in about and "until" not in about
    manifest = json.loads((first[0].path / "manifest.json").read_text(encoding="utf-8"))
    assert about == {"database": "databases/000001.duckdb", **manifest}
    assert [p.name for p in first[0].databases.iterdir()] == ["000001.duckdb"]


def test_a_failing_run_says_one_sentence_and_changes_nothing(home, tmp_path, capfd):
    before = state(home)
    folder = tmp_path / "landing"
    shutil.copytree(home.landing.resolve(), folder)
    (folder / "court" / "notes.txt").touch()
    with pytest.raises(LandingError, match=r"notes\.txt: a delivery of court must be named"):
        run_build(home=home, landing=folder)
    with pytest.raises(ValueError, match="'all' is none of none, own-keys, unified-code, full"):
        run_build(home=home, landing=home.landing, join="all")
    assert state(home) == before
    assert [p.name for p in home.databases.iterdir()] == ["000001.duckdb"], "nothing is left lying"
    assert capfd.readouterr() == ("", "")
    with home.lock():
        pass


def test_a_second_writer_is_refused(home, monkeypatch):
    monkeypatch.setattr("pipelines.definitions.work.LOCK_SECONDS", 0.1)
    before = state(home)
    with home.lock(), pytest.raises(HomeError, match="^Another run is writing to .*--home.$"):
        launch(home, "lists.court_dishonest")
    assert state(home) == before


def test_a_part_works_on_a_copy_of_the_last_good_database(home, monkeypatch):
    before = rows(home.database())
    old = home.database()
    shorter = MODELS["lists.court_dishonest"].sql.replace("730", "100")
    changed = {
        name: model.__class__(name, shorter, model.reads, model.origin)
        if name == "lists.court_dishonest"
        else model
        for name, model in MODELS.items()
    }
    monkeypatch.setattr("pipelines.definitions.work.all_models", lambda *_: changed.values())
    result = launch(home, "lists.court_dishonest")
    after = rows(home.database())
    assert home.database() != old and not old.exists()
    assert {table for table in before if before[table] != after[table]} == {"lists.court_dishonest"}
    about = home.current()
    assert about["rebuilt"] == ["lists.court_dishonest"] and about["size"] == "story"
    (event,) = result.get_asset_materialization_events()
    told = event.step_materialization_data.materialization.metadata
    assert told["dagster/row_count"].value == len(after["lists.court_dishonest"])
    assert "+ 100" in told["sql"].value
    columns = {column.name: column.type for column in told["dagster/column_schema"].schema.columns}
    assert columns["subject_id"] == "VARCHAR" and columns["from_day"] == "DATE"
    behind = told["dagster/column_lineage"].lineage.deps_by_column["to_day"]
    assert dg.TableColumnDep(asset_key=key("merge.events"), column_name="valid_to") in behind
    (line,) = (li for li in told["columns come from"].value.splitlines() if "| to_day |" in li)
    assert "[merge.events](/assets/merge/events).valid_to" in line


def test_a_part_that_fails_is_thrown_away(home, monkeypatch):
    before = state(home)

    def broken(*_):
        raise BrokenPromise("lists.entries: 1 entry has no evidence.")

    monkeypatch.setattr("pipelines.definitions.work.check_promises", broken)
    with pytest.raises(BrokenPromise, match="has no evidence"):
        launch(home, "lists.entries", "lists.evidence")
    monkeypatch.undo()
    monkeypatch.setattr("pipelines.definitions.assets.run_model", broken)
    result = launch(home, "lists.entries", "lists.evidence", fails=True)
    assert not result.success
    assert state(home) == before
    assert [p.name for p in home.databases.iterdir()] == ["000001.duckdb"]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"join": "none"}, "was built with join 'full'; .* so run the whole"),
        ({"policy": {"court-ncisp.every": "9"}}, "was built with policy {}; .* so run the whole"),
        ({"size": "tiny"}, "takes the world as it is; leave size empty"),
    ],
)
def test_a_part_cannot_change_what_the_rest_was_built_with(config, said, home):
    before = state(home)
    with pytest.raises(ValueError, match=said):
        launch(home, "lists.court_dishonest", **config)
    assert state(home) == before


def test_a_part_needs_a_whole(tmp_path):
    with pytest.raises(HomeError, match="No database in"):
        launch(Home(tmp_path), "lists.court_dishonest")


def test_a_new_world_does_not_go_to_a_folder_of_somebody_elses(tmp_path, home):
    with pytest.raises(LandingError, match="give size or landing, not both"):
        launch(home, *EVERYTHING, day="2024-12-30", landing=str(tmp_path), size="story")
    assert not list(tmp_path.glob("*.json"))


def test_a_range_is_one_run_that_tells_of_each_day(home):
    span = ("2024-01-08", "2024-01-11")
    result = launch(home, "landing.court", span=span)
    told = {
        event.step_materialization_data.materialization.partition: event
        for event in result.get_asset_materialization_events()
    }
    assert sorted(told) == [f"2024-01-{day:02}" for day in range(8, 12)]
    assert home.current()["until"] == "2024-01-11"
    with open_engine("duckdb", home.database(), read_only=True) as engine:
        came = dict(
            engine.fetch("SELECT delivery, \"rows\" FROM landing.deliveries WHERE feed = 'court'")
        )
    assert max(came) == "2024-01-11", "what was published up to the range's last day"
    for day, event in told.items():
        metadata = event.step_materialization_data.materialization.metadata
        assert metadata["dagster/partition_row_count"].value == came.get(day, 0)
        assert metadata["dagster/row_count"].value == sum(came.values())


def test_another_world_is_not_mixed_in(home, generated):
    (home.path / "landing").unlink()
    (home.path / "landing").symlink_to(generated("story", 1, dirt=0.0, days=40).landing)
    with pytest.raises(LandingError, match="holds another world"):
        launch(home, "landing.court", day="2024-01-11")


def test_checks_alone_look_and_leave_no_mark(home):
    before = state(home)
    wanted = [c for c in GRAPH.asset_check_keys if c.asset_key.path[0] in ("landing", "lists")]
    with home.lock():  # who only looks waits for nobody
        result = launch(home, checks=wanted)
    assert state(home) == before
    found = {e.asset_check_key.asset_key: e for e in result.get_asset_check_evaluations()}
    assert len(found) == len(wanted)
    entries = found[key("lists.entries")]
    assert entries.passed, entries.description
    assert entries.metadata["violations"].value == 0
    lines = entries.metadata["expectations"].records
    assert len(lines) > 5 and {line.data["what follows"] for line in lines} == {"pass"}


def test_a_run_does_not_go_on_where_a_failed_one_stopped(home):
    from pipelines.definitions.laboratory import steps_of

    run = dg.DagsterRun(job_name="build", tags={"dagster/is_resume_retry": "true"})
    with pytest.raises(HomeError, match="launch the whole run again"):
        steps_of(run)


def replayed(home, **config):
    """Run the job `replay` as the Launchpad does."""
    with dg.DagsterInstance.ephemeral() as instance:
        return defs.resolve_job_def("replay").execute_in_process(
            instance=instance,
            resources={"lab": Laboratory(home=str(home.path))},
            run_config={
                "ops": {"follow_one_record": {"config": config}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )


def test_a_replay_shows_its_report(home):
    result = replayed(home, fault="valid_code_of_another", feed="court")
    (output,) = (e for e in result.all_node_events if e.is_successful_output)
    told = output.event_specific_data.metadata
    said = told["in one sentence"].value
    assert said.startswith("One wrong record in court")
    report = told["report"].value
    assert report.startswith("```text\n") and report.endswith("\n```")
    assert " ".join(said.split()) in " ".join(report.split()) and "\x1b" not in report
    assert told["result"].data["fault"]["kind"] == "valid_code_of_another"


def test_a_replay_that_cannot_be_says_so_in_one_sentence(home):
    with pytest.raises(ValueError, match="^There is no fault 'no_such'; there are .*\\.$"):
        replayed(home, fault="no_such")


# --- what starts a run ----------------------------------------------------------------------------


def test_the_sensor_asks_once_for_each_change(generated, tmp_path, monkeypatch):
    monkeypatch.setenv("ISLANDS_HOME", str(tmp_path))
    context = dg.build_sensor_context()
    assert isinstance(landing_folder_changed(context), dg.SkipReason)
    shutil.copytree(generated("story", 1, dirt=0.0, days=40).landing, tmp_path / "landing")
    asked = landing_folder_changed(context)
    assert asked.partition_key == last_partition(tmp_path / "landing") == "2024-02-09"
    assert isinstance(landing_folder_changed(context), dg.SkipReason)
    (tmp_path / "landing" / "court" / "court_20240111.json").unlink()
    again = landing_folder_changed(context)
    assert again.run_key != asked.run_key


def test_the_schedule_asks_every_morning(first, tmp_path, monkeypatch):
    monkeypatch.setenv("ISLANDS_HOME", str(tmp_path))
    assert isinstance(every_morning(dg.build_schedule_context()), dg.SkipReason)
    monkeypatch.setenv("ISLANDS_HOME", str(first[0].path))
    assert every_morning(dg.build_schedule_context()).partition_key == "2024-12-30"
    assert every_morning.cron_schedule == "0 6 * * *"


def test_the_pages_ask_and_tell_nobody(tmp_path):
    found = surroundings(tmp_path / "home", {"PATH": "x"})
    assert found["DAGSTER_DISABLE_TELEMETRY"] == "yes" and found["PATH"] == "x"
    assert found["ISLANDS_HOME"] == str(tmp_path / "home")
    settings = tmp_path / "home" / "dagster" / "dagster.yaml"
    assert found["DAGSTER_HOME"] == str(settings.parent)
    assert "telemetry:\n  enabled: false" in settings.read_text(encoding="utf-8")
    settings.write_text("# mine\n", encoding="utf-8")
    surroundings(tmp_path / "home", {})
    assert settings.read_text(encoding="utf-8") == "# mine\n"
    elsewhere = surroundings(tmp_path / "home", {"DAGSTER_HOME": str(tmp_path / "own")})
    assert elsewhere["DAGSTER_HOME"] == str(tmp_path / "own")


def test_interrupted_pages_are_waited_for(tmp_path, monkeypatch):
    """Dagster is interrupted too, and stops what it started before it goes."""
    waits = [KeyboardInterrupt(), 0]
    started = []

    class Pages:
        def __init__(self, command, env, cwd):
            started.append((command, env["ISLANDS_HOME"], cwd))

        def wait(self):
            came = waits.pop(0)
            if isinstance(came, BaseException):
                raise came
            return came

    monkeypatch.setattr("pipelines.ui.subprocess.Popen", Pages)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    assert main(["--home", str(tmp_path), "--port", "3999"]) == 0 and not waits
    ((command, home, cwd),) = started
    assert command[-4:] == ["-h", "127.0.0.1", "-p", "3999"]
    assert home == str(tmp_path) and cwd == ROOT
