"""What runs in a task of Spark's, on an executor: a function of ours, and the files it writes.

An executor needs this project, as the driver has it, in the Python that it runs.
"""

import pickle
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.engine.base import Write
from pipelines.places import Place, write_parquet

ANSWER = "answer binary"  # the column that comes back, as Spark names its type
_RAISED = re.compile(r"^(?:[\w.]*\.)?(\w+(?:Error|Exception)): (.+)$", re.MULTILINE)
_OTHER_PYTHON = re.compile(r'Cannot run program "[^"]*"|PYTHON_VERSION_MISMATCH\].*')


def task(
    work: Callable[[Any, Write], Any],
    pieces: Sequence[Any],
    folders: Mapping[str, Place],
    numbers: Iterator[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """Do the pieces of some numbers; for `DataFrame.mapInArrow`.

    Args:
        folders: of each table, where its files go; they are there.
        numbers: batches of one column, places in `pieces`.

    Yields:
        Number and answer of each piece, pickled.
    """
    for batch in numbers:
        for number in batch.column(0).to_pylist():
            answer = work(pieces[number], partial(_write, folders, number, Counter()))
            column = pa.array([pickle.dumps((number, answer))], pa.binary())
            yield pa.RecordBatch.from_arrays([column], ["answer"])


def _write(
    folders: Mapping[str, Place], number: int, written: Counter[str], name: str, rows: pa.Table
) -> None:
    """Write rows that a piece gives of a table as a file of its own.

    A task that is tried once more, or twice at a time, writes the same files again. A file appears only
    when it is whole: until then its name begins with a point, which readers pass over.

    Args:
        number: of the piece.
        written: of each table, how often the piece has given rows by now.

    Raises:
        OSError: if it cannot be written.
    """
    from pyspark import TaskContext

    path = folders[name] / f"part-{number:05d}-{written[name]:05d}.parquet"
    written[name] += 1
    context = TaskContext.get()
    unfinished = path.with_name(f".{path.name}.{context.taskAttemptId() if context else 0}")
    write_parquet(rows, unfinished, compression="zstd")
    if not isinstance(path, Path):  # there, what is in the way stays
        path.remove()
    unfinished.replace(path)


def why(said: str) -> str | None:
    """Why tasks failed, as a sentence, from what Spark says of it; None if it is a fault of ours.

    >>> why("Traceback ...\\nModuleNotFoundError: No module named 'pipelines'").split(";")[0]
    "Executors cannot import what they need (No module named 'pipelines')"
    """
    install = (
        "install this project in the Python that they run, and name that with PYSPARK_PYTHON or "
        "spark.pyspark.python."
    )
    if other := _OTHER_PYTHON.search(said):
        return f"Executors have another Python, or none ({other[0][:200]}); {install}"
    for kind, what in reversed(_RAISED.findall(said)):
        if kind == "ModuleNotFoundError":
            return f"Executors cannot import what they need ({what}); {install}"
        if kind in ("FileNotFoundError", "PermissionError", "OSError"):
            return (
                f"An executor cannot use a file ({what}); home and landing must be folders that driver "
                "and executors reach by the same path, with room and the right to write."
            )
    return None
