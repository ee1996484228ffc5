"""The words a model may use besides the macros, each with small trials.

Two engines must agree on every model, so a model may say only what is known to mean the same in
both. tests/pipelines/engine/test_lint.py runs every trial on both engines; a word that is wanted
and missing is added here with a trial of its own.
"""

from __future__ import annotations

Trials = tuple[tuple[str, str | None], ...]

_NUMBERS = "(VALUES (3, 'c'), (1, 'a'), (2, 'b'), (2, 'b')) AS v(n, s)"
_HOLES = "(VALUES (1, 'a'), (CAST(NULL AS INTEGER), 'b'), (3, CAST(NULL AS VARCHAR))) AS v(n, s)"
_PAIR = "(VALUES (1, 10), (2, 20)) AS l(k, x)"
_OTHER = "(VALUES (2, 200), (3, 300)) AS r(k, y)"

# word -> (expression, what both engines give, cast to text), at least one each.
ALLOWED: dict[str, Trials] = {
    # arithmetic and comparison
    "+": (
        ("2 + 3", "5"),
        ("DATE '2024-02-28' + 2", "2024-03-01"),
        ("CAST('1.10' AS DECIMAL(18, 2)) + CAST('2.05' AS DECIMAL(18, 2))", "3.15"),
        ("1 + CAST(NULL AS INTEGER)", None),
    ),
    "-": (("2 - 3", "-1"), ("DATE '2024-03-01' - 2", "2024-02-28")),
    "negative": (("-(2 + 3)", "-5"),),
    "*": (("6 * 7", "42"), ("CAST('1.50' AS DECIMAL(18, 2)) * 4", "6.00")),
    "//": (("7 // 2", "3"), ("-7 // 2", "-3"), ("CAST(7 AS BIGINT) // 7", "1")),
    "%": (("7 % 3", "1"), ("-7 % 3", "-1")),
    "=": (("'a' = 'a'", "true"), ("'a' = 'A'", "false"), ("1 = CAST(NULL AS INTEGER)", None)),
    "<>": (("1 <> 2", "true"), ("'甲' <> '乙'", "true")),
    "<": (("'B' < 'a'", "true"), ("'z' < '甲'", "true"), ("'9' < 'A'", "true")),
    "<=": (("DATE '2024-01-01' <= DATE '2024-01-01'", "true"),),
    ">": (("'丙' > '丁'", "true"), ("10 > 9", "true")),
    ">=": (("2 >= 3", "false"),),
    "BETWEEN": (("2 BETWEEN 1 AND 2", "true"), ("3 BETWEEN 1 AND 2", "false")),
    "IN": (
        ("2 IN (1, 2)", "true"),
        ("3 NOT IN (1, 2)", "true"),
        (f"2 IN (SELECT n FROM {_NUMBERS})", "true"),
    ),
    "IS": (("CAST(NULL AS DATE) IS NULL", "true"), ("1 IS NOT NULL", "true")),
    "IS DISTINCT FROM": (
        ("CAST(NULL AS INTEGER) IS DISTINCT FROM 1", "true"),
        ("CAST(NULL AS INTEGER) IS NOT DISTINCT FROM CAST(NULL AS INTEGER)", "true"),
    ),
    "AND": (("TRUE AND FALSE", "false"), ("CAST(NULL AS BOOLEAN) AND TRUE", None)),
    "OR": (("TRUE OR FALSE", "true"), ("CAST(NULL AS BOOLEAN) OR TRUE", "true")),
    "NOT": (("NOT FALSE", "true"), ("NOT CAST(NULL AS BOOLEAN)", None)),
    "CASE": (
        ("CASE WHEN 1 > 2 THEN 'a' WHEN 2 > 1 THEN 'b' END", "b"),
        ("CASE 3 WHEN 1 THEN 'a' ELSE 'c' END", "c"),
        ("CASE WHEN FALSE THEN 'a' END", None),
    ),
    # text; positions count characters from 1
    "||": (("'甲' || 'x'", "甲x"), ("'a' || CAST(NULL AS VARCHAR)", None)),
    "concat_ws": (
        ("concat_ws('|', 'a', CAST(NULL AS VARCHAR), '', '甲')", "a||甲"),
        ("concat_ws(',', CAST(NULL AS VARCHAR))", ""),
    ),
    "length": (("length('甲乙a')", "3"), ("length('😀a')", "2"), ("length('')", "0")),
    "substr": (
        ("substr('甲乙丙丁', 2, 2)", "乙丙"),
        ("substr('abc', 2)", "bc"),
        ("substr('abc', 3, 5)", "c"),
        ("substr('abc', 5, 2)", ""),
    ),
    "replace": (("replace('a-b-', '-', '')", "ab"), ("replace('甲乙', '乙', '丙丁')", "甲丙丁")),
    "starts_with": (("starts_with('甲乙', '甲')", "true"), ("starts_with('a', 'ab')", "false")),
    # NULL
    "coalesce": (("coalesce(CAST(NULL AS INTEGER), 2, 3)", "2"),),
    "nullif": (("nullif('a', 'a')", None), ("nullif('a', 'b')", "a")),
    "greatest": (("greatest(1, CAST(NULL AS INTEGER), 3)", "3"),),
    "least": (
        ("least(DATE '2024-01-02', CAST(NULL AS DATE))", "2024-01-02"),
        ("least(CAST(NULL AS DATE), CAST(NULL AS DATE))", None),
    ),
    # numbers and days
    "abs": (("abs(-3)", "3"),),
    "date_diff": (
        ("date_diff('day', DATE '2024-02-28', DATE '2024-03-01')", "2"),
        ("date_diff('day', DATE '2024-03-01', DATE '2024-02-28')", "-2"),
    ),
    "last_day": (("last_day(DATE '2024-02-03')", "2024-02-29"),),
    "CAST": (
        ("CAST('12' AS INTEGER) + 1", "13"),
        ("CAST(DATE '0999-01-02' AS VARCHAR)", "0999-01-02"),
        ("CAST(CAST('5' AS DECIMAL(18, 2)) AS VARCHAR)", "5.00"),
        ("CAST(1 > 2 AS INTEGER)", "0"),
        ("CAST(TRUE AS VARCHAR)", "true"),
        ("CAST('2024-02-29' AS DATE)", "2024-02-29"),
        ("CAST(CAST(7 AS DECIMAL(18, 2)) AS BIGINT)", "7"),
        ("CAST(NULL AS UUID)", None),
    ),
    # aggregates, also over windows; a sum that becomes a column needs a CAST, for its type differs
    "count": (
        (f"(SELECT count(*) FROM {_HOLES})", "3"),
        (f"(SELECT count(n) FROM {_HOLES})", "2"),
        (f"(SELECT count(DISTINCT n) FROM {_NUMBERS})", "3"),
        (f"(SELECT count(*) FILTER (WHERE n > 1) FROM {_NUMBERS})", "3"),
        (f"(SELECT count(*) FROM {_NUMBERS} WHERE FALSE)", "0"),
    ),
    "sum": (
        (f"(SELECT CAST(sum(n) AS BIGINT) FROM {_HOLES})", "4"),
        (f"(SELECT CAST(sum(n) AS BIGINT) FROM {_HOLES} WHERE FALSE)", None),
        (f"(SELECT CAST(sum(CAST(n AS DECIMAL(18, 2))) AS DECIMAL(18, 2)) FROM {_HOLES})", "4.00"),
    ),
    "min": (
        (f"(SELECT min(s) FROM {_HOLES})", "a"),
        ("(SELECT min(n) FROM (SELECT 1 AS n) AS t WHERE FALSE)", None),
    ),
    "max": ((f"(SELECT max(n) FROM {_HOLES})", "3"),),
    "bool_or": ((f"(SELECT bool_or(n > 2) FROM {_HOLES})", "true"),),
    "bool_and": ((f"(SELECT bool_and(n > 2) FROM {_HOLES})", "false"),),
    "FILTER": ((f"(SELECT max(n) FILTER (WHERE n < 3) FROM {_NUMBERS})", "2"),),
    "row_number": (
        (
            f"(SELECT min(k) FROM (SELECT s, row_number() OVER (ORDER BY n DESC, s) AS k "
            f"FROM {_NUMBERS}) AS t WHERE s = 'a')",
            "4",
        ),
    ),
    "rank": (
        (f"(SELECT max(k) FROM (SELECT rank() OVER (ORDER BY n) AS k FROM {_NUMBERS}) AS t)", "4"),
        # NULL comes last, ascending and descending.
        (
            f"(SELECT k FROM (SELECT n, rank() OVER (ORDER BY n) AS k FROM {_HOLES}) AS t "
            "WHERE n IS NULL)",
            "3",
        ),
        (
            f"(SELECT k FROM (SELECT n, rank() OVER (ORDER BY n DESC) AS k FROM {_HOLES}) AS t "
            "WHERE n IS NULL)",
            "3",
        ),
    ),
    "dense_rank": (
        (
            f"(SELECT max(k) FROM (SELECT dense_rank() OVER (ORDER BY n) AS k FROM {_NUMBERS}) "
            "AS t)",
            "3",
        ),
    ),
    "lag": (
        (
            f"(SELECT p FROM (SELECT s, lag(n) OVER (ORDER BY n) AS p FROM {_NUMBERS}) AS t "
            "WHERE s = 'c')",
            "2",
        ),
    ),
    "lead": (
        (
            f"(SELECT p FROM (SELECT s, lead(n) OVER (ORDER BY n) AS p FROM {_NUMBERS}) AS t "
            "WHERE s = 'c')",
            None,
        ),
        (
            f"(SELECT p FROM (SELECT s, lead(n, 1, 9) OVER (ORDER BY n) AS p FROM {_NUMBERS}) "
            "AS t WHERE s = 'c')",
            "9",
        ),
    ),
    "OVER": (
        (
            f"(SELECT max(t) FROM (SELECT CAST(sum(n) OVER (PARTITION BY s ORDER BY n ROWS BETWEEN "
            f"UNBOUNDED PRECEDING AND 1 PRECEDING) AS BIGINT) AS t FROM {_NUMBERS}) AS t)",
            "2",
        ),
        (
            f"(SELECT max(m) FROM (SELECT max(n) OVER w AS m FROM {_NUMBERS} "
            "WINDOW w AS (PARTITION BY s)) AS t)",
            "3",
        ),
    ),
    # the shape of a query
    "SELECT": (("(SELECT max(t.b) FROM (SELECT 1 AS a, 2 AS b) AS t)", "2"),),
    "STAR": (("(SELECT max(b) FROM (SELECT * FROM (SELECT 1 AS a, 2 AS b) AS t) AS u)", "2"),),
    "DISTINCT": ((f"(SELECT count(*) FROM (SELECT DISTINCT n, s FROM {_NUMBERS}) AS t)", "3"),),
    "WITH": (("(SELECT a FROM (WITH t AS (SELECT 1 AS a) SELECT t.a AS a FROM t) AS u)", "1"),),
    "VALUES": ((f"(SELECT count(*) FROM {_NUMBERS})", "4"),),
    "GROUP BY": (
        (
            f"(SELECT max(k) FROM (SELECT n, count(*) AS k FROM {_NUMBERS} GROUP BY n) AS t)",
            "2",
        ),
        (
            f"(SELECT max(k) FROM (SELECT s, count(*) AS k FROM {_NUMBERS} GROUP BY ALL) AS t)",
            "2",
        ),
    ),
    "HAVING": (
        (
            f"(SELECT max(n) FROM (SELECT n FROM {_NUMBERS} GROUP BY n HAVING count(*) > 1) AS t)",
            "2",
        ),
    ),
    "JOIN": (
        (f"(SELECT max(y) FROM {_PAIR} INNER JOIN {_OTHER} ON l.k = r.k)", "200"),
        (f"(SELECT count(*) FROM {_PAIR} LEFT JOIN {_OTHER} ON l.k = r.k WHERE y IS NULL)", "1"),
        (f"(SELECT count(*) FROM {_PAIR} FULL JOIN {_OTHER} ON l.k = r.k)", "3"),
        (f"(SELECT count(*) FROM {_PAIR} CROSS JOIN {_OTHER})", "4"),
        (f"(SELECT count(*) FROM {_PAIR} INNER JOIN {_OTHER} ON l.k < r.k)", "3"),
    ),
    "EXISTS": (
        (
            f"(SELECT max(x) FROM {_PAIR} WHERE EXISTS (SELECT 1 FROM {_OTHER} WHERE r.k = l.k))",
            "20",
        ),
        (
            f"(SELECT count(*) FROM {_PAIR} WHERE NOT EXISTS "
            f"(SELECT 1 FROM {_OTHER} WHERE r.k = l.k AND r.y > l.x))",
            "1",
        ),
    ),
    "UNION": (
        ("(SELECT count(*) FROM (SELECT 1 AS a UNION ALL SELECT 1 AS a) AS t)", "2"),
        ("(SELECT count(*) FROM (SELECT 1 AS a UNION SELECT 1 AS a) AS t)", "1"),
    ),
    "EXCEPT": (("(SELECT count(*) FROM (SELECT 1 AS a EXCEPT SELECT 1 AS a) AS t)", "0"),),
    "INTERSECT": (("(SELECT count(*) FROM (SELECT 1 AS a INTERSECT SELECT 1 AS a) AS t)", "1"),),
    "ORDER BY": (
        (
            f"(SELECT max(k) FROM (SELECT n, row_number() OVER (ORDER BY s, n) AS k "
            f"FROM {_NUMBERS} ORDER BY n) AS t)",
            "4",
        ),
    ),
}
