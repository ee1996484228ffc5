"""Of which kinds a row must be to change anything, and that no other row has a model run again."""

import pytest

from pipelines.changes.passing import derived
from pipelines.model import Model, tables_read

A_P = (("kind",), """SELECT DISTINCT "value" FROM (VALUES ('p')) AS given (value)""")
A_1 = (("k",), """SELECT DISTINCT "value" FROM (VALUES (1)) AS given (value)""")
IN_C = (("kind",), 'SELECT DISTINCT "kind" FROM (SELECT * FROM codes.c)')
IN_C_1 = (("kind",), 'SELECT DISTINCT "kind" FROM (SELECT * FROM codes.c WHERE k = 1)')
BOTH_IN_C = (("kind", "n"), 'SELECT DISTINCT "kind", "m" FROM (SELECT * FROM codes.c)')
U = "WITH u AS (SELECT a.id, a.kind, a.n FROM s.a AS a UNION ALL SELECT b.id, b.kind, 1 FROM s.b AS b) "

# SELECT -> table -> the kinds at each of its places.
KINDS = {
    "SELECT a.id FROM s.a AS a WHERE a.kind = 'p' AND a.k = 1 AND a.n > 2": {"s.a": [[A_1, A_P]]},
    "SELECT a.id FROM s.a AS a WHERE a.kind = 'p' OR a.k = 1": {},
    "SELECT a.id FROM s.a AS a WHERE a.kind = 'p' UNION ALL SELECT a.id FROM s.a AS a WHERE a.k = 1": {
        "s.a": [[A_1], [A_P]]
    },
    "SELECT a.id FROM s.a AS a WHERE a.kind = 'p' UNION ALL SELECT a.id FROM s.a AS a": {},
    "SELECT a.id FROM s.a AS a INNER JOIN codes.c AS c ON c.kind = a.kind AND c.k = 1": {
        "s.a": [[IN_C_1]]
    },
    "SELECT a.id FROM s.a AS a INNER JOIN codes.c AS c ON c.kind = a.kind AND c.m = a.n": {
        "s.a": [[BOTH_IN_C]]
    },
    "SELECT a.id FROM s.a AS a LEFT JOIN codes.c AS c ON c.kind = a.kind": {},
    "SELECT a.id FROM s.a AS a LEFT JOIN s.b AS b ON b.id = a.id AND b.kind = 'p'": {"s.b": [[A_P]]},
    "SELECT a.id FROM s.a AS a LEFT JOIN s.b AS b ON b.id = a.id WHERE b.kind = 'p'": {},
    "SELECT a.id FROM s.a AS a WHERE NOT EXISTS (SELECT 1 FROM s.b AS b "
    "INNER JOIN codes.c AS c ON c.kind = b.kind WHERE b.id = a.id)": {"s.b": [[IN_C]]},
    U + "SELECT u.id FROM u INNER JOIN codes.c AS c ON c.kind = u.kind AND c.m = u.n": {
        "s.a": [[BOTH_IN_C]],
        "s.b": [[IN_C]],
    },
    "SELECT g.id FROM (SELECT a.id, a.kind, max(a.n) AS n FROM s.a AS a GROUP BY a.id, a.kind) AS g "
    "WHERE g.kind = 'p'": {"s.a": [[A_P]]},
    "SELECT g.id FROM (SELECT a.id, min(a.kind) AS kind FROM s.a AS a GROUP BY a.id) AS g "
    "WHERE g.kind = 'p'": {},
    "SELECT w.id FROM (SELECT a.id, a.kind, sum(a.n) OVER (PARTITION BY a.id) AS n FROM s.a AS a) AS w "
    "WHERE w.kind = 'p'": {},
    # What speaks of a table beside it is not understood.
    "SELECT a.id FROM s.a AS a, (SELECT c.kind FROM codes.c AS c WHERE c.m = a.n) AS d "
    "WHERE d.kind = a.kind": {},
}  # fmt: skip


@pytest.mark.parametrize("sql", KINDS)
def test_of_which_kinds_rows_must_be(sql):
    found = derived(Model("lists.q", sql, tables_read(sql), "q.sql")).kinds
    assert {table: [list(kinds) for kinds in places] for table, places in found} == KINDS[sql]
