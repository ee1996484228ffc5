"""Folders, limits, grading and the exam, each on one small world that all labs share."""

from __future__ import annotations

import contextlib
import csv
import json
import re
import select
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator

from pipelines.cli import main
from pipelines.lab import cases, exam, grading, sandbox
from pipelines.lab import output as output_module
from pipelines.lab.cases import given_in
from pipelines.lab.catalogue import lab_of, labs
from pipelines.lab.folder import from_notebook, read_submission, start, submissions_in, submit
from pipelines.lab.judge import judge, same
from pipelines.lab.sandbox import run
from pipelines.lab.worlds import Base, number_of
from schemas.contract import ROOT
from tests.labs.conftest import SALT

SOLUTIONS = Path(__file__).parent / "solutions"
RIGHT_3 = (SOLUTIONS / "03_a_check_that_holds" / "right.py").read_text(encoding="utf-8")


@pytest.fixture
def shared_base(base, monkeypatch) -> Base:
    """Whatever world is asked for, it is the one that is there."""
    for module in (cases, exam):
        monkeypatch.setattr(module, "make_base", lambda folder, seed: Base(base.folder))
    return base


@pytest.fixture
def said(capsys):
    """`said(*words)`: exit code and what the command line prints."""

    def call(*words: object) -> tuple[int, str]:
        code = 0
        try:
            main([str(word) for word in words])
        except SystemExit as left:
            code = left.code or 0
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return call


def shape(name: str) -> Draft202012Validator:
    """The written shape of what a command prints for machines."""
    text = (ROOT / "schemas" / "json" / f"{name}.schema.json").read_text(encoding="utf-8")
    Draft202012Validator.check_schema(json.loads(text))
    return Draft202012Validator(json.loads(text))


def hand_in(folder: Path, student: str, lab: str, name: str, text: str) -> None:
    (folder / student).mkdir(parents=True)
    (folder / student / "lab.json").write_text(json.dumps({"lab": lab, "student": student}))
    (folder / student / name).write_text(text, encoding="utf-8")


# A student's folder.


def test_a_student_gets_data_and_nothing_to_make_the_truth_from(shared_base, tmp_path):
    start(lab_of("1"), "anna", tmp_path / "one")
    names = {p.relative_to(tmp_path / "one").parts[0] for p in (tmp_path / "one").rglob("*")}
    assert names == {"README.md", "data.duckdb", "lab.json", "landing", "solution.sql"}
    assert set(given_in(tmp_path / "one" / "data.duckdb")) == set(lab_of("1").inputs)
    assert not list((tmp_path / "one").rglob("manifest.json"))
    assert "seed" not in (tmp_path / "one" / "lab.json").read_text(encoding="utf-8")
    manifest = json.loads(
        (shared_base.folder / "landing" / "manifest.json").read_text(encoding="utf-8")
    )
    assert "seed" not in manifest and manifest["synthetic"]


def test_each_student_lab_and_salt_has_other_data(shared_base, tmp_path):
    texts = {}
    for n, (student, salt) in enumerate((("anna", "a"), ("bo", "a"), ("anna", "b"), ("anna", "a"))):
        start(lab_of("3"), student, tmp_path / str(n), salt)
        forms = given_in(tmp_path / str(n) / "data.duckdb")["forms"]
        texts[n] = forms.sort_values("line_id").to_csv(index=False)
    assert texts[0] == texts[3] and len(set(texts.values())) == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("start", "11"), "There is no lab '11'; `islands lab list` shows them."),
        (("start", "3", "--student", "a b"), "write it without blanks"),
        (("check", "nowhere"), "holds no lab.json that says whose it is"),
        (
            ("grade", "nowhere", "--salt", "s"),
            "is no folder; give the one that holds the submissions",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(words, sentence, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, text = said("lab", *words)
    assert code == 2 and sentence in text and text.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_start_check_submit(shared_base, warm, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said("lab", "start", 3, "--student", "anna")[0] == 0
    code, text = said("lab", "check", "lab-03")
    assert text.strip().endswith("hand it in: islands lab submit lab-03")
    assert code == 0 and "yes  order: 100 %" in text and "agrees" not in text  # no truth is asked
    Path("lab-03/solution.py").write_text("def solve(connection):\n    return 1 / 0\n")
    code, text = said("lab", "check", "lab-03")
    assert code == 1 and "solution.py, line 2: ZeroDivisionError" in text
    code, text = said("lab", "check", "lab-03", "--json")
    told = json.loads(text)
    shape("lab_check").validate(told)
    assert code == 1 and not told["passed"] and any(p["reason"] for p in told["properties"])
    assert told["troubles"] and "ZeroDivisionError" in told["troubles"][0]
    Path("lab-03/solution.py").write_text(RIGHT_3, encoding="utf-8")
    assert said("lab", "submit", "lab-03")[0] == 0
    with zipfile.ZipFile("anna-03_a_check_that_holds.zip") as packed:
        assert packed.namelist() == ["lab.json", "solution.py"]
    found = read_submission(Path("anna-03_a_check_that_holds.zip"))
    assert (found.student, found.lab, found.text) == ("anna", "03_a_check_that_holds", RIGHT_3)
    assert said("lab", "start", 3)[0] == 2  # the folder is there already


def test_of_a_notebook_the_marked_cells_are_handed_in(tmp_path):
    path = labs()["03_a_check_that_holds"].folder / "solution.ipynb"
    text = from_notebook(path.read_text(encoding="utf-8"), path)
    assert text.startswith("# submit") and "def solve(" in text and "LIMIT 10" not in text
    compile(text, "solution.py", "exec")
    with pytest.raises(ValueError, match="no cell begins with"):
        from_notebook('{"cells": []}', path)


def test_two_submissions_of_one_student_are_told(tmp_path):
    hand_in(tmp_path, "a", "03_a_check_that_holds", "solution.py", RIGHT_3)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    with pytest.raises(ValueError, match="are both by a for 03_a_check_that_holds; keep one"):
        submissions_in(tmp_path)
    shutil.rmtree(tmp_path / "b")
    submit(tmp_path / "a", tmp_path / "one.zip")
    first = (tmp_path / "one.zip").read_bytes()
    submit(tmp_path / "a", tmp_path / "one.zip")
    assert (tmp_path / "one.zip").read_bytes() == first


# Limits. These run as they do when a class is graded, each in a process of its own.

LOOKS = {
    "a file": "open({secret!r}).read()",
    "a right solution": f"open({str(SOLUTIONS / '03_a_check_that_holds' / 'right.py')!r}).read()",
    "a folder": "import os; os.listdir(os.path.dirname({secret!r}))",
    "another database": "import duckdb; duckdb.connect().read_parquet({secret!r}).fetchall()",
    "a file through SQL": "connection.execute('SELECT * FROM read_text(' + repr({secret!r}) + ')')",
    "the generator": "import sources.world",
    "the properties": "import pipelines.lab.cases",
    "a socket": "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
    "a process": "import subprocess; subprocess.run(['true'])",
    "the system": "import os; os.system('true')",
    "a link": "import os; os.symlink({secret!r}, 'out/0.parquet')",
    "a file, the guard's lists being emptied": (
        "import sys; sys._getframe(1).f_globals.update(DENIED=(), LOOKS=(), CHANGES=()); open({secret!r})"
    ),
    "the parent's words": "import os; open('/proc/%d/cmdline' % os.getppid()).read()",
}


@pytest.mark.parametrize("what", LOOKS)
def test_a_submission_cannot_reach(what, warm, world_of):
    world = world_of("03_a_check_that_holds")
    secret = str(world.folder / "truth" / "wrong.parquet")
    look = LOOKS[what].format(secret=secret)
    text = f"def solve(connection):\n    {look}\n    return connection.sql('FROM forms')\n"
    (answer,) = run(text, "solution.py", [world.data["data"]])
    assert answer.table is None
    assert re.search(
        "may not|may read|the laboratory's own|PermissionException|disabled", answer.trouble
    )


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("SELECT 1; SELECT 2", "must hold one SELECT"),
        ("COPY forms TO 'x.csv'", "must hold one SELECT"),
        ("SELECT * FROM read_csv('../x')", "disabled"),
        ("SELECT nothing FROM forms", "nothing"),
    ],
)
def test_sql_is_one_select_over_the_given_tables(sql, sentence, warm, world_of):
    world = world_of("03_a_check_that_holds")
    (answer,) = run(sql, "solution.sql", [world.data["data"]])
    assert answer.table is None and sentence in answer.trouble


def test_the_system_hides_the_truth_from_code_that_goes_around_python(world_of):
    """Arrow opens files by itself, so Python's guard does not see it; and memory has a bound."""
    world = world_of("03_a_check_that_holds")
    secret = str(world.folder / "truth" / "wrong.parquet")
    text = (
        "import pyarrow.parquet as pq, pandas as pd, os\n"
        "def solve(connection):\n"
        f"    try:\n        found = pq.ParquetFile({secret!r}).read().num_rows\n"
        "    except BaseException:\n        found = -1\n"
        "    try:\n        full = len(bytearray(6 << 30))\n"
        "    except MemoryError:\n        full = -1\n"
        "    return pd.DataFrame({'found': [found], 'full': [full], 'names': [' '.join(os.environ)]})\n"
    )
    (answer,) = run(text, "solution.py", [world.data["data"]], hidden=[world.folder.parents[2]])
    (row,) = answer.table.to_pylist()
    assert row["full"] == -1 and "SALT" not in row["names"]
    if sandbox._namespaces():
        assert row["found"] == -1


needs_namespaces = pytest.mark.skipif(
    not sandbox._namespaces(), reason="this system cannot hide folders from a process"
)


@needs_namespaces
def test_a_library_that_goes_around_python_writes_nowhere_else(world_of, tmp_path):
    """Arrow writes files by itself; and what another program could do, a submission cannot start."""
    victim = tmp_path / "victim.txt"
    victim.write_text("as it was")
    places = [str(victim), str(Path.home() / "islands-never"), str(ROOT / "islands-never")]
    text = (
        "import os, subprocess, sys\nimport pandas as pd, pyarrow as pa\n"
        "def tried(do):\n    try:\n        do()\n    except BaseException as error:\n"
        "        return type(error).__name__\n    return 'done'\n"
        "def solve(connection):\n"
        f"    found = [tried(lambda p=p: pa.OSFile(p, 'wb').write(b'x')) for p in {places!r}]\n"
        f"    found += [tried(lambda p=p: os.truncate(p, 0)) for p in {places!r}]\n"
        f"    found += [tried(lambda: os.rename('solution.py', {str(victim)!r}))]\n"
        "    found += [tried(lambda: os.open(os.__file__, os.O_WRONLY))]\n"
        "    fork = sys.modules['_posixsubprocess'].fork_exec\n"
        "    found += [tried(lambda: fork(*range(23)))]\n"
        "    found += [tried(lambda: open('mine.txt', 'w').close())]\n"
        "    return pd.DataFrame({'found': found})\n"
    )
    world = world_of("03_a_check_that_holds")
    (answer,) = run(text, "solution.py", [world.data["data"]])
    *others, own = [row["found"] for row in answer.table.to_pylist()]
    assert own == "done" and "done" not in others
    assert set(others[3:]) == {"Denied"} and victim.read_text() == "as it was"


@needs_namespaces
def test_what_keeps_a_submission_from_beginning_is_not_its_fault(world_of, monkeypatch):
    """It is tried again; and where nothing helps, the run ends instead of giving nothing for it."""
    path = world_of("03_a_check_that_holds").data["data"]
    real, asked = sandbox._apart, []

    def in_the_way(job: Path, *rest: object) -> list[str]:
        asked.append(job)
        command = real(job, *rest)
        return command if len(asked) == 2 else [part.replace("mkdir", "false") for part in command]

    monkeypatch.setattr(sandbox, "_apart", in_the_way)
    (answer,) = run("SELECT 1 AS a", "solution.sql", [path])
    assert answer.table.to_pylist() == [{"a": 1}] and len(asked) == 2
    monkeypatch.setattr(sandbox, "TRIES", 1)
    with pytest.raises(sandbox.NotBegun):
        run("SELECT 1 AS a", "solution.sql", [path])


@needs_namespaces
def test_a_submission_ends_with_the_run_that_started_it():
    """However that ended: nothing is left that holds what it was given."""
    command = shlex.join([*sandbox._ends_with_us(), "sh", "-c", "echo on; exec cat <&3"])
    with subprocess.Popen(
        ["sh", "-c", f"exec 3<&0; {command} & read line"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"on\n"
        process.kill()
        ready, _, _ = select.select([process.stdout], [], [], 20)
        assert ready and not process.stdout.read()


@needs_namespaces
def test_what_others_make_and_remove_meanwhile_does_not_matter(tmp_path, monkeypatch):
    """Side by side: another's folder may be gone before it is hidden, or be made after that."""
    temporary, elsewhere = tmp_path / "temporary", tmp_path / "elsewhere"
    job, gone = temporary / "mine", elsewhere / "gone"
    for folder in (job, gone):
        folder.mkdir(parents=True)
    monkeypatch.setattr(sandbox.tempfile, "gettempdir", lambda: str(temporary))
    look = sandbox._apart(job, [gone], ["sh", "-c", f"ls {temporary} > here && pwd > where"])
    gone.rmdir()
    (temporary / "another").mkdir()
    assert subprocess.run(look, cwd=job, check=False).returncode == 0
    assert (job / "here").read_text() == "mine\n" and (job / "where").read_text() == f"{job}\n"


def test_an_answer_is_flat_and_of_a_size_that_can_be_read(tmp_path):
    """A small file may hold a table that fills the memory of who reads it."""
    tables = {
        "rows": pa.table({"a": pa.nulls(output_module.MOST_ROWS + 1)}),
        "lists or structures": pa.table({"a": pa.array([[None] * 9])}),
        "MiB": pa.table({"a": pa.array(["x" * 2_000_000] * 40).dictionary_encode()}),
    }
    for n, (sentence, table) in enumerate(tables.items()):
        pq.write_table(table, tmp_path / f"{n}.parquet")
        assert (tmp_path / f"{n}.parquet").stat().st_size < 100_000
        assert sentence in output_module.output(tmp_path, n, "").trouble
    pq.write_table(pa.table({"a": pa.array(["x"]).dictionary_encode()}), tmp_path / "9.parquet")
    assert output_module.output(tmp_path, 9, "").table.to_pylist() == [{"a": "x"}]


def test_a_submission_that_fills_its_folder_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "MOST_BYTES", 1000)
    with subprocess.Popen(["sh", "-c", "read line"], stdin=subprocess.PIPE) as process:
        for size, sentence in ((1001, "it wrote too much"), (1000, "it took too long")):
            (tmp_path / "file").write_bytes(b"x" * size)
            assert sentence in sandbox._watched(process, tmp_path, 1)
        process.kill()


def test_a_packed_hand_in_that_is_damaged_is_said(tmp_path):
    hand_in(tmp_path, "a", "03_a_check_that_holds", "solution.py", RIGHT_3)
    submit(tmp_path / "a", tmp_path / "ONE.ZIP")
    shutil.rmtree(tmp_path / "a")
    assert len(submissions_in(tmp_path)) == 1
    whole = (tmp_path / "ONE.ZIP").read_bytes()
    for at in range(20, len(whole), 7):
        spoilt = bytes((*whole[:at], whole[at] ^ 255, *whole[at + 1 :]))
        (tmp_path / "ONE.ZIP").write_bytes(spoilt)
        with contextlib.suppress(ValueError):
            submissions_in(tmp_path)


def test_a_submission_that_ends_the_judge_is_told_and_the_others_are_graded(
    warm, world_of, cache_folder, tmp_path, monkeypatch
):
    lab = "03_a_check_that_holds"
    world_of(lab)
    for name in ("a", "b"):
        hand_in(tmp_path / "in", name, lab, "solution.py", RIGHT_3)
    judge = grading.judge

    def judged(lab, text, *given):
        monkeypatch.setattr(grading, "judge", judge)  # the first one alone
        raise UnicodeDecodeError("utf-8", b"x", 0, 1, "no letter")

    monkeypatch.setattr(grading, "judge", judged)
    first, other = grading.grade(
        tmp_path / "in", SALT, tmp_path / "out", cache_folder, worlds=1, workers=1
    )
    assert (first["score"], first["passed"]) == (0, False) and other["score"] > 0
    assert "UnicodeDecodeError" in first["troubles"][0]


# A sheet of answers -> what is read of it, and in how many lines something is wrong.
SHEETS = {
    "question,answer\n1,5\n2,-1.5\n3,\n": ({1: 5, 2: -1.5}, 0),
    "question,answer\r1,5\r2,6\r": ({1: 5, 2: 6}, 0),
    " question , answer \n1, 1 234\n2,8,,\n": ({1: 1234, 2: 8}, 0),
    'question,answer\n1,"1,234,567"\n': ({1: 1234567}, 0),
    "question,answer\n1,1,234\n2,7\n": ({2: 7}, 1),
    'question,answer\n1,"12,5"\n': ({}, 1),
    "question,answer\n1,5\n1,6\n": ({1: 5}, 1),
    "number;answer\n1;5\n": ({}, 1),
    "question,answer\n1," + "9" * 200_000 + "\n": ({}, 1),
    "question,answer\n1,inf\n2,nan\n": ({}, 2),
    "question;answer\n1;5\n2;1 234\n": ({1: 5, 2: 1234}, 0),
    "": ({}, 1),
}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet[:40])
def test_an_answer_is_read_as_it_is_meant_or_not_at_all(sheet):
    found, trouble = exam.answers_in(sheet)
    assert (found, len(trouble)) == SHEETS[sheet]


def test_sums_in_another_order_are_the_same():
    one, other = ([0.1 + 0.2 + 0.3, "x"], [0.3 + 0.2 + 0.1, "x"])
    assert one != other
    frames = [pd.DataFrame([row], dtype=object) for row in (one, other, [0.6001, "x"])]
    assert same(frames[0], frames[1]) and not same(frames[0], frames[2])


def test_what_is_nothing_but_for_the_last_digits_is_nothing():
    one, other = (pd.DataFrame([[v]], dtype=object) for v in (0.1 + 0.2 - 0.3, 0.0))
    assert one.iloc[0, 0] != 0 and same(one, other)


def test_an_answer_is_a_plain_file_of_a_table(tmp_path):
    (tmp_path / "0.parquet").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "1.parquet").write_bytes(b"no table")
    assert output_module.output(tmp_path, 0, "nothing").trouble == "nothing"
    assert "no table" in output_module.output(tmp_path, 1, "").trouble
    (tmp_path / "2.error").write_text("it\nbroke", encoding="utf-8")
    assert output_module.output(tmp_path, 2, "").trouble == "it broke"


# Grading.


def test_a_class_is_graded_once_and_goes_on(warm, world_of, cache_folder, tmp_path, monkeypatch):
    world_of("03_a_check_that_holds")
    lab, given, out = "03_a_check_that_holds", tmp_path / "in", tmp_path / "out"
    hand_in(given, "anna", lab, "solution.py", RIGHT_3)
    hand_in(given, "bo", lab, "solution.sql", "SELECT line_id, 'check' AS rule FROM forms")
    settings = {"workers": 1, "worlds": 1, "exports": grading.EXPORTS}
    real, asked = grading.judge, []

    def stopped(*args: object) -> object:
        asked.append(args)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(grading, "judge", stopped)
    with pytest.raises(KeyboardInterrupt):
        grading.grade(given, SALT, out, cache_folder, **settings)
    assert not (out / "grades.csv").exists() and len(list((out / "results").iterdir())) == 1
    results = grading.grade(given, SALT, out, cache_folder, **settings)
    assert [r["student"] for r in results] == ["anna", "bo"] and len(asked) == 3
    assert [r["score"] for r in results] == [100, 0]
    first = (out / "grades.csv").read_bytes()
    grading.grade(given, SALT, out, cache_folder, **settings)
    assert len(asked) == 3 and (out / "grades.csv").read_bytes() == first
    shutil.rmtree(out)
    grading.grade(given, SALT, out, cache_folder, **settings)
    assert (out / "grades.csv").read_bytes() == first
    lines = list(csv.DictReader(first.decode().splitlines()))
    assert {line["student"]: line["passed"] for line in lines} == {"anna": "yes", "bo": "no"}
    page = (out / "feedback" / f"{lab}-bo.md").read_text(encoding="utf-8")
    assert "0 % of the right or empty codes are left alone; at least 99.9 % is asked for." in page
    told = json.loads((out / "gradescope" / f"{lab}-bo.json").read_text(encoding="utf-8"))
    assert told["score"] == 0 and {t["status"] for t in told["tests"]} == {"failed"}
    (line, _) = csv.DictReader((out / "nbgrader.csv").read_text().splitlines())
    assert (line["assignment"], line["student_id"], line["score"]) == (lab, "anna", "100.0")
    (given / "bo" / "solution.sql").unlink()
    (given / "bo" / "solution.py").write_text(RIGHT_3, encoding="utf-8")
    again = grading.grade(given, SALT, out, cache_folder, **settings)
    assert len(asked) == 6 and again[1]["score"] == 100  # of the two only what has changed


def test_feedback_never_tells_what_would_be_right(warm, world_of):
    world = world_of("03_a_check_that_holds")
    text = "SELECT line_id, 'check' AS rule FROM forms WHERE length(code) <> 18"
    verdict = judge(lab_of("3"), text, "solution.sql", [world])
    reasons = " ".join(m.reason for m in verdict.marks)
    assert reasons and not any(line in reasons for line in world.truth["wrong"]["line_id"])


def test_of_what_nobody_answered_nothing_holds(warm, world_of):
    """A share of no rows is no share: without an answer a property is not met by having none."""
    verdict = judge(
        lab_of("2"), "SELECT 1; SELECT 2", "solution.sql", [world_of("02_write_a_list")]
    )
    assert verdict.score == 0 and all(mark.share == 0 for mark in verdict.marks)


def test_the_salt_is_in_no_result(warm, world_of, cache_folder, tmp_path):
    world_of("03_a_check_that_holds")
    hand_in(tmp_path / "in", "anna", "03_a_check_that_holds", "solution.py", RIGHT_3)
    grading.grade(tmp_path / "in", SALT, tmp_path / "out", cache_folder, workers=1, worlds=1)
    assert not any(
        SALT in p.read_text(encoding="utf-8")
        for p in (tmp_path / "out").rglob("*.*")
        if p.is_file()
    )


# The exam.


def test_an_exam_is_drawn_and_graded_without_a_key(shared_base, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said("lab", "exam", "--student", "anna", "--salt", "s", "--folder", "in/anna")[0] == 0
    folder = tmp_path / "in" / "anna"
    assert {p.name for p in folder.iterdir()} == {
        "exam.md",
        "answers.csv",
        "data.duckdb",
        "lab.json",
    }
    asked = exam.questions(Base(shared_base.folder), "anna", "s")
    text = (folder / "exam.md").read_text(encoding="utf-8")
    assert len(asked) == 10 and all(question in text for question, _ in asked)
    assert [q for q, _ in exam.questions(Base(shared_base.folder), "bo", "s")] != [
        q for q, _ in asked
    ]
    with duckdb.connect(str(folder / "data.duckdb"), read_only=True) as connection:
        right = [connection.execute(sql).fetchone()[0] for _, sql in asked]
    lines = [f"{n},{number}" for n, number in enumerate(right[:7], start=1)]
    lines += ["8,-17", "9,many", "10,"]
    (folder / "answers.csv").write_text("question,answer\n" + "\n".join(lines) + "\n")
    settings = ("--salt", "s", "--out", "out", "--cache", "cache", "--workers", 1)
    code, text = said("lab", "grade", "in", *settings, "--json")
    assert code == 0
    (result,) = told = json.loads(text)
    shape("lab_grade").validate(told)
    assert result["score"] == 70 and not result["passed"]
    assert [m["reason"] for m in result["marks"]][6:] == [
        "", "It is not the number.", "There is no answer.", "There is no answer."
    ]  # fmt: skip
    assert result["troubles"] == [
        "answers.csv, line 10: it needs a question's number and one number."
    ]


def test_every_question_of_the_bank_has_a_number_that_differs(shared_base):
    """One number each, and most of them not nothing."""
    base = Base(shared_base.folder)
    for name, table in exam.TABLES.items():
        base.define(name, table)
    numbers = []
    for question in exam.BANK:
        values = {
            name: sorted(base.query(sql).iloc[:, 0])[0] for name, sql in question.draws.items()
        }
        found = base.query(question.answer.format(**values))
        assert found.shape == (1, 1), question.text
        numbers.append(int(found.iloc[0, 0] or 0))
    assert sum(number > 0 for number in numbers) >= len(numbers) * 2 // 3


# What labs say.


def test_seeds_follow_from_words_and_tell_nothing_of_them():
    assert number_of("world", "a", 1) == number_of("world", "a", 1)
    assert len({number_of("world", salt, n) for salt in "ab" for n in range(20)}) == 40


def test_each_lab_says_all_that_a_student_needs(world_of):
    for name, lab in labs().items():
        text = (lab.folder / "README.md").read_text(encoding="utf-8")
        assert "All data is synthetic" in text and "How it is graded" in text, name
        assert all(f"`{column}`" in text for column in lab.output), name
        assert set(lab.inputs) == set(world_of(name).given), name
        assert lab.starter in [path.name for path in lab.starters], name


def test_a_student_gets_every_file_that_lab_1_leads_to():
    from pipelines.lab.catalogue import _module

    assert set(lab_of("1").landing) == set(_module(lab_of("1").folder).FEEDS)


def test_the_clocks_of_lab_10_are_those_of_the_laboratory(base):
    """Copies over real edges, worked out anew by the function that lab 10 is judged by."""
    from pipelines.lab.catalogue import _module

    clocks = _module(lab_of("10").folder)
    found = base.query(
        "SELECT DISTINCT p.list, p.path, p.parent_path, p.every_days, p.offset_days, p.lag_days, p.mode, "
        "p.keeps_days FROM exchange.paths AS p WHERE p.distance = 1 AND p.match = 'code' AND p.mode IN "
        "('snapshot', 'append', 'irrevocable') ORDER BY ALL"
    )
    copies = base.query(
        "SELECT list, path, entry_id, from_day, to_day FROM exchange.copies WHERE distance < 2 ORDER BY ALL"
    )
    spans: dict[tuple, list] = {}
    for one, path, entry, begin, end in copies.itertuples(index=False):
        stop = None if end is None else (end - clocks.DAY0).days
        spans.setdefault((one, path), {}).setdefault(entry, []).append(
            ((begin - clocks.DAY0).days, stop)
        )
    compared = 0
    for one, path, parent, every, offset, lag, mode, _ in found.itertuples(index=False):
        edge = clocks.Edge(path, parent, path, mode, every, offset, lag, None)
        for entry, had in spans.get((one, parent), {}).items():
            if len(had) == 1:
                wanted = spans.get((one, path), {}).get(entry, [])
                assert clocks.arrive(edge, had) == wanted, (one, path, entry, had)
                compared += 1
    assert compared > 100


def test_labs_are_part_of_what_is_installed():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "setuptools"
    ]
    assert "labs*" in project["packages"]["find"]["include"]
    assert {"*.md", "*.yml", "*.sql", "*.ipynb"} <= set(project["package-data"]["*"])
    assert not any("tests" in name for name in project["packages"]["find"]["include"])


@pytest.mark.long
def test_a_class_of_two_hundred(cache_folder, tmp_path, tell):
    """Two hundred submissions over all labs, right and wrong and as they begin; twice the same table."""
    import time

    names, given, right_ones = sorted(labs()), tmp_path / "in", set()
    for n in range(200):
        name = names[n % 10]
        right = sorted((SOLUTIONS / name).glob("right.*"))
        pool = [*right, *sorted((SOLUTIONS / name / "wrong").iterdir())]
        path = pool[n // 10 % len(pool)]
        if path in right:
            right_ones.add(f"s{n:03}")
        mark = "--" if path.suffix == ".sql" else "#"
        text = f"{path.read_text(encoding='utf-8')}\n{mark} {n}\n"
        hand_in(given, f"s{n:03}", name, f"solution{path.suffix}", text)
    tables = []
    for out in ("one", "two"):
        started = time.perf_counter()
        results = grading.grade(given, SALT, tmp_path / out, cache_folder, workers=2)
        tell(f"200 submissions: {time.perf_counter() - started:.0f} s")
        tables.append((tmp_path / out / "grades.csv").read_bytes())
    assert tables[0] == tables[1]
    assert {r["student"] for r in results if r["passed"]} == right_ones
