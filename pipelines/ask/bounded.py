"""Questions, asked of processes that are ended when time is up, so that whoever asks always hears something.

One call of a function in a statement can take hours and all memory; DuckDB cannot stop it, and it could bring
down the process it runs in. So statements run in processes of their own (see `child`). They are kept for the
questions that follow, ended if an answer does not come in time, and begun anew. There are few of them: who
finds all at work waits a while, and is then told to come back.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from pipelines.ask.errors import QueryError, strange_value, too_long
from pipelines.ask.messages import MEMORY, READY, Question, Reply

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.ask.answers import Answer

ROOT = Path(__file__).resolve().parents[2]

MOST = 4  # processes; each may keep two cores busy
MOST_WAITING = 20  # who come later are told so at once; a server answers other pages meanwhile
SECONDS_TO_WAIT = 15  # longer than a question on a page may take, so that the next get their turn
SECONDS_TO_STOP = 0.5  # from DuckDB being told to stop to the end of the process
SECONDS_TO_START = 60
SECONDS_TO_END = 5  # from the last word of a process that ends by itself
# Signals by which somebody, or the system, ends a process; others tell of a fault of its own.
FROM_OUTSIDE = {
    getattr(signal, name)
    for name in ("SIGHUP", "SIGINT", "SIGKILL", "SIGTERM")
    if hasattr(signal, name)
}


def ask(database: Path, sql: str, most_rows: int, seconds: float) -> Answer:
    """Ask a database one question.

    Args:
        sql: one SELECT, in DuckDB's dialect, with the project's own macros.
        most_rows: rows that come out at most.
        seconds: after which it is stopped, whatever it does; waiting for others is not counted.

    Raises:
        QueryError: if the statement is none that may be run, cannot be, or takes too long or too much; or
            if too many others ask.
        DatabaseError: if the file cannot be read.
    """
    with _processes.one(SECONDS_TO_WAIT) as process:
        return process.answer("ask", (database, sql, most_rows, seconds), MEMORY, seconds)


def framed(database: Path, sql: str, params: Sequence[Any] = ()) -> pd.DataFrame:
    """The rows of one question, with the types they have, as many as there are.

    It takes the time it takes, until it is interrupted, and the memory that the machine has.

    Args:
        params: values for what is marked `?`, in order.

    Raises:
        QueryError: if it is none, or cannot be.
        DatabaseError: if the file cannot be read, or memory or disk are full.
    """
    with _processes.one(None) as process:
        return process.answer("framed", (database, sql, list(params)), None, None)


def start() -> None:
    """Begin a process, so that it is ready when the first question comes."""
    _processes.start()


def close() -> None:
    """End all processes; who still waits for one of them is told that it has ended."""
    _processes.close()


class _Process:
    """One process that answers questions, one at a time.

    Raises:
        QueryError: if the machine cannot start one.
    """

    def __init__(self) -> None:
        self._ready = False  # whether it has said that it is
        self._late = False  # whether it was ended because time was up
        self._owes = False  # whether it is to say something and has not yet
        path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-X", "utf8", "-m", "pipelines.ask.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if os.environ.get("ISLANDS_DEBUG") else subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
                start_new_session=True,  # Ctrl-C reaches us alone, and we end it
            )
        except OSError as error:
            raise QueryError(
                f"No process can be started for it ({error.strerror}); close other programs, and try again."
            ) from None

    @property
    def usable(self) -> bool:
        """Whether it can be asked something."""
        return not self._owes and not self._late and self._process.poll() is None

    def answer(
        self, function: str, arguments: tuple, memory: int | None, seconds: float | None
    ) -> Any:
        """What a question gives.

        Args:
            function, memory: see `Question`.
            arguments: of the function.
            seconds: after which it is stopped; None: never.

        Raises:
            ValueError: what the function raises, or that it was stopped or broke down, in one sentence.
            RuntimeError: if this program is at fault.
        """
        try:
            question = Question(function, pickle.dumps(arguments), memory)
        except Exception as error:  # whatever a value's own class does
            raise strange_value() from error
        self._owes = True
        if not self._ready:
            if self._hear(SECONDS_TO_START) != READY:
                raise self._why_not_ready()
            self._ready = True
        with contextlib.suppress(OSError):  # it has ended, as is heard now
            pickle.dump(question, self._stdin)
            self._stdin.flush()
        reply = self._hear(None if seconds is None else seconds + SECONDS_TO_STOP)
        if not isinstance(reply, Reply):
            self.end()
            if self._late and seconds is not None:
                raise too_long(seconds)
            raise QueryError(
                "The process that worked on it broke down, as happens where much memory is wanted.",
                advice="ask for fewer rows or columns, or for less in one call of a function",
            )
        self._owes = False
        if reply.last:
            self.end()
        if reply.fault is not None:
            raise RuntimeError(reply.fault)
        if reply.error is not None:
            raise reply.error
        return reply.found

    def _why_not_ready(self) -> Exception:
        """What to raise of one that ended, or was ended, before it could be asked anything."""
        if self._late:
            self.end()
            return QueryError(
                f"No process was ready for it within {SECONDS_TO_START} seconds, as happens where a machine "
                "has much else to do; close other programs, and try again."
            )
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(SECONDS_TO_END)  # it says no more: its own end tells why
        code = self.end()
        if -code in FROM_OUTSIDE:
            return QueryError(
                "The process that was to work on it was ended before it began, perhaps for want of memory; "
                "close other programs, and try again."
            )
        return RuntimeError(f"no process for questions started ({code})")

    def kill(self) -> None:
        """End it at once; who waits for its answer hears none."""
        self._process.kill()

    def end(self) -> int:
        """End it, if it has not ended, and let go of what it held; its exit code."""
        self._process.kill()
        code = self._process.wait()
        with contextlib.suppress(OSError):  # what it was told and did not hear
            self._stdin.close()
        self._stdout.close()
        return code

    @property
    def _stdin(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdin)

    @property
    def _stdout(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdout)

    def _hear(self, seconds: float | None) -> Any:
        """What it says next; None if it ends instead, or is ended because so many seconds are over."""

        def stop() -> None:
            self._late = True
            self.kill()

        alarm = threading.Timer(seconds or 0, stop)
        alarm.daemon = True
        if seconds is not None:
            alarm.start()
        try:
            return pickle.load(self._stdout)
        except (EOFError, pickle.UnpicklingError, OSError):
            return None
        finally:
            alarm.cancel()
            if seconds is not None:
                alarm.join()  # from here on it is known whether time was up


class _Processes:
    """All processes: those at work, and those that wait for a question."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._idle: list[_Process] = []
        self._at_work: set[_Process] = set()
        self._waiting = 0

    @contextlib.contextmanager
    def one(self, patience: float | None) -> Iterator[_Process]:
        """A process that nobody else asks meanwhile.

        Args:
            patience: seconds to wait for one at most; None: as long as it takes.

        Raises:
            QueryError: if there is none in that time, or too many wait already.
        """
        process = self._take(patience)
        try:
            yield process
        finally:
            usable = process.usable
            if not usable:
                process.end()
            with self._changed:
                self._at_work.remove(process)
                if usable:
                    self._idle.append(process)
                self._changed.notify()

    def start(self) -> None:
        """Begin one, if there is none."""
        with self._changed, contextlib.suppress(QueryError):  # who asks will be told
            if not self._idle and not self._at_work:
                self._idle.append(_Process())

    def close(self) -> None:
        """End them all."""
        with self._changed:
            for process in self._at_work:
                process.kill()
            for process in self._idle:
                process.end()
            self._idle = []

    def _take(self, patience: float | None) -> _Process:
        with self._changed:
            if not self._free():
                self._wait(patience)
            while self._idle:
                process = self._idle.pop(0)  # the last to answer may still be getting ready
                if process.usable:
                    break
                process.end()
            else:
                process = _Process()
            self._at_work.add(process)
            return process

    def _free(self) -> bool:
        return len(self._at_work) < MOST

    def _wait(self, patience: float | None) -> None:
        """Wait until one more may work."""
        self._waiting += 1
        try:
            crowded = patience is not None and self._waiting > MOST_WAITING
            if crowded or not self._changed.wait_for(self._free, patience):
                raise QueryError(
                    "As many questions are being answered as can be at once; ask again in a while."
                )
        finally:
            self._waiting -= 1


_processes = _Processes()
atexit.register(close)


def _forget() -> None:
    """In a copy of this process that the system has made: the processes are those of the other."""
    global _processes
    _processes = _Processes()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
