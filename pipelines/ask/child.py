"""The process in which questions are answered, one after the other; it can be ended while it works.

`bounded` starts it as `python -m pipelines.ask.child`, writes questions to its standard input and reads what
it says from its standard output. When its input ends, because whoever started it has ended, so does it, in
the middle of a question too.

On Linux the system bounds its memory: what a question wants beyond the bound is refused, and then DuckDB says
so, or the process breaks down and another is begun. macOS and Windows have no such bound; there DuckDB's own
has to do, which one call of a function can pass, until time is up.
"""

import contextlib
import os
import pickle
import queue
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from pipelines.ask import safe
from pipelines.ask.errors import strange_value, too_much
from pipelines.ask.messages import MEMORY, READY, Question, Reply


def main() -> None:
    """Answer questions until there are no more."""
    out = _own_output()
    questions: queue.SimpleQueue[Question] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    engine, taken = safe.new_engine(), _taken()
    _say(out, READY)
    while True:
        question = questions.get()
        most = question.memory or _of_the_machine()
        with _bounded(taken + most):
            reply = _reply(engine, question)
        # A bounded question that comes next must have room, however much this one was let take.
        last = _taken() > taken + MEMORY // 2
        _say(out, replace(reply, last=last))
        if last:
            return
        engine = safe.new_engine()  # now, and not when the next question waits for it


def _reply(engine: safe.OwnEngine, question: Question) -> Reply:
    """What comes of a question; whatever goes wrong is said."""
    try:
        arguments = _arguments(question)
        return Reply(getattr(safe, question.function)(engine, *arguments))
    except MemoryError:
        return Reply(error=too_much())
    except Exception as error:
        if isinstance(error, ValueError) and type(error).__module__.startswith("pipelines."):
            return Reply(error=error)
        return Reply(fault=f"{type(error).__name__}: {error}\n{traceback.format_exc()}")


def _arguments(question: Question) -> tuple:
    """What a function is to be called with.

    Raises:
        QueryError: if there is a value among it of a class that is not known here.
    """
    try:
        return pickle.loads(question.arguments)
    except Exception as error:  # whatever a class does
        raise strange_value() from error


def _listen(questions: queue.SimpleQueue[Question]) -> None:
    """Take in questions; end the process when no more can come."""
    try:
        while True:
            questions.put(pickle.load(sys.stdin.buffer))
    finally:
        os._exit(0)


def _own_output() -> IO[bytes]:
    """Standard output, for replies alone: what a library might print goes nowhere."""
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return out


def _say(out: IO[bytes], what: object) -> None:
    pickle.dump(what, out, protocol=pickle.HIGHEST_PROTOCOL)
    out.flush()


# --- memory -----------------------------------------------------------------------------------------


def _taken() -> int:
    """Bytes of address space that this process takes; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _of_the_machine() -> int:
    """Bytes of memory of this machine; so many that there is no bound where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 1 << 62


@contextlib.contextmanager
def _bounded(most: int) -> Iterator[None]:
    """Let the address space of this process grow to so many bytes and no further, where that is Linux."""
    if sys.platform != "linux":
        yield
        return
    import resource

    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    known = [one for one in (before, hard) if one != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([most, *known]), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # who breaks down leaves no copy of its memory
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))


if __name__ == "__main__":
    main()
