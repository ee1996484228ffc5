"""A question in SQL reads the database and can do nothing else; and the questions that stand ready."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from jsonschema import Draft202012Validator

from pipelines.ask import bounded
from pipelines.ask.answers import MOST_CHARACTERS, Answer
from pipelines.ask.errors import QueryError
from pipelines.ask.messages import READY, Question
from pipelines.ask.questions import questions
from pipelines.ask.safe import LONGEST
from pipelines.cli import main
from pipelines.home import write_json

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def database(story) -> Path:
    return story.database


def ask(database: Path, sql: str, most_rows: int = 1000, seconds: float = 60) -> Answer:
    return bounded.ask(database, sql, most_rows, seconds)


@pytest.fixture
def refused(database):
    """`refused(sql, **more)`: the error, which is one sentence."""

    def call(sql: str, **more: object) -> QueryError:
        with pytest.raises(QueryError) as raised:
            ask(database, sql, **more)
        assert "\n" not in str(raised.value) and str(raised.value).endswith(".")
        return raised.value

    return call


def test_values_are_plain(database) -> None:
    found = ask(
        database,
        "SELECT CAST('0f' || repeat('0', 30) AS UUID) AS id, DATE '2024-03-13' AS day, yuan(123) AS y, "
        "NULL AS nothing, [1, 2] AS l, {'a': DATE '2024-01-01'} AS s, 'nan'::DOUBLE AS d, '张' AS t",
    )
    assert found.columns == ("id", "day", "y", "nothing", "l", "s", "d", "t")
    assert found.rows == [
        ["0f" + "0" * 30, "2024-03-13", 1.23, None, [1, 2], {"a": "2024-01-01"}, "nan", "张"]
    ]
    json.dumps(found.json(), allow_nan=False)


def test_rows_and_cells_are_cut(database) -> None:
    found = ask(database, "FROM range(5) AS r(n) ORDER BY n", most_rows=3)
    assert found.rows == [[0], [1], [2]] and found.more
    assert not ask(database, "FROM range(3)", most_rows=3).more
    long = ask(database, f"SELECT repeat('张', {MOST_CHARACTERS + 1})")
    assert long.cut == 1 and long.rows[0][0] == "张" * MOST_CHARACTERS + "…"


def test_a_cell_of_many_is_cut_as_a_text_is(database) -> None:
    found = ask(database, "SELECT range(100000), map(range(9999), range(9999)), [[1], [2]]")
    many, pairs, few = found.rows[0]
    assert found.cut == 2 and few == [[1], [2]]
    assert max(len(str(many)), len(str(pairs))) < 3 * MOST_CHARACTERS


def test_a_number_that_is_no_float_is_told_as_it_is(database) -> None:
    found = ask(
        database,
        "SELECT CAST('12345678901234567.89' AS DECIMAL(38, 2)), CAST('0.10' AS DECIMAL(9, 2))",
    )
    assert found.rows == [["12345678901234567.89", 0.1]]


def test_a_value_that_python_has_not_is_said(database, refused) -> None:
    assert "cannot be shown" in str(refused("SELECT INTERVAL '99999999 years'"))
    assert "50 deep" in str(refused(f"SELECT {'[' * 60}1{']' * 60}"))
    found = ask(
        database,
        "SELECT DATE 'infinity', TIMESTAMP '-infinity', [DATE '-infinity'], DATE '9999-12-31', "
        "DATE '0001-01-01'",
    )
    assert found.rows == [["infinity", "-infinity", ["-infinity"], "9999-12-31", "0001-01-01"]]


# Statement -> a word of the sentence that refuses it.
HARMFUL = {
    "FROM read_csv('/etc/passwd')": "no file",
    "FROM '/etc/passwd.csv'": "no file",
    "FROM read_text('/etc/passwd')": "no file",
    "FROM glob('/*')": "no file",
    "FROM read_parquet('https://example.org/x.parquet')": "no file",
    "COPY (SELECT 1) TO '/tmp/islands-never.csv'": "COPY would",
    "EXPORT DATABASE '/tmp/islands-never'": "would",
    "ATTACH '/tmp/islands-never.db'": "ATTACH would",
    "INSTALL httpfs": "INSTALL would load a program",
    "-- a program\nforce install httpfs": "INSTALL would load a program",
    "LOAD httpfs": "LOAD would load a program",
    "USE codes": "USE would change settings",
    "CHECKPOINT": "CHECKPOINT would write the database",
    "PRAGMA version": "PRAGMA would",
    "CALL pragma_version()": "CALL would",
    "SET threads = 8": "SET would",
    "RESET threads": "RESET would change settings",
    "DELETE FROM exchange.copies": "DELETE would",
    "UPDATE exchange.copies SET holder = 'x'": "UPDATE would",
    "INSERT INTO codes.run FROM codes.run": "INSERT would",
    "DROP TABLE exchange.copies": "DROP would",
    "CREATE TABLE x AS SELECT 1": "CREATE would",
    "CREATE TEMP TABLE x AS SELECT 1": "CREATE would",
    "CREATE MACRO x() AS 1": "CREATE would",
    "EXPLAIN ANALYZE DROP TABLE exchange.copies": "",
    "BEGIN": "would",
    "SELECT 1; SELECT 2": "2 statements",
    "-- nothing": "no statement",
    "": "here is no statement",
    "SELECT 1 " + " " * LONGEST: "at most 20,000 characters",
}


@pytest.mark.parametrize("sql", HARMFUL, ids=lambda sql: sql.strip()[:30])
def test_what_could_do_harm_is_refused(sql, refused) -> None:
    assert HARMFUL[sql] in str(refused(sql))
    assert not list(Path("/tmp").glob("islands-never*"))


def test_what_takes_too_long_or_too_much_is_stopped(refused) -> None:
    endless = "SELECT sum(a.n * b.n) FROM range(10000000) AS a(n), range(10000000) AS b(n)"
    assert "longer than 0.2 seconds" in str(refused(endless, seconds=0.2))
    huge = "SELECT list(a.n || repeat('x', 1000)) FROM range(100000000) AS a(n)"
    assert "memory" in str(refused(huge, seconds=60))


ONE_CALL = (
    "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))"  # takes minutes, in one call
)


def test_time_is_up_within_one_call_too_and_the_next_question_is_answered(
    database, refused
) -> None:
    assert "longer than 0.5 seconds" in str(refused(ONE_CALL, seconds=0.5))
    assert ask(database, "SELECT 1").rows == [[1]]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_memory_is_bounded_within_one_call_too(database, refused) -> None:
    assert "memory" in str(refused("SELECT len(range(200000000))"))
    assert ask(database, "SELECT 1").rows == [[1]]


@pytest.fixture
def no_others(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No process is left of what was asked before: whoever answers first is asked again."""
    with closing(bounded._Processes()) as processes:
        monkeypatch.setattr(bounded, "_processes", processes)
        yield


def test_a_process_that_breaks_down_is_one_sentence(
    database, refused, no_others, monkeypatch
) -> None:
    ask(database, "SELECT 1")  # from here on one is ready
    hear = bounded._Process._hear

    def killed(process: bounded._Process, seconds: float) -> object:
        process.kill()
        return hear(process, seconds)

    with monkeypatch.context() as while_it_works:
        while_it_works.setattr(bounded._Process, "_hear", killed)
        assert "broke down" in str(refused(ONE_CALL))
    assert ask(database, "SELECT 1").rows == [[1]]


def test_a_process_that_is_ended_before_it_is_ready_is_one_sentence(database) -> None:
    process = bounded._Process()
    process.kill()
    with pytest.raises(QueryError, match="was ended before it began, .* try again"):
        process.answer("ask", (database, "SELECT 1", 1, 60), None, 60)
    assert not process.usable


def test_a_process_that_is_not_ready_in_time_is_one_sentence(database, monkeypatch) -> None:
    process = bounded._Process()
    monkeypatch.setattr(bounded, "SECONDS_TO_START", 0)
    with pytest.raises(QueryError, match="No process was ready for it within 0 seconds"):
        process.answer("ask", (database, "SELECT 1", 1, 60), None, 60)


def test_a_process_that_ends_by_itself_at_its_start_is_a_fault_of_the_program(
    database, monkeypatch, tmp_path
) -> None:
    monkeypatch.setattr(bounded, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "__init__.py").write_text("raise SystemExit(3)\n")
    with pytest.raises(RuntimeError, match=r"no process for questions started \(3\)"):
        bounded._Process().answer("ask", (database, "SELECT 1", 1, 60), None, 60)


def test_who_finds_all_at_work_is_told(refused, monkeypatch) -> None:
    monkeypatch.setattr(bounded, "MOST", 0)
    with monkeypatch.context() as many_wait:
        many_wait.setattr(bounded, "MOST_WAITING", 0)
        assert "ask again" in str(refused("SELECT 1"))
    monkeypatch.setattr(bounded, "SECONDS_TO_WAIT", 0)
    assert "ask again" in str(refused("SELECT 1"))


def test_the_process_ends_with_whoever_began_it(database) -> None:
    command = [sys.executable, "-m", "pipelines.ask.child"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe) as process:
        try:
            assert pickle.load(process.stdout) == READY
            question = Question("ask", pickle.dumps((database, ONE_CALL, 1, 600)), None)
            process.stdin.write(pickle.dumps(question))
            process.stdin.close()
            assert process.wait(60) == 0 and process.stdout.read() == b""
        finally:
            process.kill()


def test_an_error_says_where_and_what_to_try(refused) -> None:
    error = refused("SELECT '张', 1,\n    hodler\nFROM exchange.copies")
    assert (error.line, error.column) == (2, 5)
    assert str(error).startswith('Line 2, column 5: Referenced column "hodler"')
    assert "holder" in str(error) and "DESCRIBE" in error.advice
    assert (refused("SELECT '张张', foo(1)").line, refused("SELECT '张张', foo(1)").column) == (
        1,
        14,
    )
    assert "SHOW ALL TABLES" in refused("FROM exchange.copy").advice
    assert "TRY_CAST" in refused("SELECT CAST('a' AS INTEGER)").advice
    assert refused("SELECT 1 FORM x").column == 15
    assert "too deep" in str(refused(f"SELECT 1{' + 1' * 2000}"))
    assert "a fault" in str(
        refused("SELECT json_structure((repeat('[', 10000) || repeat(']', 10000))::JSON)")
    )


def test_a_file_that_is_no_database_is_told(tmp_path) -> None:
    with pytest.raises(ValueError, match="cannot be opened"):
        ask(tmp_path / "none.duckdb", "SELECT 1")


@pytest.mark.parametrize("name", questions())
def test_a_question_that_stands_ready_can_be_answered(name, database) -> None:
    question = questions()[name]
    assert question.title.endswith("?") and question.reason.endswith(".")
    found = ask(database, question.sql)
    assert found.columns
    assert "ORDER BY" in question.sql, "ties have a stated order"


def test_questions_count_what_can_be_counted_by_hand(database) -> None:
    """On the last day of the story; see sources/world/story/README.md."""
    rows = {name: ask(database, questions()[name].sql).rows for name in ("holders", "outlive")}
    with duckdb.connect(str(database), read_only=True) as con:
        copies = con.execute(
            "SELECT holder, list, entry_id, subject_id, from_day, to_day, distance FROM exchange.copies"
        ).fetchall()
        ((last,),) = con.execute("SELECT last_day FROM codes.run").fetchall()
    held = [c for c in copies if c[4] <= last and (c[5] is None or c[5] > last)]
    for holder, _, lists, entries, subjects in rows["holders"]:
        own = [c for c in held if c[0] == holder]
        assert (lists, entries, subjects) == tuple(len({c[n] for c in own}) for n in (1, 2, 3))
    assert {row[0] for row in rows["holders"]} == {c[0] for c in held}
    owned = {c[2] for c in held if c[6] == 0}
    late = {(c[1], c[0]) for c in held if c[6] and c[2] not in owned}
    assert {(row[0], row[1]) for row in rows["outlive"]} == late
    assert all(holder == "republisher" for _, holder in late) and late


def answered(name: str, **tables: str) -> list[tuple]:
    """A question asked of a few rows: `schema__table` -> the SELECT that gives them."""
    with duckdb.connect() as con:
        con.execute("CREATE MACRO until(d) AS coalesce(d, DATE '9999-12-31')")
        for table, rows in tables.items():
            schema, _, short = table.partition("__")
            con.execute(
                f"CREATE SCHEMA IF NOT EXISTS {schema}; CREATE TABLE {table.replace('__', '.')} AS {rows}"
            )
        return con.execute(questions()[name].sql).fetchall()


def test_islands_that_say_the_same_do_not_disagree() -> None:
    facts = """FROM (VALUES
        ('s', 'name', '甲', TRUE, NULL, NULL), ('s', 'name', '甲', FALSE, NULL, NULL),
        ('t', 'name', '乙', TRUE, NULL, NULL), ('t', 'name', '丙', FALSE, NULL, NULL),
        ('u', 'name', '丁', TRUE, DATE '2024-01-01', NULL),
        ('u', 'name', '戊', FALSE, DATE '2020-01-01', DATE '2024-01-01')
    ) AS f(subject_id, property, value, won, valid_from, valid_to)"""
    assert answered("disagree", today__facts=facts) == [("name", 1, 1)]


def test_deliveries_that_were_held_are_told_of_and_what_was_released_is_not() -> None:
    form = "AS v(feed, expectation, outcome, delivery)"
    rows = f"FROM (VALUES ('tax', 'bounds', 'quarantine', 'd1'), ('tax', 'bounds', 'released', 'd1')) {form}"
    whole = (
        f"FROM (VALUES ('court', 'some_rows', 'hold', 'd2'), ('tax', 'ratio', 'pass', 'd1')) {form}"
    )
    assert answered("kept_aside", quality__verdicts=rows, quality__deliveries=whole) == [
        ("court", "some_rows", "hold", 1, "d2"),
        ("tax", "bounds", "quarantine", 1, "d1"),
    ]


def test_a_record_that_met_somebody_on_other_days_has_not_met_nobody() -> None:
    form = "AS v(feed, record_id, version, role, reason, candidates)"
    unmatched = f"""FROM (VALUES ('court', 'r', 'v', 'subject', 'unknown', 0),
        ('court', 's', 'v', 'subject', 'unknown', 0)) {form}"""
    matches = "SELECT 's' AS record_id, 'v' AS version, 'subject' AS role"
    assert answered("unmatched", resolve__unmatched=unmatched, resolve__matches=matches) == [
        ("court", "unknown", 1, 0)
    ]


def test_a_way_of_two_links_is_told_whole() -> None:
    way = f"legal_representative:b>a {'0' * 32} parent_child:a>b:minor {'f' * 32}"
    measures = f"SELECT 'm' AS measure, 'court' AS agency, 's' AS subject_id, '{way}' AS link_path"
    nobody = "SELECT '' AS list, '' AS subject_id, '' AS polarity"
    assert answered(
        "linked", today__measures=measures, today__copies=nobody, codes__lists=nobody
    ) == [("legal_representative:b>a parent_child:a>b:minor", "court", 1, 1)]


def see_shape(name: str, found: object) -> None:
    """See that what is printed for machines has the shape that is written down."""
    text = (ROOT / "schemas" / "json" / f"{name}.schema.json").read_text(encoding="utf-8")
    Draft202012Validator(json.loads(text)).validate(found)


def test_the_command(database, tmp_path, capsys) -> None:
    write_json(tmp_path / "current.json", {"database": str(database)})
    main(["ask", "--home", str(tmp_path), "--json", "SELECT list FROM today.copies ORDER BY 1"])
    found = json.loads(capsys.readouterr().out)
    see_shape("ask", found)
    assert found["rows"]
    main(["ask", "--home", str(tmp_path), "holders", "--rows", "1"])
    out, err = capsys.readouterr()
    assert out.startswith(questions()["holders"].title) and "more than 1 rows" in err
    main(["ask", "--home", str(tmp_path), "show tables;"])
    out, err = capsys.readouterr()
    assert out.endswith("No rows.\n") and "SHOW ALL TABLES" in err
    main(["ask", "--home", str(tmp_path), "SHOW ALL TABLES", "--rows", "1000"])
    out, err = capsys.readouterr()
    assert "today" in out and "codes" in out and not err
    main(["ask", "--list", "--json"])
    found = json.loads(capsys.readouterr().out)
    see_shape("ask_list", found)
    assert [row["name"] for row in found] == list(questions())
    main(["ask", "--list"])
    out = capsys.readouterr().out
    assert all(row["name"] in out for row in found)
    for words, said in ((["holdrs"], "Perhaps holders"), (["SELECT x"], "Line 1, column 8")):
        with pytest.raises(SystemExit) as left:
            main(["ask", "--home", str(tmp_path), *words])
        assert left.value.code == 2
        assert said in capsys.readouterr().err


def test_a_question_has_room_after_a_great_one(database) -> None:
    """A frame of a gigabyte, which its asker may have, and then a question of a page, which has a bound."""
    great = "SELECT range AS i, range AS j FROM range(20000000)"
    assert len(bounded.framed(database, great, [])) == 20_000_000
    assert ask(database, "SELECT 1 AS one").rows == [[1]]
