"""Spark that is not of this process, and files that are not of this machine: the tables are DuckDB's.

A server takes work by Spark Connect, and a storage is reached by its address alone; both listen on the
loopback address, and are ended whatever happens.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.engine.spark_engine import why_unavailable
from pipelines.home import Home
from tests.pipelines.engine.agreement import differences
from tests.pipelines.engine.webhdfs import HERE, served

pytestmark = [
    pytest.mark.long,  # minutes: a Java starts, and each table is a job
    pytest.mark.skipif(why_unavailable(True) is not None, reason=why_unavailable(True) or ""),
    pytest.mark.skipif(why_unavailable() is not None, reason=why_unavailable() or ""),
]
LONGEST = 1800  # seconds a build may take
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Spark that takes work by Spark Connect."""
    import pyspark

    folder = tmp_path_factory.mktemp("connect")
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
    settings = {
        "spark.connect.grpc.binding.address": HERE,
        "spark.connect.grpc.binding.port": port,
        "spark.driver.host": HERE,
        "spark.driver.bindAddress": HERE,
        "spark.sql.catalogImplementation": "in-memory",
        "spark.ui.enabled": "false",
    }
    words = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    program = Path(pyspark.__file__).with_name("bin") / "spark-submit"
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [str(program), "--master", "local[2]", "--class", SERVER, *words, "spark-internal"],
            env={**os.environ, "SPARK_LOCAL_IP": HERE, "PYSPARK_PYTHON": sys.executable},
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        while running.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((HERE, port), 1):
                break
            time.sleep(0.2)  # until it listens
        assert running.poll() is None, (folder / "log").read_text(errors="replace")[-3000:]
        yield f"sc://{HERE}:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def build(home: Path, landing: object, *words: str) -> subprocess.CompletedProcess[str]:
    """`islands build` with Spark, in a process of its own."""
    command = [sys.executable, "-m", "pipelines.cli", "build", "--engine", "spark"]
    asked = ["--home", str(home), "--landing", str(landing), *words]
    return subprocess.run([*command, *asked], capture_output=True, text=True, timeout=LONGEST)


def test_a_server_gives_what_duckdb_gives(story, server, tmp_path) -> None:
    home = tmp_path / "home"
    done = build(home, story.landing, "--master", server)
    assert done.returncode == 0, done.stderr
    assert not differences(story.database, home / "spark")
    assert Home(home).database().is_file()


def test_a_server_that_others_use_is_left_to_them(story, server, tmp_path) -> None:
    from_another = (
        "from pyspark.sql import SparkSession\n"
        f"spark = SparkSession.builder.remote({server!r}).getOrCreate()\n"
        "spark.sql(\"CREATE DATABASE codes COMMENT 'ours'\")\n"
    )
    subprocess.run([sys.executable, "-c", from_another], check=True, capture_output=True)
    done = build(tmp_path / "home", story.landing, "--master", server)
    assert done.returncode == 2
    assert "The server has a database codes already (ours); wait until" in done.stderr
    assert not (tmp_path / "home" / "spark").exists()


def test_a_setting_that_no_session_may_make_is_refused(story, server, tmp_path) -> None:
    words = ("--master", server, "--spark-conf", "spark.executor.memory=4g")
    done = build(tmp_path / "home", story.landing, *words)
    assert done.returncode == 2
    assert "start the server with spark.executor.memory=4g" in done.stderr


def test_files_and_tables_at_an_address_are_those_of_duckdb(story, tmp_path) -> None:
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "landing").symlink_to(story.landing)
    home = tmp_path / "home"
    with served(tmp_path / "served") as address:
        done = build(home, f"{address}/landing", "--tables", f"{address}/tables")
        assert done.returncode == 0, done.stderr
        assert str(Home(home).spark_tables()) == f"{address}/tables/000001"
    assert not differences(story.database, tmp_path / "served" / "tables" / "000001")
    assert not (home / "spark").exists()
    assert Home(home).database().is_file()
