"""What a process is given by its surroundings: a locale, arguments, streams to print to."""

import codecs
import io
import os
import sys
from collections.abc import Iterable

# Encodings of a locale that cannot hold Chinese; names of files and arguments are UTF-8 then, as
# everywhere else on such a machine.
NARROW = frozenset(("ascii", "iso8859-1", "iso8859-15", "cp1252"))


def start_in_utf8() -> None:
    """Start this process again in Python's UTF-8 mode, if its locale cannot hold Chinese.

    Under `LC_ALL=C` Python does so of itself, unless it is told not to; under other old locales it
    does not. What the terminal cannot show is still escaped, since the encoding of output is kept.
    """
    encoding = codecs.lookup(sys.getfilesystemencoding()).name
    if sys.flags.utf8_mode or encoding not in NARROW or os.name == "nt":
        return
    os.environ["PYTHONUTF8"] = "1"  # for processes started from here, too
    if encoding != "ascii":
        os.environ.setdefault("PYTHONIOENCODING", f"{encoding}:backslashreplace")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def never_fail_to_print() -> None:
    """See that anything can be printed: what an encoding lacks is escaped, a closed stream is empty."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper) and stream.errors in (
            "strict",
            "surrogateescape",
        ):
            stream.reconfigure(errors="backslashreplace")


def nobody_reads() -> None:
    """Let go of standard output, which was closed at its other end, so that no more is said of it."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)


def see_text(words: Iterable[str]) -> None:
    """See that arguments and the home named in the environment are text.

    Raises:
        ValueError: naming the first that is not, or that holds a character no name can have.
    """
    given = [(f"Argument {n}", word) for n, word in enumerate(words, start=1)]
    given.append(("ISLANDS_HOME", os.environ.get("ISLANDS_HOME", "")))
    for what, word in given:
        shown = word.encode("utf-8", "backslashreplace").decode("utf-8")
        if shown != word:
            raise ValueError(f"{what} ({shown}) is not UTF-8; give it in UTF-8.")
        if "\0" in word:
            raise ValueError(f"{what} holds a zero byte, which no name or value may hold.")
