"""The same done to many things, in this process or in several, and each result as it is ready."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from itertools import chain, islice
from multiprocessing import connection, get_context, parent_process
from typing import Any, Protocol, TypeVar

from schemas.ended import STOPPED, raised_in


class Closed(Protocol):
    """What is closed once it is done with."""

    def close(self) -> None:
        """Let go of what it holds."""


K, T = TypeVar("K"), TypeVar("T", bound=Closed)
Each = Callable[[Callable[..., Any], Iterable[tuple[Any, ...]]], Iterator[tuple[int, Any]]]


def each(
    does: Callable[..., Any], tasks: Iterable[tuple[Any, ...]], workers: int
) -> Iterator[tuple[int, Any]]:
    """The place of each task and what comes of it, in whatever order they are done.

    Tasks are asked for as processes come free, so that an iterator that ends ends the work. One process,
    or one task, is done here.

    Args:
        does: a function at the top of a module.
        tasks: its arguments, a tuple a task.

    Raises:
        Exception: what a task raises; those that have not begun are given up.
    """
    coming = iter(tasks)
    first = list(islice(coming, 2))
    coming = chain(first, coming)
    if workers == 1 or len(first) < 2:
        for at, task in enumerate(coming):
            yield at, does(*task)
        return
    with processes(workers) as each_of:
        yield from each_of(does, coming)


@contextlib.contextmanager
def processes(workers: int) -> Iterator[Each]:
    """Processes that stay for the length of a block, for work that comes in several parts.

    Yields:
        A function like `each`, of what is done and the tasks.
    """
    # A fork would share an open database, and DuckDB's threads do not live through one.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin)
    try:
        yield partial(_each, pool, workers)
    finally:
        pool.shutdown(cancel_futures=True)


def _each(
    pool: ProcessPoolExecutor,
    workers: int,
    does: Callable[..., Any],
    tasks: Iterable[tuple[Any, ...]],
) -> Iterator[tuple[int, Any]]:
    coming = enumerate(tasks)
    waiting: dict[Future[Any], int] = {}
    while True:
        for at, task in islice(coming, 2 * workers - len(waiting)):
            waiting[pool.submit(_done, does, task)] = at
        if not waiting:
            return
        for ready in wait(waiting, return_when=FIRST_COMPLETED).done:
            yield waiting.pop(ready), ready.result()


def kept(there: dict[K, T], key: K, make: Callable[[], T]) -> T:
    """What a process keeps open from task to task; what it kept under another key is closed.

    Args:
        there: what it keeps, a variable of a module.
    """
    if key not in there:
        for other in list(there):
            there.pop(other).close()
        there[key] = make()
    return there[key]


# Of a child: whether it is at a task, and was told to stop.
_now = {"busy": False, "stopped": False}


def _done(does: Callable[..., Any], task: tuple[Any, ...]) -> Any:
    """Do one task in a process of its own."""
    if _now["stopped"]:
        raise KeyboardInterrupt
    _now["busy"] = True
    try:
        return does(*task)
    except ValueError as error:
        error.raised_in = raised_in(error)  # a traceback is lost on the way to another process
        raise
    finally:
        _now["busy"] = False


def _stop(*_: object) -> None:
    """Ctrl-C reaches children, too: what one does ends, nothing else is begun, and its parent is told."""
    _now["stopped"] = True
    if _now["busy"]:
        raise KeyboardInterrupt


def _begin() -> None:
    """End this process as soon as its parent is gone, however that ended."""
    signal.signal(signal.SIGINT, _stop)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(STOPPED)
