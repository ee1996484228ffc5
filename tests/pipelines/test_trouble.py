"""What the machine refuses is said in one sentence: held and damaged files, full disks, odd terminals."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.engine import open_engine
from pipelines.engine.trouble import DatabaseError, sentence
from pipelines.home import remove_database
from pipelines.trouble import BAD_INPUT, OUR_FAULT, told

ROOT = Path(__file__).resolve().parents[2]
HOLD = """\
import sys, duckdb
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""


def made(path: Path) -> Path:
    with open_engine("duckdb", path) as engine:
        engine.create_table("a.numbers", "SELECT i FROM range(200000) AS t (i)")
    return path


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (
            'IO Error: Could not set lock on file "/d/x.duckdb": Conflicting lock is held in '
            "/usr/bin/python3.11 (PID 77). See also …",
            "/d/x.duckdb is open for writing in another program (python3.11, process 77)",
        ),
        (
            'IO Error: Could not set lock on file "x": Conflicting lock is held',
            "x is open for writ",
        ),
        ('IO Error: Cannot open file "x": being used by another process', "in another program;"),
        (
            'Failed to commit: Could not write file "/d/x.building.wal": No space left on device',
            "No room is left on the disk that holds /d/x.building.wal",
        ),
        (
            'Checkpoint failed for database "built". The database has been invalidated. Original error: '
            'Could not write file "/d/x.building": No space left on device',
            "No room is left on the disk that holds /d/x.building",
        ),
        (
            'Checkpoint failed for database "built". The database has been invalidated. Original error: '
            'Could not write file "/d/x.building": File too large',
            "/d/x.building would be larger than a file may be; raise the limit (`ulimit -f`)",
        ),
        ('IO Error: Cannot open file "/d/x": Permission denied', "there is no permission"),
        ('IO Error: Cannot open file "/d/x": Read-only file system', "its disk is read-only"),
        ("Corrupt database file: computed checksum 1 does not match stored", "a.db is damaged"),
        ('IO Error: Could not read enough bytes from file "/d/x": attempted', "/d/x is damaged"),
        ('The file "/d/x" exists, but it is not a valid DuckDB database file!', "/d/x is damaged"),
        (
            "Invalid Input Error: No magic bytes found at end of file '/d/x.parquet'",
            "/d/x.parquet is damaged and cannot be read; make it again, or take it away",
        ),
        (
            'Invalid Input Error: Failed to read file "/d/it\'s.parquet": ZSTD Decompression failure',
            "/d/it's.parquet is damaged",
        ),
        ("Trying to read a database file with storage version 99", "another version of DuckDB"),
        ("Out of Memory Error: could not allocate block of size 256.0 KiB", "not enough memory"),
        ('IO Error: Cannot open file "/d/x": No such file or directory', "there is no such file"),
    ],
)
def test_what_duckdb_says_of_files_disks_and_memory(said, means) -> None:
    found = sentence(said, ["a.db"])
    assert found is not None and means in found and found.endswith(".")


def test_what_it_says_of_a_query_is_left_as_it_is() -> None:
    assert sentence("Catalog Error: Table with name t does not exist!") is None


def test_a_database_held_by_another_program(tmp_path) -> None:
    path = made(tmp_path / "x.duckdb")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(DatabaseError, match=f"process {other.pid}"):
            open_engine("duckdb", path, read_only=True)
        other.communicate("\n")
    with open_engine("duckdb", path, read_only=True) as engine:
        assert engine.count("a.numbers") == 200_000


def test_a_damaged_database_is_named_when_it_shows(tmp_path) -> None:
    """At once if the file is cut, and later if a block in it is."""
    path = made(tmp_path / "x.duckdb")
    data = path.read_bytes()
    path.write_bytes(data[:5000])
    with pytest.raises(DatabaseError, match="x.duckdb is damaged"):
        open_engine("duckdb", path, read_only=True)
    path.write_bytes(data[:12288] + bytes(len(data) - 12288))
    with open_engine("duckdb") as engine, pytest.raises(DatabaseError, match="x.duckdb is damaged"):
        engine.attach("other", path)
        engine.fetch("SELECT sum(i) FROM other.a.numbers")


@pytest.mark.parametrize("kept", [b"", b"synthetic", b"PAR1" * 9])
def test_a_damaged_table_of_the_world_is_named(tmp_path, kept) -> None:
    (tmp_path / "subjects.parquet").write_bytes(kept)
    with (
        open_engine("duckdb") as engine,
        pytest.raises(DatabaseError, match="subjects.parquet is damaged .* make it again"),
    ):
        engine.fetch("SELECT * FROM read_parquet(?)", [str(tmp_path / "subjects.parquet")])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["what is it?", 'it\'s "家" 100%#;*[x]', "a" * 200])
def test_a_database_may_lie_anywhere(tmp_path, name) -> None:
    folder = tmp_path / name
    folder.mkdir()
    path = made(folder / "x.duckdb")
    with open_engine("duckdb", path) as engine:
        engine.create_table("a.more", "SELECT 1 AS i")
    with open_engine("duckdb") as engine:
        engine.attach("other", path)
        assert engine.fetch("SELECT count(*) FROM other.a.numbers") == [(200_000,)]
        assert engine.fetch("SELECT i FROM other.a.more") == [(1,)]
    assert [p.name for p in folder.iterdir()] == ["x.duckdb"]


def test_what_is_thrown_away_leaves_nothing(tmp_path) -> None:
    path = tmp_path / "x.duckdb.building"
    engine = open_engine("duckdb", path)
    engine.create_table("a.t", "SELECT 1 AS i")
    engine.discard()
    engine.close()
    remove_database(path)
    assert list(tmp_path.iterdir()) == []


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """The error as it is when it was raised here."""
    try:
        raise error from cause
    except type(error) as caught:
        return caught


@pytest.mark.parametrize(
    ("number", "means"),
    [
        (errno.ENOSPC, "no room left on its disk"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "can only be read"),
        (errno.ENOTDIR, "a file where a folder is expected"),
        (errno.EISDIR, "a folder where a file is expected"),
        (errno.ENAMETOOLONG, "too long"),
    ],
)
def test_what_the_system_says_is_said_with_the_file(number, means) -> None:
    said, code = told(OSError(number, os.strerror(number), "/d/x"))
    assert said.startswith("/d/x: ") and means in said and code == BAD_INPUT


def test_a_full_disk_is_told_of_whoever_wrapped_it() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    assert "no room left" in told(full)[0]
    assert "no room left" in told(raised(RuntimeError("could not write"), full))[0]
    for number in (errno.ENOSPC, errno.EFBIG):  # of a copy the file that was to be written is named
        assert told(OSError(number, "", "/d/x", None, "/d/y"))[0].startswith("/d/y: ")


def test_our_own_words_come_before_what_they_were_made_of() -> None:
    ours = raised(DatabaseError("Do this."), OSError(errno.ENOENT, "No such file", "x"))
    assert told(ours) == ("Do this.", BAD_INPUT)


def test_what_nobody_thought_of_is_called_a_fault_of_the_program(monkeypatch, capsys) -> None:
    """Not one of the user, though it may be a ValueError of some library."""
    for error in (KeyError("x"), ZeroDivisionError("division by zero"), OverflowError("far")):
        said, code = told(raised(error))
        assert code == OUR_FAULT and "fault of the program" in said and type(error).__name__ in said
    with pytest.raises(ValueError) as caught:
        __import__("json").loads("{")
    assert told(caught.value)[1] == OUR_FAULT

    def broken() -> None:
        raise KeyError("gone")

    monkeypatch.setattr("pipelines.listing.sources", broken)
    with pytest.raises(SystemExit) as left:
        main(["sources"])
    err = capsys.readouterr().err
    assert left.value.code == OUR_FAULT and err.count("\n") == 1 and "ISLANDS_DEBUG" in err
    monkeypatch.setenv("ISLANDS_DEBUG", "1")
    with pytest.raises(KeyError):
        main(["sources"])


def islands(*words: str, **more) -> subprocess.CompletedProcess:
    """The command in a process of its own; bytes out."""
    env = {**os.environ, **more.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *words], cwd=ROOT, env=env, check=False, **more
    )


def test_a_reader_who_leaves_is_no_error(tmp_path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = islands("sources", stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert done.returncode in (1, 141) and done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_under_the_output() -> None:
    with Path("/dev/full").open("wb") as full:
        done = islands("sources", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr == b"islands: There is no room left on the disk; make room and try again.\n"


@pytest.mark.skipif(os.name == "nt", reason="there, names are Unicode in any locale")
@pytest.mark.parametrize(
    "env",
    [
        pytest.param(
            {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, marks=pytest.mark.long
        ),
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        pytest.param({"PYTHONIOENCODING": "latin-1"}, marks=pytest.mark.long),
        {"PYTHONIOENCODING": "gbk"},
    ],
    ids=["C", "C, ascii", "latin-1", "gbk"],
)
def test_any_locale_will_do(env, tmp_path) -> None:
    """Chinese arguments are understood, and what a terminal cannot show is escaped."""
    done = islands("sources", "--json", capture_output=True, env=env)
    assert done.returncode == 0 and done.stderr == b""
    encoding = env.get("PYTHONIOENCODING", "utf-8")
    assert b"court" in done.stdout and done.stdout.decode(encoding)
    done = islands(
        "subject", "柳陌小满面馆", "--home", str(tmp_path / "家"), capture_output=True, env=env
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"islands: No database in ") and done.stderr.count(b"\n") == 1
    if "PYTHONIOENCODING" not in env:
        assert "家" in done.stderr.decode()


@pytest.mark.skipif(os.name != "posix", reason="arguments are bytes on POSIX alone")
def test_an_argument_that_is_no_text() -> None:
    done = islands("subject", os.fsdecode(b"\xb0\xa1"), capture_output=True)
    assert done.returncode == 2
    assert done.stderr == b"islands: Argument 2 (\\udcb0\\udca1) is not UTF-8; give it in UTF-8.\n"
