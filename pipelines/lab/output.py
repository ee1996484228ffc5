"""What a submission made of one database, read from its folder, where it may have put anything."""

import contextlib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MOST_BYTES, MOST_ROWS = 64 << 20, 100_000  # of an answer
MEMORY = 3 << 30  # bytes that reading one may take more than there are in use
ODD = (pa.types.is_nested, pa.types.is_string_view, pa.types.is_binary_view)


@dataclass(frozen=True)
class Output:
    """What a submission made of one database: a table, or why there is none."""

    table: pa.Table | None = None
    trouble: str = ""


def output(out: Path, n: int, late: str) -> Output:
    """What lies in the folder for one database.

    Args:
        late: what to say if nothing is there.
    """
    for name in ("all", str(n)):
        if _plain_file(out / f"{name}.error"):
            with (out / f"{name}.error").open("rb") as file:
                text = file.read(600).decode("utf-8", "replace")
            return Output(trouble=" ".join(text.split()))
    path = out / f"{n}.parquet"
    if not _plain_file(path):
        return Output(trouble=late)
    try:
        with _little_memory():
            return _read(path)
    except (pa.ArrowException, OSError, ValueError, MemoryError):
        return Output(trouble="its answer is no table that can be read.")


def _read(path: Path) -> Output:
    """An answer, if it is flat and not too large; a small file may hold a table that fills the memory."""
    with pq.ParquetFile(path) as file:
        rows, kinds = file.metadata.num_rows, file.schema_arrow.types
        if rows > MOST_ROWS:
            return Output(
                trouble=f"its answer has {rows} rows; more than {MOST_ROWS} are not read."
            )
        if any(odd(kind) for odd in ODD for kind in kinds):
            return Output(trouble="its answer holds lists or structures; give plain values.")
        table = file.read(use_threads=False)
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    plain = pa.table(columns, names=table.column_names)
    if plain.nbytes > MOST_BYTES:
        return Output(trouble=f"its answer is larger than {MOST_BYTES >> 20} MiB.")
    return Output(plain)


@contextlib.contextmanager
def _little_memory() -> Iterator[None]:
    """Bound the memory of this process for a while, where the system can."""
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError):  # Windows, macOS
        yield
        return
    most = used * resource.getpagesize() + MEMORY
    bounds = [most, *(bound for bound in (soft, hard) if bound != resource.RLIM_INFINITY)]
    resource.setrlimit(resource.RLIMIT_AS, (min(bounds), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _plain_file(path: Path) -> bool:
    """Whether a file lies there itself, no link to another, and not too big."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_size <= MOST_BYTES
