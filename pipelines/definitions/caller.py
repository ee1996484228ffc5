"""Who started a run, where that makes a difference to it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """Somebody at Dagster's pages, unless it says otherwise.

    Attributes:
        command: the words of the command line, for the manifest.
        holds_lock: whether the caller has the home's lock already.
        watches: whether anybody will look at the run's metadata.
        progress: called with a label, steps done and steps in all.
    """

    command: tuple[str, ...] = ("ui",)
    holds_lock: bool = False
    watches: bool = True
    progress: Callable[[str, int, int], None] | None = None


CALLER: ContextVar[Caller] = ContextVar("caller")
