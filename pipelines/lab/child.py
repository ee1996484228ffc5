"""Run one submission over several databases: a program of its own, which imports nothing of ours.

It is started as `python -I child.py JOB`, with JOB a folder that holds `job.json`, the submission, and the
databases. For each it leaves `out/<n>.parquet`, or `out/<n>.error` with one line. Before the submission
is read, its memory and time are bounded, and files, sockets and processes other than its own are denied.
These limits are set in Python; `sandbox` adds the operating system's where it can.
"""

import json
import os
import sys
import traceback
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

OWN_PACKAGES = ("schemas", "sources", "pipelines", "quality", "labs", "docs", "tests")
DENIED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.system",
          "ctypes.", "os.startfile", "pty.", "os.kill", "os.symlink", "os.link", "shutil.",
          "resource.")  # fmt: skip
# What starts programs, or calls the system, without an event that could be seen.
STARTS_PROGRAMS = ("_posixsubprocess", "_winapi", "_cffi_backend")
LOOKS = ("open", "os.listdir", "os.scandir", "os.walk", "glob.glob", "os.chdir")
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod", "os.chown",
           "os.utime", "os.setxattr", "os.removexattr")  # fmt: skip
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DEVICES = ("/dev/null", "/dev/urandom", "/usr/share/zoneinfo", "/etc/localtime")


class Denied(PermissionError):
    """What a submission may not do; the message is one sentence."""


class RefusedImports:
    """Stands before Python's finders: the laboratory's own code is not for submissions."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in STARTS_PROGRAMS:
            raise ImportError(f"{name} can start programs, which a submission may not.")
        if name.partition(".")[0] in OWN_PACKAGES:
            raise ImportError(
                f"{name} is the laboratory's own code, which a submission may not use."
            )


def bound(seconds: int, memory: int) -> None:
    """Bound processor time, memory, and the size of files, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: whoever started this stops it in time
        return
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 64 << 20),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue  # macOS knows no bound of memory


def opens_to_write(
    mode: str | None, flags: int, writes: int = WRITES, letters: frozenset = frozenset("wax+")
) -> bool:
    """Whether a file is opened to be written: by its mode as Python says it, or the system's flags."""
    return flags & writes != 0 or not letters.isdisjoint(mode or "")


def wall_in(job: Path) -> None:
    """From here on, deny what does not belong to the submission.

    It keeps from looking about, by accident or by what one reads in a book; not from who takes Python itself
    apart. That is the system's part.
    """
    readable = (str(job), *{os.path.realpath(p) for p in (sys.prefix, sys.base_prefix)}, *DEVICES)
    here = (str(job),)
    own = tuple(f"{os.sep}site-packages{os.sep}{name}{os.sep}" for name in OWN_PACKAGES)
    # A submission can put others in their place in this module, or in `os`: these are kept as they are.
    denied, looks, changes, to_write, refuse = DENIED, LOOKS, CHANGES, opens_to_write, Denied
    real, decode, kinds, sep = os.path.realpath, os.fsdecode, (str, bytes, os.PathLike), os.sep
    is_a = isinstance

    def within(path: str, folders: tuple[str, ...]) -> bool:
        return path in folders or path.startswith(tuple([folder + sep for folder in folders]))

    def see(event: str, args: tuple) -> None:
        if event.startswith(denied):
            raise refuse(f"a submission may not use {event.partition('.')[0]}.")
        if event not in looks and event not in changes:
            return
        writes = event in changes or (event == "open" and to_write(*args[1:]))
        for given in args if event in changes else args[:1]:
            if not is_a(given, kinds):
                continue
            path = real(decode(given))
            if not within(path, here if writes else readable):
                raise refuse("a submission may read and write only its own folder.")
            for name in own:
                if name in path:
                    raise refuse("the laboratory's own files are not for submissions.")

    def refused(*_: object) -> None:
        raise Denied("a submission may not start programs.")

    for name in STARTS_PROGRAMS:
        for function in ("fork_exec", "CreateProcess"):
            if hasattr(sys.modules.get(name), function):
                setattr(sys.modules[name], function, refused)
    sys.meta_path.insert(0, RefusedImports())
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN_PACKAGES]:
        del sys.modules[name]
    sys.addaudithook(see)


def opened(path: str | None = None) -> duckdb.DuckDBPyConnection:
    """A database that reads no other file, in one thread so that nothing depends on their number."""
    config = {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "threads": "1",
        "memory_limit": "1GB",
    }
    return connect(path or ":memory:", read_only=path is not None, config=config)


connect = duckdb.connect  # as it was, before submissions get `opened` in its place


def solver(job: Path, name: str):  # noqa: ANN201 - a function of a connection
    """What a submission does with a connection: its SELECT, or its `solve`."""
    text = (job / name).read_text(encoding="utf-8-sig")
    if name.endswith(".sql"):
        with opened() as connection:
            parts = connection.extract_statements(text)
        if len(parts) != 1 or parts[0].type != duckdb.StatementType.SELECT:
            raise ValueError(
                "the file must hold one SELECT (WITH may stand before it), and nothing else."
            )
        return lambda connection: connection.execute(text).to_arrow_table()
    names: dict = {"__name__": "submission", "__file__": name}
    exec(compile(text, name, "exec"), names)
    if not callable(names.get("solve")):
        raise ValueError(
            "the file must define `def solve(connection)`, which gives a pandas DataFrame."
        )
    return names["solve"]


def table_of(answer: object) -> pa.Table:
    """An answer as a table of columns."""
    if isinstance(answer, pa.Table):
        return answer
    if isinstance(answer, duckdb.DuckDBPyRelation):
        return answer.to_arrow_table()
    if type(answer).__name__ == "DataFrame" and hasattr(answer, "columns"):
        # Column by column: one that mixes types becomes text, and the judge says what it should be.
        columns = {}
        for name in answer.columns:
            try:
                columns[str(name)] = pa.array(answer[name], from_pandas=True)
            except (pa.ArrowInvalid, pa.ArrowTypeError):
                told = zip(answer[name], answer[name].isna(), strict=True)
                columns[str(name)] = pa.array([None if gone else str(v) for v, gone in told])
        return pa.table(columns)
    raise ValueError(f"solve must give a pandas DataFrame, not {type(answer).__name__}.")


def one_line(error: BaseException, name: str) -> str:
    """What went wrong, and in which line of the submission."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == name]
    where = f"{name}, line {lines[-1]}: " if lines else f"{name}: "
    return (where + f"{type(error).__name__}: {' '.join(str(error).split())}")[:600]


def main(job: Path) -> None:
    """Do a job."""
    said = json.loads((job / "job.json").read_text(encoding="utf-8"))
    name = said["submission"]
    if name.endswith(".py"):
        import pandas as pd

        pd.DataFrame({"a": [1]}).to_string()  # loads what it would else load under these limits
        pa.array(pd.Series(["a"]))
    bound(said["seconds"], said["memory"])
    os.chdir(job)
    wall_in(job)
    duckdb.connect = sys.modules["_duckdb"].connect = lambda *args, **kwargs: opened()
    out = job / "out"
    try:
        solve = solver(job, name)
    except BaseException as error:  # whatever a submission does
        (out / "all.error").write_text(one_line(error, name), encoding="utf-8")
        return
    for n, database in enumerate(said["databases"]):
        try:
            with opened(str(job / database)) as connection:
                answer = table_of(solve(connection))
            pq.write_table(answer, out / f"{n}.part")
            (out / f"{n}.part").replace(out / f"{n}.parquet")
        except BaseException as error:
            (out / f"{n}.error").write_text(one_line(error, name), encoding="utf-8")
        (job / database).unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
