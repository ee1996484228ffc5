"""A lifted query gives in each universe what the query gives of that universe's rows alone."""

from __future__ import annotations

import pytest

from pipelines.engine import open_engine
from pipelines.replay.recompute.lift import LiftError, lifted

# Universe -> rows; what is the same in all has no universe.
FIRMS = {0: [("f1", "Lan"), ("f2", "Ming")], 1: [("f1", "Lan"), ("f3", "Hua")], 2: []}
FINES = {0: [("f1", 5), ("f1", 7)], 1: [("f1", 5), ("f3", 9), ("f3", 1)], 2: [("f2", 3)]}
RATES = [("Lan", 10), ("Hua", 20)]
NOBODYS = -1  # a universe without rows

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
    "source without a name": "SELECT name, n FROM (SELECT firm, name FROM x.firms) "
    "INNER JOIN (SELECT firm, count(*) AS n FROM x.fines GROUP BY firm) USING (firm)",
    "the same table inside": "SELECT firm, fine FROM x.fines "
    "WHERE fine = (SELECT max(fine) FROM x.fines)",
    "the same table inside twice": "SELECT fines.firm FROM x.fines WHERE EXISTS (SELECT 1 FROM x.firms, "
    "x.fines WHERE fines.firm = firms.firm AND fines.fine > (SELECT min(fines.fine) FROM x.fines))",
    "pairs": "SELECT firm, fine FROM x.fines "
    "WHERE (firm, fine) IN (SELECT firm, max(fine) FROM x.fines GROUP BY firm)",
    "union in a condition": "SELECT f.firm FROM x.firms AS f WHERE f.firm IN "
    "(SELECT firm FROM x.fines WHERE fine > 6 UNION SELECT firm FROM x.fines WHERE fine < 2)",
    "with in a condition": "SELECT f.firm FROM x.firms AS f WHERE f.firm IN (WITH g AS (SELECT firm "
    "FROM x.fines GROUP BY firm HAVING count(*) > 1) SELECT firm FROM g)",
    "all": "SELECT f.firm FROM x.firms AS f WHERE f.firm <> ALL (SELECT firm FROM x.fines)",
    "count of nothing": "SELECT count(*) AS n FROM x.fines WHERE fine > 7",
    "joined to a count of nothing": "SELECT f.firm, s.n FROM x.firms AS f CROSS JOIN "
    "(SELECT count(*) FILTER (WHERE fine > 2) AS n FROM x.fines WHERE fine > 7) AS s",
    "nothing but a condition": "SELECT 1 AS one WHERE NOT EXISTS (SELECT 1 FROM x.fines WHERE fine > 8)",
    "anti-join of what does not vary": "SELECT r.name FROM x.rates AS r "
    "WHERE NOT EXISTS (SELECT 1 FROM x.firms AS f WHERE f.name = r.name)",
    "right join": "SELECT f.name, a.firm, b.name AS other FROM x.firms AS f "
    "RIGHT JOIN x.fines AS a ON a.firm = f.firm LEFT JOIN x.firms AS b ON b.firm <> a.firm",
    "full join, grouped": "SELECT coalesce(f.firm, a.firm) AS firm, count(*) AS n FROM x.firms AS f "
    "FULL JOIN x.fines AS a ON a.firm = f.firm GROUP BY 1",
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
        alone(engine, NOBODYS)  # so that what is not lifted finds nothing
        found = engine.query(
            f"SELECT * EXCLUDE (universe) FROM ({lifted_sql}) WHERE universe = {universe} ORDER BY ALL"
        )
        assert found.to_pylist() == expected


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT f.firm FROM x.firms AS f LIMIT 1", "LIMIT"),
        ("SELECT firm FROM x.firms UNION SELECT firm FROM x.fines LIMIT 1", "LIMIT"),
        ("SELECT DISTINCT ON (firm) firm, fine FROM x.fines", "DISTINCT ON"),
        ("SELECT firm, count(*) AS n FROM x.fines GROUP BY ROLLUP (firm)", "ROLLUP"),
        ("SELECT sum(fine) OVER w AS s FROM x.fines WINDOW w AS (PARTITION BY firm)", "WINDOW"),
        ("SELECT f.name FROM x.firms AS f NATURAL JOIN x.fines", "NATURAL join"),
        ("SELECT x.firms.name FROM x.firms", "Give the table of x.firms.name a name"),
        ("SELECT f.firm FROM x.firms AS f FULL JOIN x.rates AS r ON r.name = f.name", "FULL join"),
        (
            "SELECT f.firm, s.m FROM x.firms AS f, "
            "LATERAL (SELECT max(fine) AS m FROM x.fines AS a WHERE a.firm = f.firm) AS s",
            "No query can be lifted where this one stands",
        ),
    ],
)
def test_what_would_mix_universes_is_refused(sql, told):
    with pytest.raises(LiftError, match=told):
        lifted(sql, varies)
