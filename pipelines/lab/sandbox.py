"""Run a submission under limits, and bring back what it made: tables, or a sentence for each.

Where Linux lets us, the process has no network, does not see other processes, can write into no folder but
its own, and finds what it must not read empty: the class, the laboratory, the home folder of whoever grades,
and temporary files. Everywhere it has bounds of time and memory, a folder of its own with copies of the
data, an environment without anything in it, and the limits that `child` sets.
"""

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pipelines.lab.output import Output, output
from schemas.contract import ROOT

CHILD = Path(__file__).with_name("child.py")
HIDDEN_FOLDERS = ("tests", "labs", "sources")  # of the laboratory: worlds could be made with it
SECONDS_EACH, SECONDS_MORE = 5, 20  # processor time: for each database, and for starting
MEMORY = 4 << 30  # bytes of address space
MOST_FILES, MOST_DEEP, MOST_BYTES = 10_000, 100, 2 << 30  # in the folder of a submission
UNSHARE = (
    "unshare",
    "--map-root-user",
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--mount-proc",
    "--kill-child",
)
# What is hidden may hold the submission's own folder ($0), which is then put back as it is. Every other place
# can only be read, whatever a library does.
READ_ONLY = r"""
mkdir -p "$0" && mount --no-canonicalize --bind . "$0" && cd "$0" || exit 1
mounts=$(cat /proc/self/mountinfo)
printf '%s\n' "$mounts" | while read -r id parent device root place options rest; do
    case $options in ro*) continue ;; esac
    place=$(printf '%b' "$place")
    [ "$place" = "$0" ] || mount -o "remount,bind,ro${options#r?}" "$place" || [ ! -e "$place" ] || exit 1
done || exit 1
"""
BEGAN = "began"  # said before a submission runs, which cannot say it
TRIES = 5  # to start one, where others make and remove folders meanwhile
WITH_PARENT = ("setpriv", "--pdeathsig", "KILL")
SETPRIV = ("setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all")


class NotBegun(ValueError):
    """The system did not get as far as a submission, which is not to blame for it."""


def run(
    submission: str, name: str, databases: Sequence[Path], hidden: Sequence[Path] = ()
) -> list[Output]:
    """Run a submission over databases.

    Args:
        name: `solution.sql` or `solution.py`.
        hidden: folders that it must not see, if the system can hide them.

    Returns:
        One output a database, in their order.

    Raises:
        NotBegun: if the system cannot start it behind its limits.
    """
    job = Path(tempfile.mkdtemp(prefix="islands-lab-")).resolve()
    try:
        (job / "out").mkdir()
        (job / name).write_text(submission, encoding="utf-8", newline="\n")
        copies = [f"{n}.duckdb" for n in range(len(databases))]
        for path, copy in zip(databases, copies, strict=True):
            shutil.copyfile(path, job / copy)
        seconds = SECONDS_MORE + SECONDS_EACH * len(databases)
        said = {"submission": name, "databases": copies, "seconds": seconds, "memory": MEMORY}
        (job / "job.json").write_text(json.dumps(said), encoding="utf-8")
        late = _begun(job, seconds * 4, [*hidden, *(ROOT / name for name in HIDDEN_FOLDERS)])
        return [output(job / "out", n, late) for n in range(len(databases))]
    finally:
        with contextlib.suppress(RecursionError):  # it may have made folders in folders without end
            shutil.rmtree(job, ignore_errors=True)


@cache
def limits() -> str:
    """Which limits this machine can set, in one sentence."""
    if _namespaces():
        return (
            "Submissions run without network, write into their own folder only, and do not see the class, "
            "the laboratory, your home folder or temporary files."
        )
    return (
        "This system cannot take network and files away from a process, so only Python's own limits hold: "
        "grade submissions of people you do not trust on Linux."
    )


@cache
def _namespaces() -> bool:
    """Whether this system lets us take network and folders away from a process; tried once."""
    if not shutil.which("unshare"):
        return False
    with tempfile.TemporaryDirectory(prefix="islands-lab-") as folder:
        job = Path(folder).resolve()
        command = _apart(job, [], [sys.executable, "-I", "-c", "pass"])
        return any(
            subprocess.run(command, cwd=job, capture_output=True, check=False).returncode == 0
            for _ in range(TRIES)
        )


def _apart(job: Path, hidden: Sequence[Path], command: Sequence[str]) -> list[str]:
    """A command as it is started without network, where only its job can be written and much is hidden."""
    needed = [CHILD, Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable)]
    needed += [path.resolve() for path in needed]
    mine = [path.resolve() for path in (Path.home(), Path(tempfile.gettempdir()))]
    places = [*hidden, *(path for path in mine if path.parent != path)]
    found = {one for p in places for one in _hideable(p.resolve(), needed)}
    mounts = ""
    for path in sorted(one for one in found if found.isdisjoint(one.parents)):
        how = "-o bind,ro /dev/null"
        if path.is_dir():
            how = "-t tmpfs none" if path in job.parents else "-t tmpfs -o ro none"
        place = shlex.quote(str(path))
        mounts += f"mount {how} {place} || [ ! -e {place} ] || exit 1\n"  # it may be gone by now
    script = (
        f"{mounts}{READ_ONLY}echo {BEGAN}\nexec {shlex.join([*_privileges(), *command])} >/dev/null"
    )
    return [*_ends_with_us(), *UNSHARE, "sh", "-c", script, str(job)]


@cache
def _ends_with_us() -> tuple[str, ...]:
    """How to start what ends as soon as this process is gone, however that ended."""
    if shutil.which("setpriv"):
        tried = subprocess.run([*WITH_PARENT, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return WITH_PARENT
    return ()


@cache
def _privileges() -> tuple[str, ...]:
    """How to give up the right to undo what was hidden."""
    return SETPRIV if shutil.which("setpriv") else ()


def _begun(job: Path, seconds: int, hidden: Sequence[Path]) -> str:
    """See `_start`; once more if what others make and remove meanwhile was in the way."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(NotBegun):
            return _start(job, seconds, hidden)
    return _start(job, seconds, hidden)


def _start(job: Path, seconds: int, hidden: Sequence[Path]) -> str:
    """Start the child and wait; why it did not end by itself, if it did not."""
    command = [sys.executable, "-I", "-X", "utf8", str(CHILD), str(job)]
    apart = _namespaces()
    if apart:
        command = _apart(job, hidden, command)
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
    with subprocess.Popen(
        command,
        cwd=job,
        env={**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "HOME": str(job),
             "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if apart else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:  # fmt: skip
        try:
            why = _watched(process, job, seconds)
        finally:
            process.kill()
        if process.stdout and BEGAN not in process.stdout.read():
            raise NotBegun(
                "The system did not start a submission behind its limits; run this again, it goes on where "
                "it was."
            )
    if why:
        return why
    if process.returncode == 0:
        return "it left no answer."
    return "it was stopped: it took too much time or memory, or ended itself."


def _watched(process: subprocess.Popen, job: Path, seconds: int) -> str:
    """Wait until a process ends, or has to be stopped; why, if it has."""
    end = time.monotonic() + seconds
    while True:
        try:
            process.wait(1)
            return ""
        except subprocess.TimeoutExpired:
            if _fills(job):
                return "it was stopped: it wrote too much."
            if time.monotonic() > end:
                return "it was stopped: it took too long."


def _fills(job: Path) -> bool:
    """Whether a folder holds more than it may."""
    files = size = 0
    for folder, _, names in os.walk(job):
        files += 1 + len(names)
        if files > MOST_FILES or folder.count(os.sep) > MOST_DEEP:
            return True
        for name in names:
            try:
                size += Path(folder, name).lstat().st_size
            except OSError:  # gone by now
                continue
    return size > MOST_BYTES


def _hideable(place: Path, needed: Sequence[Path]) -> list[Path]:
    """What can be hidden of a place: itself, or what in it is not needed to run."""
    if place in needed or not (place.is_dir() or place.is_file()) or place.is_symlink():
        return []
    if not any(place in path.parents for path in needed):
        return [place]
    return [found for path in sorted(place.iterdir()) for found in _hideable(path, needed)]
