"""What Spark is told of a table's jobs: what they are for, and into how many pieces work is cut."""

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
