"""How the queries of a replay are run, by how many rows have changed."""

import pytest

from pipelines.engine import open_engine
from pipelines.replay.recompute.differences import FEW, MANY
from pipelines.replay.recompute.small import Small


@pytest.mark.parametrize(("rows", "all_cores"), [(1, False), (FEW + 1, False), (MANY, True)])
def test_all_cores_read_many_changed_rows(rows, all_cores, tmp_path):
    with open_engine("duckdb", tmp_path / "base.duckdb") as engine:
        engine.create_table("merge.a", "SELECT 1 AS id")
    with open_engine("duckdb") as engine:
        ((cores,),) = engine.fetch("SELECT current_setting('threads')")
    with Small(tmp_path / "base.duckdb", threads=1) as small:
        for many in (rows, 1):  # a base that has followed many rows goes back to one thread
            small.begin([0])
            small.change(
                "merge.a",
                "SELECT CAST(1 AS TINYINT) AS side, 0 AS universe, CAST(range AS INTEGER) AS id "
                f"FROM range({many})",
            )
            small.spread()
            expected = cores if all_cores and many == rows else 1
            assert small.engine.fetch("SELECT current_setting('threads')") == [(expected,)]
            ((left_out,),) = small.engine.fetch("SELECT current_setting('disabled_optimizers')")
            assert ("join_order" in left_out) == (many <= FEW)
