"""What a process that answers questions is told, and what it says; both go through pipes as pickles."""

from dataclasses import dataclass
from typing import Any

READY = "ready"  # what it says first
# Bytes that a question on a page may take: DuckDB's own bound of a gigabyte, and room for what that does not
# count.
MEMORY = 1536 << 20


@dataclass(frozen=True)
class Question:
    """What is asked."""

    function: str  # `ask` or `framed` of `pipelines.ask.safe`
    # What it is called with, behind the engine, as a pickle of their own: a value that cannot be
    # read from it does not disturb what follows.
    arguments: bytes
    # Bytes that it may take beyond what the process takes by itself; None: what the machine has.
    memory: int | None


@dataclass(frozen=True)
class Reply:
    """What came of a question."""

    found: Any = None  # what the function gave
    # The error to raise instead, which is one of ours with one sentence.
    error: ValueError | None = None
    fault: str | None = None  # what is wrong with the program itself: a line, and then where
    # Whether the process ends now, because it has not given back the memory it took.
    last: bool = False
