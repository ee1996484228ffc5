"""Both engines, open for the tests of one file; Spark's are skipped where it cannot run."""

import pytest

from pipelines.engine.duckdb_engine import DuckDBEngine
from pipelines.engine.spark_engine import SparkEngine, why_unavailable
from pipelines.engine.spark_settings import SparkSettings


@pytest.fixture(scope="module")
def duckdb_engine():
    with DuckDBEngine(threads=2) as engine:
        yield engine


@pytest.fixture(scope="module")
def spark_engine(tmp_path_factory):
    missing = why_unavailable()
    if missing:
        pytest.skip(missing)
    small = SparkSettings(small=True)
    home = tmp_path_factory.mktemp("spark")
    with SparkEngine(home, memory="1g", threads=2, asked=small) as engine:
        # Small builds interpret; what Spark compiles is compared here.
        engine.session.conf.set("spark.sql.codegen.factoryMode", "FALLBACK")
        yield engine


@pytest.fixture(params=["duckdb", "spark"], scope="module")
def engine(request):
    return request.getfixturevalue(f"{request.param}_engine")
