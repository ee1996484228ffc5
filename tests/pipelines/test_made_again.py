"""A database made again for another level or policy has the rows of one that is built from the files."""

from __future__ import annotations

import pytest

from pipelines.build import Plan, build
from pipelines.engine.databases import opened
from pipelines.landing import read_manifest
from pipelines.made_again import make_again, models_of_difference

FULL = Plan({"day0": "2024-01-01", "last_day": "2024-12-30", "horizon": "2025-06-30"})
# Numbers of an edge and of the whole run, and what a gate is told that no delivery is judged by.
OTHERWISE = {
    "ncisp-bank.every": "28",
    "links.scores": "baojia",
    "corrections": "pushed",
    "gate.resolve.name_agrees": "quarantine",
}
AFTER_EXCHANGE = {"exchange", "consequences", "scores", "publication"}


@pytest.mark.parametrize(
    ("join", "policy", "stages"),
    [
        ("full", {}, set()),
        ("full", {"ncisp-bank.every": "28"}, AFTER_EXCHANGE),
        ("full", {"links.scores": "baojia"}, AFTER_EXCHANGE),
        ("none", {}, {"conform", "resolve", "merge", "lists"} | AFTER_EXCHANGE),
    ],
)
def test_what_differs_and_what_reads_it_is_made_again(join, policy, stages):
    models = models_of_difference(FULL, Plan(FULL.manifest, join, policy))
    assert {model.stage for model in models} == stages


@pytest.mark.parametrize(
    "policy", [{"gate.landing.check_digit": "warn"}, {"gates.out_of_bounds": "warn"}]
)
def test_what_landed_and_is_judged_otherwise_is_built_from_files(policy, story, tmp_path):
    was = Plan(read_manifest(story.landing))
    plan = Plan(was.manifest, policy=policy)
    assert models_of_difference(was, plan) is None
    assert make_again(story.database, tmp_path / "other.duckdb", was, plan) is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("join", "policy"),
    [
        ("full", OTHERWISE),
        pytest.param("none", {}, marks=pytest.mark.long),
        pytest.param("own-keys", {}, marks=pytest.mark.long),
        pytest.param("unified-code", {}, marks=pytest.mark.long),
    ],
)
def test_its_rows_are_those_of_a_build(join, policy, story, tmp_path):
    """Of the story: every table that either has, and its rows."""
    was = Plan(read_manifest(story.landing))
    made, whole = tmp_path / "made.duckdb", tmp_path / "whole.duckdb"
    make_again(story.database, made, was, Plan(was.manifest, join, policy))
    build(story.landing, whole, join=join, policy=policy, checks=False)
    with opened(made=made, whole=whole) as db:
        of_made, of_whole = (
            {
                f"{schema}.{quoted}"
                for schema, quoted in db.rows(
                    "SELECT schema_name, table_name FROM duckdb_tables() "
                    f"WHERE database_name = '{name}'"
                )
            }
            for name in ("made", "whole")
        )
        assert of_made == of_whole
        differ = {
            table
            for table in sorted(of_whole)
            if db.rows(
                f"(SELECT * FROM made.{table} EXCEPT ALL SELECT * FROM whole.{table}) UNION ALL "
                f"(SELECT * FROM whole.{table} EXCEPT ALL SELECT * FROM made.{table})"
            )
        }
    assert not differ
