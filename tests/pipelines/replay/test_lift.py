"""A lifted query gives in each universe what the query gives of that universe's rows alone."""

from __future__ import annotations

import pytest

from pipelines.engine import open_engine
from pipelines.replay.recompute.lift import LiftError, lifted

# Universe -> rows; what is the same in all has no universe.
FIRMS = {0: [("f1", "Lan"), ("f2", "Ming")], 1: [("f1", "Lan"), ("f3", "Hua")], 2: []}
FINES = {0: [("f1", 5), ("f1", 7)], 1: [("f1", 5), ("f3", 9), ("f3", 1)], 2: [("f2", 3)]}
RATES = [("Lan", 10), ("Hua", 20)]

QUERIES = {
    "select": "SELECT f.firm FROM x.firms AS f WHERE f.name = 'Lan'",
    "inner join": "SELECT f.name, a.fine FROM x.firms AS f INNER JOIN x.fines AS a ON a.firm = f.firm",
    "left join": "SELECT f.name, a.fine FROM x.firms AS f LEFT JOIN x.fines AS a ON a.firm = f.firm",
    "full join": "SELECT coalesce(f.firm, a.firm) AS firm, a.fine FROM x.firms AS f "
    "FULL JOIN x.fines AS a ON a.firm = f.firm",
    "what does not vary": "SELECT f.firm, r.rate FROM x.firms AS f "
    "INNER JOIN x.rates AS r ON r.name = f.name",
    "semi-join": "SELECT f.firm FROM x.firms AS f "
    "WHERE EXISTS (SELECT 1 FROM x.fines AS a WHERE a.firm = f.firm)",
    "anti-join": "SELECT f.firm FROM x.firms AS f "
    "WHERE NOT EXISTS (SELECT 1 FROM x.fines AS a WHERE a.firm = f.firm)",
    "group": "SELECT a.firm, sum(a.fine) AS fines FROM x.fines AS a GROUP BY a.firm",
    "window": "SELECT a.firm, a.fine, row_number() OVER (PARTITION BY a.firm ORDER BY a.fine) AS place "
    "FROM x.fines AS a",
    "union": "SELECT f.firm FROM x.firms AS f UNION SELECT a.firm FROM x.fines AS a",
    "union with what does not vary": "SELECT f.name FROM x.firms AS f "
    "UNION ALL SELECT r.name FROM x.rates AS r",
    "common table expression": "WITH sums AS (SELECT firm, sum(fine) AS fines FROM x.fines GROUP BY firm) "
    "SELECT f.name, s.fines FROM x.firms AS f INNER JOIN sums AS s ON s.firm = f.firm",
    "distinct": "SELECT DISTINCT a.firm FROM x.fines AS a",
}


def varies(name: str) -> str | None:
    return None if name == "x.rates" else name


@pytest.fixture(scope="module")
def engine():
    with open_engine("duckdb") as opened:
        opened.execute("CREATE SCHEMA x")
        opened.execute("CREATE TABLE x.rates (name VARCHAR, rate INTEGER)")
        opened.execute("CREATE TABLE universes (universe INTEGER)")
        opened.execute("INSERT INTO universes VALUES (0), (1), (2)")
        for row in RATES:
            opened.execute("INSERT INTO x.rates VALUES (?, ?)", list(row))
        for name, columns, rows in (
            ("firms", "firm VARCHAR, name VARCHAR", FIRMS),
            ("fines", "firm VARCHAR, fine INTEGER", FINES),
        ):
            opened.execute(f'CREATE TABLE "x.{name}" ({columns}, universe INTEGER)')
            opened.execute(f"CREATE TABLE x.{name} ({columns})")
            for universe, given in rows.items():
                for row in given:
                    opened.execute(f'INSERT INTO "x.{name}" VALUES (?, ?, ?)', [*row, universe])
        yield opened


def alone(engine, universe: int) -> None:
    """Put the rows of one universe in the tables that know of no other."""
    for name in ("firms", "fines"):
        engine.execute(f"DELETE FROM x.{name}")
        engine.execute(
            f'INSERT INTO x.{name} SELECT * EXCLUDE (universe) FROM "x.{name}" WHERE universe = ?',
            [universe],
        )


@pytest.mark.parametrize("name", QUERIES)
def test_each_universe_gets_what_it_gets_alone(engine, name):
    sql = QUERIES[name]
    lifted_sql = lifted(sql, varies)
    for universe in FIRMS:
        alone(engine, universe)
        expected = engine.query(f"SELECT * FROM ({sql}) ORDER BY ALL").to_pylist()
        found = engine.query(
            f"SELECT * EXCLUDE (universe) FROM ({lifted_sql}) WHERE universe = {universe} ORDER BY ALL"
        )
        assert found.to_pylist() == expected


def test_what_would_count_all_universes_together_is_refused():
    with pytest.raises(LiftError, match="LIMIT"):
        lifted("SELECT f.firm FROM x.firms AS f LIMIT 1", varies)
