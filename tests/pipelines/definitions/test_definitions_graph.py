"""What Dagster is told there is: assets, checks, partitions and jobs."""

import os
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.definitions.days import days_of, last_partition
from pipelines.definitions.everything import defs
from pipelines.definitions.gates import checks_of, in_words
from pipelines.definitions.laboratory import Laboratory
from pipelines.definitions.names import EVERYTHING, MODELS, asset_of, key
from pipelines.definitions.shown import SHOWN
from pipelines.exchange.network import JOINS
from pipelines.graph import all_models
from pipelines.home import Home, write_json
from pipelines.landing.keys import landing_columns
from pipelines.model import STAGES, output_columns
from quality.expectations import Expectation
from quality.from_contract import delivery_expectations, landing_expectations
from quality.gates import VERDICTS_COLUMNS
from quality.suites import CHECKED_STAGES, stage_expectations
from schemas.code_lists import CODES, columns_and_rows
from schemas.columns import said_of_columns, written
from schemas.contract import ROOT, TIERS, feeds
from sources.world.columns import SCHEMAS

GRAPH = defs.resolve_asset_graph()


def test_the_workspace_file_names_them():
    (one,) = yaml.safe_load((ROOT / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    where = one["python_module"]
    assert getattr(import_module(where["module_name"]), where["attribute"]) is defs
    assert where["working_directory"] == "."


@pytest.mark.long  # a process of Dagster's
def test_definitions_validate(tmp_path):
    """As the pages load them: by the workspace file, without a complaint of ours."""
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=ROOT,
        env={
            **os.environ,
            "DAGSTER_HOME": str(tmp_path),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "ISLANDS_HOME": str(tmp_path / "home"),
        },
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
            keys = node.partitions_def.get_partition_keys()
            assert (keys[0], keys[-1], len(keys)) == ("2024-01-01", "2024-12-30", 365)
            assert node.backfill_policy == dg.BackfillPolicy.single_run()


def test_the_graph_is_the_models_own():
    for name, model in MODELS.items():
        above = {".".join(asset.path) for asset in GRAPH.get(key(name)).parent_keys}
        assert above == ({asset_of(read) for read in model.reads} - {None} or {"quality.verdicts"})


def test_the_days_are_those_of_the_deliveries_whatever_the_clock_says(tmp_path):
    """A window that ends after today, one that begins before day 0, and a home of nothing."""
    home = Home(tmp_path)
    assert len(days_of(home)) == 365 and days_of(home)[-1] == "2024-12-30"
    home.landing.mkdir()
    for first, last, count in (
        ("2099-12-31", "2100-01-05", 6),
        ("1999-01-01", "1999-01-01", 1),
        ("2024-01-01", "2026-12-30", 1095),
    ):
        window = {"day0": first, "last_day": last, "days": count, "horizon": "2103-01-05"}
        write_json(home.landing / "manifest.json", {**window, "tier": "story"})
        found = days_of(home)
        assert (found[0], found[-1], len(found)) == (first, last, count)
        assert found == sorted(set(found))
        assert last_partition(home.landing) == last


def test_the_days_of_a_home_without_files_are_those_of_its_database(tmp_path):
    about = {"database": "databases/1.duckdb", "day0": "2024-01-01", "last_day": "2024-02-09"}
    write_json(tmp_path / "current.json", about)
    assert len(days_of(Home(tmp_path))) == 40


def test_a_home_decides_what_its_pages_show(generated, tmp_path):
    """As the pages load it: a story has six feeds, and the days it was delivered on."""
    (tmp_path / "landing").symlink_to(generated("story", 1, dirt=0.0, days=40).landing)
    told = (
        "from pipelines.definitions.everything import defs; g = defs.resolve_asset_graph(); "
        "n = {a.path[1]: g.get(a) for a in g.get_all_asset_keys() if a.path[0] == 'landing'}; "
        "print(*sorted(n)); print(len(n['court'].partitions_def.get_partition_keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", told],
        cwd=ROOT,
        env={**os.environ, "ISLANDS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [" ".join(sorted(feeds("story"))), "40"]
    assert done.stderr == ""


def test_descriptions_give_the_rule_and_then_source_grain_and_key():
    for name, model in MODELS.items():
        rule, _, points = GRAPH.get(key(name)).description.partition("\n\n")
        assert rule and model.comment.startswith(rule)
        declared = [x for x in model.comment.splitlines() if x.partition(":")[0] in SHOWN]
        assert [p.split(":")[0] for p in points.splitlines() if p] == [
            f"- {x.partition(':')[0]}" for x in declared
        ], name


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


def test_every_expectation_is_a_check_of_its_own():
    specs = {spec.key: spec for gate in defs.asset_checks for spec in gate.check_specs}
    assert set(specs) == set(GRAPH.asset_check_keys)
    found = 0
    for stage in CHECKED_STAGES:
        expected = list(stage_expectations(stage, feeds().values()))
        if stage == "landing":
            for feed in feeds().values():
                expected += [*landing_expectations(feed), *delivery_expectations(feed)]
        checks = checks_of(stage)
        assert [c.expectation for c in checks if not c.by_gate] == list(
            stage_expectations(stage, feeds().values())
        )
        assert len(checks) == len(expected)
        found += len(checks)
        for check in checks:
            spec = specs[dg.AssetCheckKey(key(check.asset), check.name)]
            assert check.asset == (asset_of(check.expectation.table) or "quality.verdicts")
            assert spec.description == check.description
            assert check.description.startswith("Expected: ")
            assert check.expectation.reason in check.description
            page = Path(spec.metadata["data docs"].path)
            schema, name = check.expectation.table.split(".")
            assert page.parts[-4:] == ("docs", "expectations", schema, f"{name}.html")
            for read in check.expectation.reads:
                before = STAGES[: STAGES.index(stage) + 1]
                assert read.split(".")[0] in (*before, "quality", "codes")
    assert found == len(specs)


def test_checks_are_named_in_words():
    names = {check.name for check in checks_of("landing") if check.asset == "landing.court"}
    assert {
        "regDate_reads_as_a_day",
        "cardNum_passes_its_check",
        "iname_is_present",
        "sexy_has_the_right_form",
        "operation_is_a_known_value",
        "first_delivery_has_enough_rows",
        "rows_fit_the_first_delivery",
    } <= names
    odd = Expectation("名", "landing.x", "present", "warn", "", column="地 址")
    assert in_words(odd) == "____is_present"


def test_what_stops_a_build_is_an_error_and_all_else_a_warning():
    for stage in CHECKED_STAGES:
        for check in checks_of(stage):
            stops = check.expectation.outcome == "fail"
            assert (check.severity == dg.AssetCheckSeverity.ERROR) == stops


def test_every_column_is_described():
    """By its contract, or in schemas/columns.csv, which names nothing that is not there."""
    tables = {name: output_columns(model.sql) for name, model in MODELS.items()}
    tables |= {f"landing.{feed.name}": landing_columns(feed) for feed in feeds().values()}
    tables["quality.verdicts"] = tuple(VERDICTS_COLUMNS)
    tables |= {
        f"codes.{path.stem}": tuple(columns_and_rows(path)[0]) for path in CODES.glob("*.csv")
    }
    tables |= {f"world.{name}": tuple(schema.names) for name, schema in SCHEMAS.items()}
    for table, columns in tables.items():
        missing = [column for column in columns if not said_of_columns(table).get(column)]
        assert not missing, f"{table}: {missing}"
    everywhere = {column for columns in tables.values() for column in columns}
    for table, column, meaning in written():
        # What else there is has no schema but in a database; see tests/pipelines/test_described.py.
        if table in tables or not table:
            assert column in (tables[table] if table else everywhere), f"{table} {column}"
        assert meaning.endswith("."), column


def test_a_contract_of_the_table_speaks_first():
    feed = feeds()["court"]
    said = said_of_columns("landing.court")
    assert said["iname"] == f"{feed.column('iname').title_zh}: {feed.column('iname').description}"
    assert said_of_columns("conform.court")["iname"] == said["iname"]
    assert (
        said_of_columns("scores.points")["reason"] != said_of_columns("resolve.unmatched")["reason"]
    )


def test_jobs_run_in_one_process():
    for name in ("build", "replay"):
        assert defs.resolve_job_def(name).executor_def == dg.in_process_executor
    fields = Laboratory.to_config_schema().config_type.fields
    assert {"home", "landing", "size", "seed", "join", "policy", "engine"} == set(fields)
