"""The one place that turns what went wrong into a sentence and an exit code.

What is wrong with the input is said where it is found, by an error that is a `ValueError`. What the
machine refuses (a full disk, a file nobody may read, a database another program holds) comes from the
system and from libraries; it is put into words here. Anything else is a fault of this program, and is
called one.
"""

import errno
import sys
from collections.abc import Iterator

from pipelines.engine.trouble import NO_MEMORY, SMALLER_FILES, sentence
from schemas.ended import raised_in

BAD_INPUT = 2  # the user or the machine can put it right
OUR_FAULT = 70  # as sysexits.h has it for an error in the software
CLOSED = 141  # as shells have it for SIGPIPE

# What the system says -> what it means, to be read after the name of a file.
SYSTEM = {
    errno.ENOSPC: "there is no room left on its disk; make room and try again",
    errno.EDQUOT: "your quota of its disk is used up; make room and try again",
    errno.EACCES: "there is no permission to use it so; change that, or name another",
    errno.EPERM: "there is no permission to use it so; change that, or name another",
    errno.EROFS: "it lies on a disk that can only be read; name another place",
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "a part of this path is a file where a folder is expected",
    errno.EISDIR: "this is a folder where a file is expected",
    errno.EEXIST: "this is in the way; move it, or name another",
    errno.ENOTEMPTY: "this folder is not empty; empty it, or name another",
    errno.ENAMETOOLONG: "this name is too long for the file system; name a shorter one",
    errno.EMFILE: "too many files are open at once; raise the limit (`ulimit -n`) and try again",
    errno.ELOOP: "links lead round in a circle here",
    errno.EFBIG: f"it would be larger than a file may be; {SMALLER_FILES}",
    errno.EIO: "its disk cannot be read or written; look after the disk",
}
PACKAGES = ("schemas", "sources", "pipelines", "quality", "__main__")
_FULL = (errno.ENOSPC, errno.EDQUOT)
_NOT_WRITTEN = (*_FULL, errno.EFBIG)


def told(error: BaseException) -> tuple[str, int]:
    """A sentence about an error, and the exit code."""
    if isinstance(error, ValueError) and str(error).strip() and _ours(error):
        return str(error), BAD_INPUT
    for cause in _causes(error):
        said = _of_the_machine(cause)
        if said:
            return said, BAD_INPUT
    if isinstance(error, UnicodeError):
        return f"{_shown(error.object)} cannot be written as {error.encoding}.", BAD_INPUT
    what = f"{type(error).__name__}: {error}".splitlines()[0][:200].rstrip(".: ")
    return (
        f"This is a fault of the program, please report it ({what}); with ISLANDS_DEBUG=1 it says "
        "where.",
        OUR_FAULT,
    )


def _ours(error: ValueError) -> bool:
    """Whether an error was raised in this program, and not in Python's own library or another's."""
    module = raised_in(error) if type(error) is ValueError else type(error).__module__
    return module is None or module.split(".")[0] in PACKAGES


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and those it came from, the last first."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)


def _of_the_machine(error: BaseException) -> str | None:
    """What the system or a library says of files, disk and memory; None if it is something else."""
    if isinstance(error, OSError):
        what = SYSTEM.get(error.errno or 0)
        if error.filename is None and error.errno in _FULL:
            return "There is no room left on the disk; make room and try again."
        name = error.filename
        if error.errno in _NOT_WRITTEN and error.filename2 is not None:
            name = error.filename2  # what was copied could be read
        where = _shown(name) if name is not None else "A file"
        return f"{where}: {what or error.strerror or error}."
    if isinstance(error, MemoryError):
        return NO_MEMORY
    if _is(error, "duckdb", "Error"):
        return sentence(str(error))
    if _is(error, "sqlite3", "OperationalError"):  # of Dagster's own notes
        return f"Dagster's own files cannot be used: {error}."
    if _is(error, "concurrent.futures.process", "BrokenProcessPool"):
        return (
            "A process was ended from outside, perhaps for want of memory; try fewer --workers or "
            "--shards."
        )
    return None


def _is(error: BaseException, module: str, name: str) -> bool:
    """Whether an error is of a class of a module, if that has been imported at all."""
    kind = getattr(sys.modules.get(module), name, None)
    return kind is not None and isinstance(error, kind)


def _shown(text: object) -> str:
    """A name as it can be printed, whatever its characters."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return str(text).encode("utf-8", "backslashreplace").decode("utf-8")
