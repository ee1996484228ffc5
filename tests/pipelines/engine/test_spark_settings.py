"""Where and how Spark runs is the user's to say; what cannot be is told in one sentence."""

import socket

import pytest

from pipelines.engine.spark_engine import SparkUnavailable, start_session
from pipelines.engine.spark_settings import SparkSettings, SparkSettingsError, spark_settings


def test_options_go_before_the_file(tmp_path):
    file = tmp_path / "spark.conf"
    file.write_text(
        "# ours\nspark.executor.memory  2g\n\nspark.executor.cores=1\nspark.master spark://a:7077\n",
        encoding="utf-8",
    )
    found = spark_settings(None, ["spark.executor.memory=3g"], file)
    assert found == SparkSettings(
        "spark://a:7077", {"spark.executor.memory": "3g", "spark.executor.cores": "1"}
    )
    assert not found.local and found.given


@pytest.mark.parametrize("master", ["", "local", "local[2]", "local[*]"])
def test_without_a_cluster_it_runs_here(master):
    assert spark_settings(master).local


@pytest.mark.parametrize(
    ("master", "pairs", "says"),
    [
        ("sparc://a:7077", (), "--master 'sparc://a:7077' is no master"),
        ("local[two]", (), "is no master"),
        (None, ("spark.executor.memory",), "--spark-conf takes NAME=VALUE, not 'spark.executor"),
        (None, ("spark.executor.memory=",), "--spark-conf takes NAME=VALUE"),
        (None, ("executor.memory=2g",), "'executor.memory' is no setting of Spark's"),
        (None, ("spark.sql.ansi.enabled=false",), "spark.sql.ansi.enabled stays true"),
        (None, ("spark.sql.session.timeZone=CET",), "stays UTC"),
        ("local", ("spark.master=local",), "The master is said twice"),
        (None, ("spark.master=here",), "--master 'here' is no master"),
    ],
)
def test_what_cannot_be(master, pairs, says):
    with pytest.raises(SparkSettingsError) as error:
        spark_settings(master, pairs)
    assert says in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [(b"spark.a\n", "line 1: 'spark.a' is no line"), (b"\xff\xfe", "no text in UTF-8")],
)
def test_a_file_that_cannot_be_read(tmp_path, text, says):
    file = tmp_path / "spark.conf"
    file.write_bytes(text)
    with pytest.raises(SparkSettingsError, match=says):
        spark_settings(file=file)
    with pytest.raises(SparkSettingsError, match="cannot be read"):
        spark_settings(file=tmp_path / "none")


def test_a_server_of_spark_connect_is_named_by_option_or_environment(monkeypatch):
    assert spark_settings("sc://here:15002").connect
    monkeypatch.setenv("SPARK_REMOTE", "sc://there")
    found = spark_settings()
    assert (found.master, found.connect, found.local) == ("sc://there", True, False)
    assert spark_settings("local[2]").local
    with pytest.raises(SparkUnavailable, match="unset it, or give no --master"):
        start_session("1g", None, SparkSettings("local[2]"))
    monkeypatch.setenv("SPARK_REMOTE", "there:15002")
    with pytest.raises(SparkSettingsError, match="SPARK_REMOTE says 'there:15002'"):
        spark_settings()


def test_a_server_that_is_not_there_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]  # of nobody, once this is closed
    with pytest.raises(
        SparkUnavailable, match=rf"^No Spark answers at sc://127\.0\.0\.1:{port} \("
    ):
        start_session("1g", None, SparkSettings(f"sc://127.0.0.1:{port}"))
