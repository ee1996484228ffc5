"""What Spark is told of a table's jobs: what they are for, and into how many pieces work is cut."""

import pytest

from pipelines.engine.spark_settings import SparkSettings


def test_jobs_are_named_after_the_table_they_are_for(spark_engine):
    tracker = spark_engine.session.sparkContext.statusTracker()
    spark_engine.create_table("named.of_numbers", "SELECT count(*) AS n FROM range(3) AS r(i)")
    jobs = set(tracker.getJobIdsForGroup("named"))
    assert jobs
    assert spark_engine.fetch("SELECT count(*) FROM range(3) AS r(i)") == [(3,)]
    assert set(tracker.getJobIdsForGroup("named")) == jobs  # a question is of no stage
    spark_engine.drop("named.of_numbers")


def test_on_a_cluster_a_table_has_as_many_files_as_a_shuffle_has_partitions(spark_engine):
    settings = spark_engine.session.conf
    before = settings.get("spark.sql.shuffle.partitions")
    settings.set("spark.sql.shuffle.partitions", "7")
    try:
        assert spark_engine.most_files(None, SparkSettings("spark://here:7077")) == 7
        assert spark_engine.most_files(3, SparkSettings()) == 3
    finally:
        settings.set("spark.sql.shuffle.partitions", before)


@pytest.mark.parametrize("anew", ["true", "false"], ids=["planned anew", "planned once"])
def test_several_queries_make_one_table_however_they_are_planned(spark_engine, anew):
    settings = spark_engine.session.conf
    before = settings.get("spark.sql.adaptive.enabled")
    settings.set("spark.sql.adaptive.enabled", anew)
    try:
        # By place and not by name; and of two types the one that holds both.
        spark_engine.create_table(
            "named.alike", "SELECT 1 AS n, 'a' AS t", "SELECT 2 AS t, 'b' AS n"
        )
        spark_engine.create_table(
            "named.unlike", "SELECT 1 AS n", "SELECT CAST(2.5 AS DECIMAL(3, 1))"
        )
    finally:
        settings.set("spark.sql.adaptive.enabled", before)
    assert spark_engine.fetch("SELECT n, t FROM named.alike ORDER BY n") == [(1, "a"), (2, "b")]
    found = spark_engine.fetch("SELECT CAST(n AS VARCHAR) FROM named.unlike ORDER BY n")
    assert found == [("1.0",), ("2.5",)]
    for table in ("named.alike", "named.unlike"):
        spark_engine.drop(table)
