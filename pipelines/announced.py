"""What a command that takes long will need, told before it begins: time and disk, roughly.

The figures were measured on two cores; those of `province` are carried on from `city` by the rows.
The copy of a database that replays read takes about as many bytes for each of its own at every size.
"""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

FROM_SECONDS = 15.0  # what takes less is not announced


@dataclass(frozen=True)
class Cost:
    """What a world of one size costs."""

    generate: float  # seconds to make it and its files
    files: int  # megabytes of them
    build: float  # seconds to build one database of them
    database: int  # megabytes of it
    replay: float  # seconds of one replay in one process

    def to_replay(self) -> tuple[float, int]:
        """Seconds and megabytes of a database and the copy of it that replays read."""
        seconds, megabytes = copy_cost(self.database)
        return self.build + seconds, self.database + megabytes


def copy_cost(megabytes: float) -> tuple[float, int]:
    """Seconds and megabytes of the copy that replays read, of a database of so many megabytes."""
    return 0.012 * megabytes, round(2.3 * megabytes)


COSTS = {
    "story": Cost(2, 5, 2, 10, 0.05),
    "tiny": Cost(4, 9, 4, 20, 0.07),
    "demo": Cost(25, 75, 15, 680, 0.08),
    "city": Cost(200, 650, 140, 8900, 1.0),
    "province": Cost(9000, 30_000, 8500, 520_000, 20.0),
}


def announce(size: str | None, folder: Path, what: str = "generate", share: float = 1.0) -> None:
    """Say on standard error what making a world, or a database, of a size takes, if it takes long.

    Args:
        size: of the world; one that nobody knows is not announced.
        folder: that it goes to.
        what: `generate`, `build`, or both, joined by a plus sign.
        share: of the days of a year that are delivered.
    """
    cost = COSTS.get(size or "")
    if cost is None:
        return
    seconds = sum({"generate": cost.generate, "build": cost.build}[w] for w in what.split("+"))
    megabytes = sum({"generate": cost.files, "build": cost.database}[w] for w in what.split("+"))
    if seconds >= FROM_SECONDS:
        # Most of the files is backlog, and most of the work is the horizon's: a window counts half.
        seconds *= 0.5 + 0.5 * share
        print(sentence(seconds, megabytes, folder), file=sys.stderr)


def announce_copy(base: Path, folder: Path) -> None:
    """Say the same of the copy that replays read of a database, before it is made."""
    seconds, megabytes = copy_cost(base.stat().st_size / 1_000_000)
    if seconds >= FROM_SECONDS:
        print(
            sentence(seconds, megabytes, folder, "To lay it out for replays takes"), file=sys.stderr
        )


def sentence(seconds: float, megabytes: int, folder: Path | str, what: str = "This takes") -> str:
    """Time and disk in words, and what is free where that is less.

    >>> sentence(100, 0, "."), sentence(100, 1, "build")
    ('This takes about 2 minutes.', 'This takes about 2 minutes, and about 1 MB in build.')
    """
    said = f"{what} about {time_words(seconds)}"
    if not megabytes:
        return f"{said}."
    free = free_megabytes(folder)
    said += f", and about {disk_words(megabytes)} in {folder}"
    return said + (f", where only {disk_words(free)} is free." if megabytes > free else ".")


def free_megabytes(folder: Path | str) -> int:
    """Megabytes free on the disk of a folder, be it there or not."""
    path = Path(folder).absolute()
    there = next(one for one in (path, *path.parents) if one.exists())
    return shutil.disk_usage(there).free // 1_000_000


def time_words(seconds: float) -> str:
    """A length of time, roughly.

    >>> time_words(33), time_words(100), time_words(7200)
    ('30 seconds', '2 minutes', '2.0 hours')
    """
    if seconds < 90:
        return f"{max(10, round(seconds, -1)):.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def disk_words(megabytes: int) -> str:
    """Megabytes, or gigabytes.

    >>> disk_words(60), disk_words(6000)
    ('60 MB', '6.0 GB')
    """
    return f"{megabytes} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"
