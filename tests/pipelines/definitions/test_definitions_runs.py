"""What runs of Dagster leave in a home: those of the pages, which nobody else holds the lock for."""

import hashlib
import inspect
import json
import shutil
from dataclasses import replace

import dagster as dg
import pytest

from pipelines.cli import replay
from pipelines.definitions.days import last_partition
from pipelines.definitions.everything import defs
from pipelines.definitions.jobs import ReplayConfig
from pipelines.definitions.laboratory import Laboratory
from pipelines.definitions.names import EVERYTHING, MODELS, key
from pipelines.definitions.triggers import every_morning, landing_folder_changed
from pipelines.engine import open_engine
from pipelines.home import Home, HomeError
from pipelines.landing import LandingError
from pipelines.replay.plan.options import asked
from quality import BrokenPromise

GRAPH = defs.resolve_asset_graph()


def rows(database):
    """Table -> its rows, sorted."""
    with open_engine("duckdb", database, read_only=True) as engine:
        return {t: engine.fetch(f"SELECT * FROM {t} ORDER BY ALL") for t in engine.tables()}


def state(home):
    """What a reader finds: the pointer, and the bytes of the database it names."""
    return home.pointer.read_bytes(), hashlib.sha256(home.database().read_bytes()).hexdigest()


def test_the_job_makes_what_a_build_makes(first, home, launch):
    before = rows(first.database())
    result = launch(home, *EVERYTHING, day="2024-12-30")
    assert result.success and rows(home.database()) == before
    about, was = home.current(), first.current()
    differ = {name for name in about.keys() | was.keys() if about.get(name) != was.get(name)}
    assert differ == {"database", "command"} and about["command"] == "islands ui"
    manifest = json.loads((home.path / "manifest.json").read_text(encoding="utf-8"))
    assert about == {"database": "databases/000002.duckdb", **manifest}
    assert [p.name for p in home.databases.iterdir()] == ["000002.duckdb"]


@pytest.mark.long  # a whole run of Dagster once more
def test_a_run_up_to_a_day_takes_in_no_more(home, launch):
    launch(home, *EVERYTHING, day="2024-01-11")
    assert home.current()["until"] == "2024-01-11"
    with open_engine("duckdb", home.database(), read_only=True) as engine:
        ((last,),) = engine.fetch("SELECT max(delivery) FROM landing.deliveries")
    assert last == "2024-01-11"


def test_a_second_writer_is_refused(home, monkeypatch, launch):
    monkeypatch.setattr("pipelines.definitions.work.LOCK_SECONDS", 0.1)
    before = state(home)
    with home.lock(), pytest.raises(HomeError, match="^Another run is writing to .*--home.$"):
        launch(home, "lists.court_dishonest")
    assert state(home) == before


def test_a_part_works_on_a_copy_of_the_last_good_database(home, monkeypatch, launch):
    before = rows(home.database())
    old = home.database()
    shorter = MODELS["lists.court_dishonest"].sql.replace("730", "100")
    changed = {
        name: replace(model, sql=shorter) if name == "lists.court_dishonest" else model
        for name, model in MODELS.items()
    }
    monkeypatch.setattr("pipelines.build.all_models", lambda *_: list(changed.values()))
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
    assert columns["subject_id"] == "UUID" and columns["from_day"] == "DATE"
    behind = told["dagster/column_lineage"].lineage.deps_by_column["to_day"]
    assert dg.TableColumnDep(asset_key=key("merge.events"), column_name="valid_to") in behind
    (line,) = (li for li in told["columns come from"].value.splitlines() if "| to_day |" in li)
    assert "[merge.events](/assets/merge/events).valid_to" in line


def test_a_part_that_fails_is_thrown_away(home, monkeypatch, launch):
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
def test_a_part_cannot_change_what_the_rest_was_built_with(config, said, home, launch):
    before = state(home)
    with pytest.raises(ValueError, match=said):
        launch(home, "lists.court_dishonest", **config)
    assert state(home) == before


def test_a_part_needs_a_whole(tmp_path, launch):
    with pytest.raises(HomeError, match="No database in"):
        launch(Home(tmp_path), "lists.court_dishonest")


def test_a_new_world_does_not_go_to_a_folder_of_somebody_elses(tmp_path, home, launch):
    with pytest.raises(LandingError, match="give size or landing, not both"):
        launch(home, *EVERYTHING, day="2024-12-30", landing=str(tmp_path), size="story")
    assert not list(tmp_path.glob("*.json"))


def test_a_range_is_one_run_that_tells_of_each_day(home, launch):
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


def test_another_world_is_not_mixed_in(home, generated, launch):
    (home.path / "landing").unlink()
    (home.path / "landing").symlink_to(generated("story", 1, dirt=0.0, days=40).landing)
    with pytest.raises(LandingError, match="holds another world"):
        launch(home, "landing.court", day="2024-01-11")


def test_checks_alone_look_and_leave_no_mark(home, launch):
    before = state(home)
    wanted = [c for c in GRAPH.asset_check_keys if c.asset_key.path[0] in ("landing", "lists")]
    with home.lock():  # who only looks waits for nobody
        result = launch(home, checks=wanted)
    assert state(home) == before
    found = {e.asset_check_key: e for e in result.get_asset_check_evaluations()}
    assert set(found) == set(wanted)
    known = found[dg.AssetCheckKey(key("lists.entries"), "severity_known")]
    assert known.passed and known.metadata["rows that break it"].value == 0


def test_one_check_alone(home, launch):
    one = dg.AssetCheckKey(key("lists.entries"), "every_entry_has_evidence")
    (found,) = launch(home, checks=[one]).get_asset_check_evaluations()
    assert found.asset_check_key == one and found.passed


def test_a_run_does_not_go_on_where_a_failed_one_stopped(home):
    from pipelines.definitions.laboratory import steps_of

    run = dg.DagsterRun(job_name="build", tags={"dagster/is_resume_retry": "true"})
    with pytest.raises(HomeError, match="launch the whole run again"):
        steps_of(run)


# What a replay is told beside what goes wrong.
OF_THE_REPLAY = ("scenario", "join", "policy", "remedy", "text")


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


def test_a_replay_shows_its_report(story, tmp_path):
    result = replayed(story.home(tmp_path / "home"), fault="valid_code_of_another", feed="court")
    (output,) = (e for e in result.all_node_events if e.is_successful_output)
    told = output.event_specific_data.metadata
    said = told["in one sentence"].value
    assert said.startswith("One wrong record in court")
    report = told["report"].value
    assert report.startswith("```text\n") and report.endswith("\n```")
    assert " ".join(said.split()) in " ".join(report.split()) and "\x1b" not in report
    assert told["result"].data["fault"]["kind"] == "valid_code_of_another"


def test_a_mishap_is_launched_where_the_config_says(home, monkeypatch):
    """All the config says is handed on, and nothing else is; how it is followed has tests of its own."""
    handed = {}

    def command(path, **options):
        handed.update(options)
        raise ValueError("That is enough.")

    monkeypatch.setattr("pipelines.replay.command", command)
    said = {"fault": "sync_missed", "holder": "bank", "sender": "court", "list": "court_dishonest"}
    said |= {"remedy": "dispute", "text": "Not me."}
    with pytest.raises(ValueError, match="enough"):
        replayed(home, **said)
    given = {name: value for name, value in handed.items() if value not in (None, [], {})}
    assert given == said  # no days either: a dispute does not go with them
    spec = asked(**{k: v for k, v in handed.items() if k not in OF_THE_REPLAY})
    assert (spec.kind, spec.holder, spec.sender, spec.list) == tuple(said.values())[:4]


def test_the_launchpad_asks_for_what_the_command_takes():
    elsewhere = {"home", "join", "policy", "links"}  # of the resource
    told = (
        {*inspect.signature(replay).parameters} - elsewhere - {"rebuild", "html", "save", "as_json"}
    )
    names = {{"sets": "set", "list_name": "list"}.get(name, name) for name in told}
    assert names == set(ReplayConfig.model_fields)


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


def test_days_that_were_delivered_since_wait_for_a_reload(generated, tmp_path, monkeypatch):
    monkeypatch.setenv("ISLANDS_HOME", str(tmp_path))
    (tmp_path / "landing").symlink_to(generated("story", 1, dirt=0.0, days=40).landing)
    known = dg.StaticPartitionsDefinition(["2024-01-01"])
    monkeypatch.setattr("pipelines.definitions.triggers.days", known)
    context = dg.build_sensor_context()
    for found in (landing_folder_changed(context), every_morning(dg.build_schedule_context())):
        assert isinstance(found, dg.SkipReason) and "reload" in found.skip_message
    assert context.cursor is None, "it is asked again"


def test_the_schedule_asks_every_morning(first, tmp_path, monkeypatch):
    monkeypatch.setenv("ISLANDS_HOME", str(tmp_path))
    assert isinstance(every_morning(dg.build_schedule_context()), dg.SkipReason)
    monkeypatch.setenv("ISLANDS_HOME", str(first.path))
    assert every_morning(dg.build_schedule_context()).partition_key == "2024-12-30"
    assert every_morning.cron_schedule == "0 6 * * *"
