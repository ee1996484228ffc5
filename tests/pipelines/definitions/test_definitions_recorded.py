"""What a build without Dagster made is shown by its pages all the same."""

import shutil

import dagster as dg
import pytest

from pipelines.definitions.gates import checks_of
from pipelines.definitions.names import DATABASE, EVERYTHING, MODELS, key
from pipelines.definitions.recorded import record
from pipelines.definitions.shown import SAMPLE
from pipelines.engine import open_engine
from pipelines.graph import all_models
from pipelines.home import Home
from pipelines.run import build_home
from quality.suites import CHECKED_STAGES
from schemas.contract import feeds


@pytest.fixture
def instance():
    """One that keeps all in memory."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture(scope="module")
def informed(first):
    """One that was told of the first home's database, to be asked only."""
    with dg.DagsterInstance.ephemeral() as made:
        assert record(first, made) > 0
        yield made


def latest(instance, table):
    """Metadata of a table's last materialization, and its partition."""
    event = instance.get_latest_materialization_event(key(table))
    return event.asset_materialization.metadata, event.asset_materialization.partition


def test_a_command_line_build_is_shown_as_materialized(first, informed):
    instance = informed
    models = {model.name for model in all_models("story", "full")}
    with open_engine("duckdb", first.database(), read_only=True) as engine:
        for name in models:
            told, _ = latest(instance, name)
            assert told["dagster/row_count"].value == engine.count(name), name
            columns = told["dagster/column_schema"].schema.columns
            assert [c.name for c in columns] == engine.columns(name)
            assert all(c.description for c in columns), name
            assert told["explorer"].value.startswith(f"/tables/{name} on the pages"), name
            lines = told["sample"].value.splitlines()
            here = min(SAMPLE, engine.count(name))
            assert len(lines) == (4 + here if here else 1), name  # words, no line, head, rule, rows
    told, _ = latest(instance, "lists.court_dishonest")
    sample = told["sample"].value.splitlines()
    assert sample[0].startswith("The first rows in the order of entry_key, subject_id, ")
    assert sample[2].startswith("| entry_key | subject_id | ")
    firsts = [line.split(" | ")[0] for line in sample[4:]]
    assert firsts == sorted(firsts) and all(len(first) == len("| ") + 32 for first in firsts)
    for other in ("landing.court", "quality.verdicts"):
        assert {"sample", "explorer"} <= latest(instance, other)[0].keys(), other
    behind = told["dagster/column_lineage"].lineage.deps_by_column["to_day"]
    assert dg.TableColumnDep(asset_key=key("merge.events"), column_name="valid_to") in behind
    assert told["built"].value == pytest.approx(first.database().stat().st_mtime)
    assert latest(instance, DATABASE)[0]["manifest"].value == first.current()
    shown = {asset for asset in instance.get_asset_keys()}
    tables = {*models, "quality.verdicts", DATABASE, *(f"landing.{f}" for f in feeds("story"))}
    assert {key(table) for table in tables} <= shown
    assert shown <= {key(table) for table in EVERYTHING}
    assert "absent" in latest(instance, next(iter(MODELS.keys() - models)))[0]


def test_each_delivery_is_a_partition(first, informed):
    instance = informed
    with open_engine("duckdb", first.database(), read_only=True) as engine:
        for feed in feeds("story"):
            came = dict(
                engine.fetch(
                    f"SELECT delivery, \"rows\" FROM landing.deliveries WHERE feed = '{feed}'"
                )
            )
            found = instance.fetch_materializations(key(f"landing.{feed}"), limit=500).records
            told = {r.asset_materialization.partition: r.asset_materialization for r in found}
            assert set(told) == set(came)
            for day, made in told.items():
                assert made.metadata["dagster/partition_row_count"].value == came[day]
            assert latest(instance, f"landing.{feed}")[1] == max(came)


def test_no_table_is_older_than_what_it_reads(informed):
    """Or the pages would call it out of date."""
    instance = informed
    at = {
        table: instance.get_latest_materialization_event(key(table)).timestamp
        for table in (*MODELS, "quality.verdicts", *(f"landing.{f}" for f in feeds("story")))
    }
    for model in MODELS.values():
        assert all(at[read] <= at[model.name] for read in model.reads if read in at)
        assert at["quality.verdicts"] <= at[model.name]
    assert all(at[f"landing.{feed}"] <= at["quality.verdicts"] for feed in feeds("story"))


def day_of(path):
    """The day a file's name says it was published."""
    day = path.stem[-8:]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


class Listening:
    """An instance that only keeps what it is told."""

    def __init__(self):
        self.told = []

    def get_latest_materialization_event(self, asset):
        made = [e for e in self.told if isinstance(e, dg.AssetMaterialization)]
        return next((_Entry(e) for e in reversed(made) if e.asset_key == asset), None)

    def report_runless_asset_event(self, event):
        self.told.append(event)


class _Entry:
    def __init__(self, event):
        self.asset_materialization = event


def told_of_checks(home):
    """What is told of the checks of a home's database, by table and check: each with its count."""
    with open_engine("duckdb", home.database(), read_only=True) as engine:
        counted = {
            (f"landing.{feed}", name): count
            for feed, name, count in engine.fetch(
                "SELECT feed, expectation, count(*) FROM quality.verdicts GROUP BY ALL"
            )
        }
    listening = Listening()
    record(home, listening)
    found = {
        (e.asset_key, e.check_name): e
        for e in listening.told
        if isinstance(e, dg.AssetCheckEvaluation)
    }
    checks = [check for stage in CHECKED_STAGES for check in checks_of(stage)]
    assert len(found) == len(checks)
    assert counted, "a world with dirt has rows that break something"
    for check in checks:
        told = found[key(check.asset), check.name]
        if check.by_gate and not check.of_deliveries:
            breaks = counted.get((check.expectation.table, check.expectation.name), 0)
            assert told.metadata["rows that break it"].value == breaks
            assert told.passed == (breaks == 0)
            assert ("examples" in told.metadata) == (breaks > 0)
        if told.passed:
            continue
        assert told.severity == dg.AssetCheckSeverity.WARN
        assert "break it, for example" in told.description
    return found


def test_every_check_is_told_with_its_count_and_examples(one_tiny, tmp_path):
    """Of a world with dirt."""
    found = told_of_checks(one_tiny.home(tmp_path)).values()
    assert {told.passed for told in found} == {True, False}


@pytest.mark.long  # a build
def test_a_delivery_that_is_held_is_told_with_what_is_compared_with_it(generated, tmp_path):
    """Of a world with dirt in which one whole list was cut down to a single row."""
    made = generated("tiny", 7, days=30)
    home = Home(tmp_path)
    shutil.copytree(made.landing, home.landing)
    second = sorted((home.landing / "abnormal_operations").iterdir())[1]
    text = second.read_text(encoding="utf-8")
    end = text.index("</enterprise>") + len("</enterprise>")
    second.write_text(
        text[:end] + text[text.rindex("</enterprise>") + len("</enterprise>") :], "utf-8"
    )
    build_home(home)
    found = told_of_checks(home)
    size = found[key("landing.abnormal_operations"), "rows_fit_the_delivery_before"]
    # The one after is compared with it, and has far more.
    assert not size.passed and size.metadata["deliveries that break it"].value == 2
    assert f"delivery={day_of(second)}, held: " in size.description


def test_a_known_database_is_told_once_and_a_new_one_again(home):
    listening = Listening()
    told = record(home, listening)
    assert told == len(listening.told) > 0
    assert record(home, listening) == 0
    build_home(home, join="none")
    assert record(home, listening) > 0
    manifests = [
        e.metadata["manifest"].value["join"]
        for e in listening.told
        if getattr(e, "asset_key", None) == key(DATABASE)
    ]
    assert manifests == ["full", "none"]


def test_what_was_not_told_to_its_end_is_told_again(home):
    listening = Listening()
    asked = iter([False] * 5 + [True])
    assert record(home, listening, lambda: next(asked)) == 5
    assert record(home, listening) > 100


@pytest.mark.long  # a whole run of Dagster once more
def test_what_a_run_made_is_known(home, launch, instance):
    launch(home, *EVERYTHING, day="2024-12-30", instance=instance)
    assert record(home, instance) == 0
    launch(home, "lists.court_dishonest", instance=instance)
    assert home.current()["rebuilt"] == ["lists.court_dishonest"]
    assert record(home, instance) == 0


def test_an_empty_home_has_nothing_to_tell(tmp_path):
    listening = Listening()
    assert record(Home(tmp_path), listening) == 0 and not listening.told
