"""What an engine says when a file cannot be read or written, as one sentence that names the file.

DuckDB has no class of error for a held lock, a full disk or a damaged file; its words tell them apart.
"""

import re
from collections.abc import Sequence
from pathlib import Path

AGAIN = "`islands build` makes a new one"
SMALLER_FILES = "raise the limit (`ulimit -f`), or use another disk"
NO_MEMORY = "There is not enough memory for this; close other programs, or take a smaller world."

# What DuckDB says -> what it means; the first that fits counts.
_HELD = re.compile(
    r"Could not set lock on file|File is already open in|being used by another process"
)
_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_FULL = re.compile(r"No space left|not enough space|disk is full|Disk quota exceeded")
_TOO_LARGE = re.compile(r"File too large")
_FORBIDDEN = re.compile(r"Permission denied|Read-only file system|Access is denied")
_DAMAGED = re.compile(
    r"Corrupt database|[Cc]hecksum|Could not read enough bytes|not a valid DuckDB|"
    r"Serialization Error|[Ff]ailed to deserialize|Failed to load metadata|"
    r"Is a directory|WAL file.*(corrupt|replay)|Failure while replaying WAL|database has been invalidated|"
    r"(No magic bytes found at end of|Footer length error in) file|too small to be a Parquet file|"
    r"in Parquet file|"
    r'Failed to read file "[^"]*\.parquet"'
)
_OTHER_VERSION = re.compile(r"storage version|newer version of DuckDB|older version of DuckDB")
_NO_FILE = re.compile(r"No such file or directory|File name too long|database does not exist")
_MEMORY = re.compile(r"Out of Memory Error|could not allocate block|failed to allocate data")
_NAMED = r"""(?:"(?P<file>[^"]+)"|'(?P<other>[^']+)')"""
# A file is named by its path, a database only by what it is called while it is open.
_FILE = re.compile(rf"[Ff]ile {_NAMED}")
_DATABASE = re.compile(rf"database {_NAMED}")


class DatabaseError(ValueError):
    """A database that cannot be opened, read or written; the message says why and what to do."""


def sentence(said: str, files: Sequence[Path | str] = ()) -> str | None:
    """What an engine's words mean, if they speak of a file, the disk or memory.

    Args:
        files: databases that are open; used where the message names none.

    Returns:
        One sentence; None if it speaks of something else, such as a query.
    """
    named = _FILE.search(said) or _DATABASE.search(said)
    file = " or ".join(map(str, files)) or "The database"
    if named:
        file = named["file"] or named["other"]
    if _HELD.search(said):
        holder = _HOLDER.search(said)
        who = "another program"
        if holder:
            who = f"another program ({Path(holder['program']).name}, process {holder['pid']})"
        return f"{file} is open for writing in {who}; close it there and try again."
    if _FULL.search(said):
        return f"No room is left on the disk that holds {file}; make room there and try again."
    if _TOO_LARGE.search(said):
        return f"{file} would be larger than a file may be; {SMALLER_FILES}."
    if _FORBIDDEN.search(said):
        return f"{file} cannot be opened: there is no permission to, or its disk is read-only."
    if _OTHER_VERSION.search(said):
        return f"{file} was written by another version of DuckDB; {AGAIN}."
    if _MEMORY.search(said):
        return NO_MEMORY
    if _DAMAGED.search(said):
        again = "make it again, or take it away" if file.endswith(".parquet") else AGAIN
        return f"{file} is damaged and cannot be read; {again}."
    if _NO_FILE.search(said):
        return f"{file} cannot be opened: there is no such file, or its name is too long."
    return None
