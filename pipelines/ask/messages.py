"""What a process that answers questions is told, and what it says; both go through pipes as pickles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

READY = "ready"  # what it says first


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        function: `ask` or `framed` of `pipelines.ask.safe`.
        arguments: what it is called with, behind the engine, as a pickle of their own: a value that cannot
            be read from it does not disturb what follows.
        memory: bytes that it may take beyond what the process takes by itself; None: what the machine has.
    """

    function: str
    arguments: bytes
    memory: int | None


@dataclass(frozen=True)
class Reply:
    """What came of a question.

    Attributes:
        found: what the function gave.
        error: the error to raise instead, which is one of ours with one sentence.
        fault: what is wrong with the program itself: a line, and then where.
        last: whether the process ends now, because it has not given back the memory it took.
    """

    found: Any = None
    error: ValueError | None = None
    fault: str | None = None
    last: bool = False
