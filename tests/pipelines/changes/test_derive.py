"""What is derived from small SELECTs, and that it is enough: changed tables give what recomputing gives."""

from __future__ import annotations

import random

import pytest

from pipelines.changes.passing import derived, recipe
from pipelines.engine import open_engine
from pipelines.model import Model, ModelError, tables_read
from pipelines.replay.recompute.differences import ADDED, REMOVED
from pipelines.replay.recompute.small import Small

# name -> SELECT, and what is derived: the way, or the unit and its ties.
QUERIES = {
    "chosen": ("SELECT a.id, a.n + 1 AS n, a.own FROM merge.a AS a WHERE a.k > 1", "rows"),
    "put together": (
        "SELECT a.id, a.own FROM merge.a AS a UNION ALL SELECT b.id, b.own FROM merge.b AS b",
        "rows",
    ),
    "put together once": (
        "SELECT a.id FROM merge.a AS a UNION SELECT b.id FROM merge.b AS b",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.id = unit.id"],
    ),
    "grouped": (
        "SELECT a.id, count(*) AS n FROM merge.a AS a GROUP BY a.id",
        ["merge.a a BY a.id = unit.id"],
    ),
    "joined along the unit": (
        "SELECT a.id, a.own, b.own AS other FROM merge.a AS a "
        "INNER JOIN merge.b AS b ON b.id = a.id WHERE a.k = 1",
        ["merge.a a BY a.id = unit.id WHERE a.k = 1", "merge.b b BY b.id = unit.id"],
    ),
    "a chain": (
        "SELECT a.id, a.own, b.own AS o, c.own AS p FROM merge.a AS a INNER JOIN merge.b AS b ON b.n = a.n "
        "INNER JOIN merge.c AS c ON c.k = b.k AND c.n > 1",
        [
            "merge.a a BY a.id = unit.id",
            "merge.b b BY b.n = a.n",
            "merge.c c BY c.k = b.k WHERE c.n > 1",
        ],
    ),
    "what a left join says leads one way": (
        "SELECT a.id, a.own, b.own AS o FROM merge.a AS a "
        "LEFT JOIN merge.b AS b ON b.id = a.id AND a.n = 1",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.id = unit.id"],
    ),
    "the right side of a left join is no unit": (
        "SELECT b.id, max(a.n) AS n FROM merge.a AS a LEFT JOIN merge.b AS b ON b.k = a.k "
        "GROUP BY b.id",
        "whole",
    ),
    "that there is no row ties nothing": (
        "SELECT b.id, a.n, a.own, b.own AS o FROM merge.a AS a LEFT JOIN merge.b AS b ON b.k = a.k "
        "WHERE (a.k = 1) = (b.id IS NULL)",
        ["merge.a a BY a.n = unit.n", "merge.b b BY b.k = a.k"],
    ),
    "two left joins": (
        "SELECT a.id, a.own, b.own AS o, c.own AS p FROM merge.a AS a LEFT JOIN merge.b AS b ON b.n = a.n "
        "LEFT JOIN merge.c AS c ON c.k = b.k WHERE b.k IS NULL OR c.n > 1",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.n = a.n", "merge.c c BY c.k = b.k"],
    ),
    "both sides": (
        "SELECT coalesce(a.id, b.id) AS id, a.n, b.k FROM "
        "(SELECT a.id, max(a.n) AS n FROM merge.a AS a GROUP BY a.id) AS a FULL OUTER JOIN "
        "(SELECT b.id, min(b.k) AS k FROM merge.b AS b GROUP BY b.id) AS b ON a.id = b.id",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.id = unit.id"],
    ),
    "not there": (
        "SELECT a.id, a.own FROM merge.a AS a WHERE NOT EXISTS "
        "(SELECT 1 FROM merge.b AS b WHERE b.id = a.id AND b.n = a.n)",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.id = unit.id"],
    ),
    "one of": (
        "SELECT a.id, a.own FROM merge.a AS a WHERE a.n IN (SELECT b.n FROM merge.b AS b WHERE b.k > 1)",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.n = a.n WHERE b.k > 1"],
    ),
    "none of: one row without a value says no to all": (
        "SELECT a.id, a.own FROM merge.a AS a WHERE a.n NOT IN (SELECT b.n FROM merge.b AS b)",
        ["merge.a a BY a.id = unit.id", "merge.b b BY every row of a"],
    ),
    "one of pairs": (
        "SELECT a.id, a.own FROM merge.a AS a WHERE (a.n, a.k) IN (SELECT b.n, b.k FROM merge.b AS b)",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.n = a.n AND b.k = a.k"],
    ),
    "no less than all": (
        "SELECT a.id, a.own FROM merge.a AS a WHERE a.n >= ALL (SELECT b.n FROM merge.b AS b WHERE b.n > 0)",
        ["merge.a a BY a.id = unit.id", "merge.b b BY every row of a WHERE b.n > 0"],
    ),
    "either": (
        "SELECT a.id, a.own, b.own AS o FROM merge.a AS a INNER JOIN merge.b AS b ON b.k = a.k OR b.n = a.n",
        ["merge.a a BY a.id = unit.id", "merge.b b BY every row of a"],
    ),
    "a window by the unit": (
        "SELECT a.id, a.own, row_number() OVER (PARTITION BY a.id ORDER BY a.own) AS place "
        "FROM merge.a AS a",
        ["merge.a a BY a.id = unit.id"],
    ),
    "a window over all": (
        "SELECT a.id, a.own, max(a.n) OVER (ORDER BY a.k) AS most FROM merge.a AS a",
        "whole",
    ),
    "a window over all of another": (
        "WITH w AS (SELECT b.n, sum(b.k) OVER (ORDER BY b.n, b.id) AS k FROM merge.b AS b) "
        "SELECT a.id, max(w.k) AS k FROM merge.a AS a INNER JOIN w ON w.n = a.n GROUP BY a.id",
        ["merge.a a BY a.id = unit.id", "merge.b b BY every row of a"],
    ),
    "grouped by another": (
        "WITH g AS (SELECT b.k, count(*) AS n FROM merge.b AS b GROUP BY b.k) "
        "SELECT a.id, a.own, g.n AS m FROM merge.a AS a INNER JOIN g ON g.k = a.k AND g.n = a.n",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.k = a.k"],
    ),
    "two rows of one table": (
        "WITH j AS (SELECT x.id, x.n, y.k FROM merge.a AS x INNER JOIN merge.a AS y ON y.id = x.id) "
        "SELECT j.id, count(c.id) AS m FROM j LEFT JOIN merge.c AS c ON c.n = j.n AND c.k = j.k "
        "GROUP BY j.id",
        None,
    ),
    "an id made of columns": (
        "SELECT md5(concat_ws('|', a.id, a.k)) AS made_id, max(a.n) AS n FROM merge.a AS a "
        "GROUP BY a.id, a.k",
        ["merge.a a BY a.id = unit.id AND a.k = unit.k"],
    ),
    "a choice of two": (
        "SELECT a.id, a.own, b.own AS o, c.own AS p FROM merge.a AS a "
        "INNER JOIN merge.b AS b ON b.id = a.id "
        "INNER JOIN merge.c AS c ON c.k = coalesce(a.n, b.n)",
        None,
    ),
    "of the largest": (
        "WITH m AS (SELECT a.id, max(a.n) AS n, min(a.k) AS k FROM merge.a AS a GROUP BY a.id) "
        "SELECT m.id, m.n, c.own FROM m INNER JOIN merge.c AS c ON c.n = m.n AND c.k = m.k",
        None,
    ),
    "known through itself": (
        "WITH w AS (SELECT a.id, a.n FROM merge.a AS a WHERE a.k > 0), "
        "d AS (SELECT DISTINCT w.n AS n FROM w), "
        "f AS (SELECT d.n, max(b.k) AS k FROM d LEFT JOIN merge.b AS b ON b.n = d.n GROUP BY d.n) "
        "SELECT w.id, sum(f.k) AS k FROM w INNER JOIN f ON f.n = w.n GROUP BY w.id",
        ["merge.a a BY a.id = unit.id WHERE a.k > 0", "merge.b b BY b.n = a.n"],
    ),
    "known through some of itself": (
        "WITH w AS (SELECT a.id, a.n, a.k FROM merge.a AS a), "
        "d AS (SELECT DISTINCT w.n AS n FROM w WHERE w.k > 1) "
        "SELECT w.id, count(*) AS k FROM w INNER JOIN d ON d.n = w.n GROUP BY w.id",
        ["merge.a a BY a.id = unit.id", "merge.a a_2 BY a_2.n = a.n"],
    ),
    "how many there are": ("SELECT count(*) AS n FROM merge.a AS a", "whole"),
    "a number for each": (
        "SELECT a.id, a.own, (SELECT max(b.n) FROM merge.b AS b WHERE b.k = a.k) AS most "
        "FROM merge.a AS a",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.k = a.k"],
    ),
    "the same number for all": (
        "SELECT a.id, a.own, (SELECT max(b.n) FROM merge.b AS b) AS most FROM merge.a AS a",
        ["merge.a a BY a.id = unit.id", "merge.b b BY every row of a"],
    ),
    "chosen by a text": (
        "WITH w AS (SELECT a.id, a.own FROM merge.a AS a WHERE a.kind = 'p' AND a.k > 1) "
        "SELECT w.id, w.own FROM w UNION ALL "
        "SELECT a.id, a.own FROM merge.a AS a WHERE a.kind IN ('q', 'r') UNION ALL "
        "SELECT b.id, b.own FROM merge.b AS b",
        "rows",
    ),
    "each kind in a table of its own": (
        "WITH u AS (SELECT 'p' AS kind, b.n, b.own FROM merge.b AS b UNION ALL "
        "SELECT 'q' AS kind, c.n, c.own FROM merge.c AS c) SELECT a.id, a.own, u.own AS o "
        "FROM merge.a AS a INNER JOIN u ON u.kind = a.kind AND u.n = a.n",
        [
            "merge.a a BY a.id = unit.id",
            "merge.b b BY 'p' = a.kind AND b.n = a.n",
            "merge.c c BY 'q' = a.kind AND c.n = a.n",
        ],
    ),
    "a branch that chooses, and one that does not, of the same table": (
        "WITH u AS (SELECT b.id, b.n, b.own FROM merge.b AS b WHERE b.kind = 'p' UNION ALL "
        "SELECT b.id, b.n, b.own FROM merge.b AS b), w AS (SELECT a.n FROM merge.a AS a) "
        "SELECT u.id, u.own, count(*) AS m FROM u INNER JOIN w ON w.n = u.n GROUP BY u.id, u.own",
        ["merge.b b BY b.id = unit.id", "merge.a a BY a.n = b.n"],
    ),
    "the same value in all rows of a side that may be missing": (
        "SELECT coalesce(a.id, b.id) AS id, a.k, a.place, a.own AS o, b.own FROM (SELECT a.id, a.k, a.own, "
        "rank() OVER (PARTITION BY a.kind ORDER BY a.own) AS place FROM merge.a AS a WHERE a.k = 1) AS a "
        "FULL OUTER JOIN merge.b AS b ON b.id = a.id",
        "whole",
    ),
    "what a code list knows": (
        "SELECT a.id, a.own FROM merge.a AS a INNER JOIN codes.c AS c ON c.kind = a.kind AND c.k = 1",
        "rows",
    ),
    "what a code list knows of either": (
        "WITH u AS (SELECT a.id, a.n, a.kind FROM merge.a AS a UNION ALL "
        "SELECT b.id, b.n, b.kind FROM merge.b AS b) SELECT u.id, count(*) AS k FROM u "
        "INNER JOIN codes.c AS c ON c.kind = u.kind AND c.n = u.n GROUP BY u.id",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.id = unit.id"],
    ),
    "what a code list may know": (
        "SELECT a.id, c.k AS m, count(*) AS k FROM merge.a AS a "
        "LEFT JOIN codes.c AS c ON c.kind = a.kind GROUP BY a.id, c.k",
        ["merge.a a BY a.id = unit.id"],
    ),
    "that there is one a code list knows": (
        "SELECT a.id, a.own FROM merge.a AS a WHERE NOT EXISTS (SELECT 1 FROM merge.b AS b "
        "INNER JOIN codes.c AS c ON c.kind = b.kind WHERE b.id = a.id)",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.id = unit.id"],
    ),
    "the first if it is known": (
        "WITH w AS (SELECT a.id, a.kind, row_number() OVER (PARTITION BY a.id ORDER BY a.own) AS place "
        "FROM merge.a AS a), g AS (SELECT b.id, min(b.kind) AS kind FROM merge.b AS b GROUP BY b.id) "
        "SELECT w.id, w.place, g.kind FROM w INNER JOIN g ON g.id = w.id AND g.kind = 'p' "
        "INNER JOIN codes.c AS c ON c.kind = w.kind",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.id = unit.id"],
    ),
    "less": (
        "SELECT a.id FROM merge.a AS a EXCEPT SELECT b.id FROM merge.b AS b",
        ["merge.a a BY a.id = unit.id", "merge.b b BY b.id = unit.id"],
    ),
}  # fmt: skip
TABLES = ("merge.a", "merge.b", "merge.c")


def model(sql: str, header: str = "") -> Model:
    return Model("lists.q", sql, tables_read(sql), "q.sql", header)


@pytest.mark.parametrize("name", QUERIES)
def test_what_is_derived(name):
    sql, expected = QUERIES[name]
    how = derived(model(sql))
    if expected is None:
        assert how.way == "units"
    elif isinstance(expected, str):
        assert how.way == expected, how.why
    else:
        assert sorted(map(str, how.ties)) == sorted(expected)


@pytest.mark.parametrize(
    ("sql", "ties"),
    [
        (
            "SELECT a.id, a.k FROM merge.a AS a UNION ALL SELECT c.k, a.k FROM merge.a AS a "
            "INNER JOIN merge.c AS c ON c.n = a.n",
            "rows",
        ),
        (
            "WITH u AS (SELECT c.k AS id, a.k FROM merge.a AS a INNER JOIN merge.c AS c ON c.n = a.n "
            "UNION ALL SELECT a.n, a.id FROM merge.a AS a) SELECT DISTINCT u.id, u.k FROM u",
            ["merge.a a BY a.n = unit.id"],
        ),
        (
            "SELECT DISTINCT a.id, c.n FROM merge.a AS a LEFT JOIN merge.c AS c ON c.id = a.id",
            ["merge.a a BY a.id = unit.id"],
        ),
        ("SELECT a.id FROM merge.a AS a INNER JOIN merge.c AS c ON c.id = a.id", "nothing"),
        ("SELECT max(c.n) OVER () AS n FROM merge.c AS c", "nothing"),
    ],
)
def test_of_a_table_without_rows_no_branch_is_read(sql, ties):
    how = derived(model(sql), frozenset({"merge.c"}))
    assert how.way == ties or [str(tie) for tie in how.ties] == ties


def test_a_model_that_is_not_understood_is_made_whole_though_a_table_is_empty():
    sql = "SELECT a.id, c.n FROM merge.a AS a LEFT JOIN merge.c AS c ON c.id = a.id LIMIT 1"
    assert recipe(model(sql), frozenset({"merge.c"})).way == "whole"


@pytest.fixture(scope="module", params=range(6))
def worlds(request, tmp_path_factory):
    """Three small tables, and what each SELECT gives of them; in two universes, other tables.

    In the third of six worlds one of the tables has no rows; in the last three one table alone changes, in
    rows of one kind, which no query chooses.
    """
    draw = random.Random(request.param)
    empty = ("merge.c",) if request.param == 2 else ()
    path = tmp_path_factory.mktemp("worlds") / "base.duckdb"
    with open_engine("duckdb", path) as engine:
        for table in TABLES:
            some = " WHERE false" if table in empty else ""
            engine.create_table(
                table, f"SELECT * FROM (VALUES {rows(draw, 12)}) AS t({COLUMNS}){some}"
            )
        engine.create_table("codes.c", "FROM (VALUES (1, 1, 'p'), (2, 2, 's')) AS t(k, n, kind)")
        for n, (sql, _) in enumerate(QUERIES.values()):
            engine.create_table(f"lists.q{n}", sql)
    with Small(path, threads=1) as small:
        small.begin([0, 1])
        for table in TABLES[request.param - 3 :][:1] if request.param > 2 else TABLES:
            if table in empty:
                continue
            kinds = KINDS if request.param < 3 else ("'q'",)
            small.change(table, " UNION ALL ".join(changes(draw, table, u, kinds) for u in (0, 1)))
        yield small


COLUMNS = "id, n, k, own, kind"
KINDS = ("'p'", "'q'", "'s'", "CAST(NULL AS VARCHAR)")


def rows(draw: random.Random, n: int, kinds: tuple[str, ...] = KINDS) -> str:
    """Rows whose values repeat, some of them missing, but for a number of their own."""
    some = (1, 2, 3, 4, "CAST(NULL AS INTEGER)")
    return ", ".join(
        f"({', '.join(str(draw.choice(some)) for _ in range(3))}, {draw.randrange(10**9)}, "
        f"{draw.choice(kinds)})"
        for _ in range(n)
    )


def changes(draw: random.Random, table: str, universe: int, kinds: tuple[str, ...]) -> str:
    """Up to two rows of some kinds less, and one or two more."""
    chosen, most = ("TRUE", 9) if kinds == KINDS else (f"kind IN ({', '.join(kinds)})", 2)
    return (
        f"SELECT CAST({REMOVED} AS TINYINT) AS side, {universe} AS universe, {COLUMNS} FROM (SELECT * "
        f"FROM base.{table} WHERE {chosen} ORDER BY own LIMIT 2 OFFSET {draw.randrange(most)}) "
        f"UNION ALL SELECT CAST({ADDED} AS TINYINT), {universe}, * "
        f"FROM (VALUES {rows(draw, draw.choice((1, 2)), kinds)}) AS t({COLUMNS})"
    )


@pytest.mark.parametrize("name", QUERIES)
def test_what_changes_is_recomputed(name, worlds):
    sql, _ = QUERIES[name]
    table = f"lists.q{list(QUERIES).index(name)}"
    worlds.run_model(Model(table, sql, tables_read(sql), "q.sql"))
    for universe in (0, 1):
        text = sql
        for read in set(tables_read(sql)) - {"codes.c"}:
            text = text.replace(f" {read} ", f" ({worlds.whole(read, universe, COLUMNS)}) ")
        columns = ", ".join(worlds.columns[table])
        told = worlds.engine.fetch(worlds.whole(table, universe, columns))
        assert sorted(told, key=str) == sorted(worlds.engine.fetch(text), key=str)


def test_one_row_more_counts_though_it_is_alike_in_all_that_is_looked_at(tmp_path):
    sql, _ = QUERIES["grouped"]
    with open_engine("duckdb", tmp_path / "base.duckdb") as engine:
        engine.create_table("merge.a", f"SELECT * FROM (VALUES (1, 0, 0, 1, 'p')) AS t({COLUMNS})")
        engine.create_table("lists.q", sql)
    with Small(tmp_path / "base.duckdb", threads=1) as small:
        small.begin([0])
        small.change(
            "merge.a",
            f"SELECT CAST(side AS TINYINT) AS side, 0 AS universe, {COLUMNS} FROM (VALUES "
            f"({REMOVED}, 1, 0, 0, 1, 'p'), ({ADDED}, 1, 0, 0, 2, 'p'), ({ADDED}, 1, 0, 0, 3, 'p')) "
            f"AS t(side, {COLUMNS})",
        )
        small.run_model(model(sql))
        assert small.engine.fetch(small.whole("lists.q", 0, "id, n")) == [(1, 2)]


def small_of(path, models: list[Model], columns: str = "*", two: bool = False) -> Small:
    """The tables a and b of one row each, and what some models make of them."""
    with open_engine("duckdb", path) as engine:
        for table in ("merge.a", "merge.b"):
            one = f"(VALUES (1, 2, 3, 4, 'p')) AS t({COLUMNS})"
            engine.create_table(table, f"SELECT {columns} FROM {one}")
        for name, sqls in {
            m.name: [o.sql for o in models if o.name == m.name] for m in models
        }.items():
            engine.create_table(name, " UNION ALL ".join(sqls))
    small = Small(path, threads=1, two_at_a_time=two)
    small.begin([0])
    return small


def one_more(small: Small, table: str, row: str, columns: str = "*") -> None:
    """A row that universe 0 has more in a table."""
    small.change(
        table,
        f"SELECT CAST({ADDED} AS TINYINT) AS side, 0 AS universe, {columns} "
        f"FROM (VALUES ({row})) AS t({COLUMNS})",
    )


@pytest.mark.parametrize(
    ("kind", "runs"), [("'p'", True), ("'s'", False), ("CAST(NULL AS VARCHAR)", False)]
)
def test_a_change_of_rows_it_never_chooses_does_not_run_a_model(kind, runs, tmp_path):
    chosen = model(QUERIES["chosen by a text"][0])
    with small_of(tmp_path / "base.duckdb", [chosen]) as small:
        one_more(small, "merge.a", f"1, 2, 3, 5, {kind}")
        assert small.run_model(chosen) is runs


AN_ID = "C2CBCC5F-07FA-B865-E456-CA70F251A40A"


def test_a_value_that_is_no_text_may_be_written_in_several_ways(tmp_path):
    """As an id is, with hyphens or without."""
    chosen = model(f"SELECT a.id, a.own FROM merge.a AS a WHERE a.id = '{AN_ID}'")
    columns = f"CAST('{AN_ID.lower()}' AS UUID) AS id, own"
    with small_of(tmp_path / "base.duckdb", [chosen], columns) as small:
        one_more(small, "merge.a", "1, 2, 3, 5, 'p'", columns)
        assert small.run_model(chosen)
        assert small.engine.fetch(small.whole("lists.q", 0, "own")) == [(4,), (5,)]


@pytest.mark.parametrize("two", [False, True])
def test_models_of_one_table_all_run_before_what_reads_it(two, tmp_path):
    """As the gates of two feeds do, whose verdicts stand in one table."""
    last = "SELECT q.id, count(*) AS n FROM lists.q AS q GROUP BY q.id"
    models = [
        model("SELECT t.id, t.own FROM merge.a AS t"),
        model("SELECT t.id, t.own FROM merge.b AS t"),
        Model("lists.r", last, tables_read(last), "r.sql"),
    ]
    with small_of(tmp_path / "base.duckdb", models, two=two) as small:
        for table in ("merge.a", "merge.b"):
            one_more(small, table, "7, 2, 3, 5, 'p'")
        assert small.run(models) == ["lists.q", "lists.r"]
        assert small.engine.fetch(small.whole("lists.r", 0, "id, n")) == [(1, 2), (7, 2)]


SAID = "SELECT a.id, a.n, b.k FROM merge.a AS a INNER JOIN merge.b AS b ON b.k = a.k OR b.n = a.n"


def test_what_a_header_says_goes_before():
    told = recipe(model(SAID, "reads: merge.a BY id\nreads: merge.b BY k = a.k"))
    assert told.said and str(told) == "said: by id"
    assert [str(tie) for tie in told.ties] == [
        "merge.a a BY a.id = unit.id",
        "merge.b b BY b.k = a.k",
    ]


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("reads: merge.a id", "is not of the form"),
        ("reads: merge.c BY id", "does not read"),
        ("reads: merge.a BY m", "must name columns that the model gives"),
        ("reads: merge.b BY k = a.k", "of a line before it"),
        ("reads: merge.a BY id", "does not say how it reads merge.b"),
    ],
)
def test_what_cannot_be_understood_is_refused(header, says):
    with pytest.raises(ModelError, match=says):
        recipe(model(SAID, header))
