"""Pieces of work taken by several processes, each as it becomes free.

A piece depends on nothing but what it is given, so how many processes there are changes when it is done
and not what comes of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context  # a fork would share an open database
from types import TracebackType
from typing import Any, Self


class Shards:
    """Processes that work for the length of a block, which ends them.

    Args:
        count: how many; at least 1.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ProcessPoolExecutor(count, get_context("spawn"))

    @property
    def threads(self) -> int:
        """How many threads of its own each may use, so that all together use the machine once."""
        return max((os.cpu_count() or 1) // self.count, 1)

    def each(
        self, work: Callable[..., Any], pieces: Mapping[str, tuple[Any, ...]]
    ) -> Iterator[tuple[str, Any]]:
        """Do all pieces, begun in the order given.

        Args:
            work: a function of a module.
            pieces: name -> what it is called with.

        Returns:
            Name and result of each piece, as they are done.

        Raises:
            BaseException: what the first piece raised that could not be done.
        """
        running = {self._pool.submit(work, *given): name for name, given in pieces.items()}
        for done in as_completed(running):
            yield running[done], done.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
