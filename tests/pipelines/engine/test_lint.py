"""The linter: what it allows runs on both engines, what it forbids is shown, the tree is clean."""

import pytest

from pipelines.engine import lint as linter
from pipelines.engine.allowed import ALLOWED
from pipelines.engine.lint import lint
from pipelines.graph import all_models
from pipelines.model import STAGES
from schemas.contract import ROOT

HEADER = "-- One row a thing.\n-- source: nowhere\n-- grain: one row\n-- key: a\n"


@pytest.fixture(scope="module")
def found(engine):
    """(word, expression) -> what the engine gives, cast to text: all of it in one query."""
    trials = [(word, trial) for word, all_of in ALLOWED.items() for trial, _ in all_of]
    rows = [
        f"SELECT {n} AS n, CAST({trial} AS VARCHAR) AS found" for n, (_, trial) in enumerate(trials)
    ]
    given = dict(engine.fetch(" UNION ALL ".join(rows)))
    return {key: given[n] for n, key in enumerate(trials)}


@pytest.mark.parametrize("word", ALLOWED)
def test_allowed_word_means_the_same(found, word):
    for trial, expected in ALLOWED[word]:
        assert found[word, trial] == expected, trial


@pytest.mark.parametrize("word", ALLOWED)
def test_trials_use_their_word_and_pass_the_linter(word):
    assert ALLOWED[word], f"{word} has no trial"
    for trial, _ in ALLOWED[word]:
        sql = f"SELECT {trial} AS x"
        assert lint(sql) == []
        said = {linter.word(node) for node in linter.sqlglot.parse_one(sql, read="duckdb").walk()}
        assert word in said


@pytest.mark.parametrize(
    ("sql", "line", "says"),
    [
        ("SELECT a / b AS x FROM t", 1, "`/` divides"),
        ("SELECT\n    a,\n    avg(b) AS x\nFROM t GROUP BY a", 3, "avg gives a DOUBLE"),
        ("SELECT CAST(a AS DOUBLE) AS x FROM t", 1, "The type DOUBLE"),
        ("SELECT CAST(a AS TIMESTAMP) AS x FROM t", 1, "The type TIMESTAMP"),
        ("SELECT CAST(a AS DECIMAL) AS x FROM t", 1, "DECIMAL alone"),
        ("SELECT a\nFROM t\nQUALIFY row_number() OVER (ORDER BY a) = 1", 3, "QUALIFY"),
        ("SELECT d + INTERVAL 1 DAY AS x FROM t", 1, "interval"),
        ("SELECT a + 1 FROM t", 1, "a + 1 has no name"),
        ("SELECT NULL AS x", 1, "x is NULL of no type"),
        ("SELECT trim(a) AS x FROM t", 1, "clean_text"),
        ("SELECT regexp_replace(a, 'b', '') AS x FROM t", 1, "regexp_replace is not among"),
        ("SELECT hash(a) AS x FROM t", 1, "hash is not among"),
        ("SELECT today() AS x", 1, "is not among"),
        ("SELECT list(a ORDER BY b) AS x FROM t", 1, "Lists"),
        ("SELECT a[1] AS x FROM t", 1, "`[ ]`"),
        ("SELECT any_value(a) AS x FROM t", 1, "picks at will"),
        ("SELECT levenshtein(a, b) AS x FROM t", 1, "edit_distance"),
        ("SELECT round(a, 1) AS x FROM t", 1, "Rounding"),
        ("SELECT try_cast(a AS DATE) AS x FROM t", 1, "parse_day"),
        ("SELECT row_number() OVER (PARTITION BY a) AS x FROM t", 1, "without ORDER BY"),
        ("SELECT substr(a, 0, 2) AS x FROM t", 1, "counts from 1"),
        ("SELECT date_diff('month', a, b) AS x FROM t", 1, "days only"),
        ("SELECT a FROM t, u", 1, "needs its condition"),
        ("SELECT a FROM t INNER JOIN u USING (a)", 1, "needs its condition"),
        ("SELECT a FROM t NATURAL JOIN u", 1, "NATURAL"),
        ("SELECT a FROM t SEMI JOIN u ON t.a = u.a", 1, "SEMI"),
        ("SELECT a FROM t ASOF JOIN u ON t.a >= u.a", 1, "ASOF"),
        ("SELECT DISTINCT ON (a) a FROM t", 1, "DISTINCT ON"),
        ("SELECT a FROM t ORDER BY a LIMIT 1", 1, "LIMIT"),
        ("SELECT * EXCLUDE (a) FROM t", 1, "EXCLUDE"),
        ("WITH RECURSIVE t AS (SELECT 1 AS a) SELECT a FROM t", 1, "Recursion"),
        ("SELECT 1e3 AS x", 1, "1e3 is a DOUBLE"),
        ("SELECT x FROM read_csv('f') AS t", 1, "is not among"),
        ("SELECT a FROM t; SELECT b FROM t", 1, "one SELECT"),
        ("CREATE TABLE t AS SELECT 1 AS a", 1, "one SELECT"),
        ("SELECT a FROM (", 1, "cannot be parsed"),
    ],
)
def test_what_is_forbidden_is_found_with_its_line(sql, line, says):
    problems = lint(sql, "x.sql")
    assert any(p.line == line and says in p.says for p in problems), problems
    assert all(str(p).startswith(f"x.sql:{p.line}: ") for p in problems)
    assert all(p.says.endswith(".") and "\n" not in p.says for p in problems)


def test_macros_are_words(tmp_path):
    assert lint("SELECT until(d) AS x, uscc_ok(a) AS y, name_key(b) AS z FROM t") == []


def test_a_file_needs_its_header(tmp_path):
    path = tmp_path / "x.sql"
    path.write_text(HEADER + "SELECT a FROM t\n", encoding="utf-8")
    assert lint(path) == []
    path.write_text("-- source: nowhere\n-- grain:\nSELECT a FROM t\n", encoding="utf-8")
    assert [p.says for p in lint(path)] == [
        "The header lacks its line `-- grain: ...`.",
        "The header lacks its line `-- key: ...`.",
        "The header must begin with the rule in domain words.",
    ]


def model_files():
    """Every model written as a file; the exchange's templates begin with an underscore."""
    files = [*ROOT.glob("pipelines/*/*.sql"), *ROOT.glob("sources/*/conform/*.sql")]
    return sorted(p for p in files if not p.name.startswith("_"))


@pytest.mark.parametrize("join", ["none", "full"])
def test_generated_models_pass(join):
    wrong = [str(p) for m in all_models("whole", join) for p in lint(m.sql, m.name, header=False)]
    assert wrong == []


def test_columns_of_models_have_types_that_both_engines_have(story):
    """A sum that nobody cast is a HUGEINT in DuckDB, a division a DOUBLE."""
    found = story.rows(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        f"WHERE schema_name IN ({', '.join(repr(stage) for stage in STAGES)}) "
        "AND data_type NOT LIKE 'DECIMAL(18,%'"
    )
    assert [row for row in found if row[3] not in linter.TYPES.values()] == []


@pytest.mark.parametrize("path", model_files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_model_passes(path):
    assert [str(p) for p in lint(path, path.relative_to(ROOT).as_posix())] == []
