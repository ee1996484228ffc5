"""Dagster's pages on this machine: `python -m pipelines.ui`, or `make ui`.

They show a home as it was last built, however it was built, and follow later builds while they are
open. What Dagster has to say goes to HOME/dagster/pages.log.
"""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from pipelines.home import Home, write_text
from schemas.contract import ROOT

# One run writes a home at a time, so the next waits in the queue; nobody is asked or told anything.
SETTINGS = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""
LOG = "pages.log"
SECONDS_TO_STOP = 15
WINDOWS = sys.platform == "win32"


def surroundings(home: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Environment variables for Dagster; its own folder is made, with settings, if it is missing.

    Args:
        home: folder of landing files and databases; Dagster's is HOME/dagster unless DAGSTER_HOME
            names another.
        environment: what is set already.
    """
    own = Path(environment.get("DAGSTER_HOME") or home / "dagster").absolute()
    own.mkdir(parents=True, exist_ok=True)
    settings = own / "dagster.yaml"
    if not settings.exists():
        write_text(settings, SETTINGS)
    return {
        **environment,
        "DAGSTER_HOME": str(own),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "ISLANDS_HOME": str(home.absolute()),
    }


def see_home(home: Path) -> None:
    """See that a home holds something to show.

    Raises:
        ValueError: if nothing was delivered to it or built in it.
    """
    if not Home(home).pointer.exists() and not Home(home).landing.is_dir():
        raise ValueError(
            f"There is nothing in {home} to show; run `make demo`, or name another home with "
            "--home (`make ui UI_HOME=...`)."
        )


def see_port(port: int) -> None:
    """See that a port of this machine is free.

    Raises:
        ValueError: if it is not, or is no port.
    """
    if not 0 < port < 65536:
        raise ValueError(f"--port takes a number from 1 to 65535, not {port}.")
    with socket.socket() as tried:
        if not WINDOWS:  # there it would let two programs listen
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            raise ValueError(
                f"Port {port} is taken, perhaps by pages that are open already; give another with "
                "--port (`make ui PORT=...`)."
            ) from None


@contextlib.contextmanager
def started(
    command: Sequence[str], env: Mapping[str, str], log: IO[str], **more: Any
) -> Iterator[subprocess.Popen[str]]:
    """A program that is stopped, with all it started, at the end of the block."""
    # A group of its own: Ctrl-C reaches us alone, and we stop the others in their order.
    own = (
        {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
        if WINDOWS
        else {"start_new_session": True}
    )
    program = subprocess.Popen(
        command,
        env=dict(env),
        cwd=ROOT,
        stderr=log,
        text=True,
        **own,
        **more,
    )
    try:
        yield program
    finally:
        stop(program)


def stop(program: subprocess.Popen[str]) -> None:
    """Interrupt a program, wait until it has stopped what it started, and see that nothing stays."""
    if program.stdin:
        program.stdin.close()
    with contextlib.suppress(ProcessLookupError, OSError):
        program.send_signal(signal.CTRL_BREAK_EVENT if WINDOWS else signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(SECONDS_TO_STOP)
    if WINDOWS:
        program.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def watcher() -> list[str]:
    """The command that keeps the pages told of the home."""
    return [sys.executable, "-m", "pipelines.definitions.watched"]


def pages(port: int) -> list[str]:
    """Dagster's own command for its pages, and for all that runs beside them."""
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(ROOT / "workspace.yaml")]
    return [*command, "-h", "127.0.0.1", "-p", str(port)]


def show(home: Path, port: int) -> int:
    """Open the pages of a home until interrupted; Dagster's exit code."""
    env = surroundings(home, os.environ)
    path = Path(env["DAGSTER_HOME"]) / LOG
    print(
        f"Dagster's pages of the home {home} open in some seconds at http://127.0.0.1:{port} "
        f"(Ctrl-C closes them; log: {path}).",
        flush=True,
    )
    pipe = subprocess.PIPE
    with (
        path.open("w", encoding="utf-8") as log,
        started(watcher(), env, log, stdin=pipe, stdout=pipe) as watching,
    ):
        if watching.stdout and not (path.parent / "history").exists():
            watching.stdout.readline()  # one program makes Dagster's own tables, not four at once
        with started(pages(port), env, log, stdout=log) as dagster:
            code = dagster.wait()
    print(f"Dagster has stopped; {path} says why.", file=sys.stderr)
    return code or 1


def main(words: Sequence[str] | None = None) -> int:
    """Open the pages until interrupted; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.ui", description="Dagster's pages on this machine."
    )
    parser.add_argument(
        "--home",
        type=Path,
        default=Path(os.environ.get("ISLANDS_HOME") or Path("build", "story")),
        help="the home to show (default: build/story, which `make demo` leaves)",
    )
    parser.add_argument("--port", type=int, default=3000, help="of the pages (default: 3000)")
    given = parser.parse_args(words)
    try:
        see_home(given.home)
        see_port(given.port)
        return show(given.home, given.port)
    except KeyboardInterrupt:
        return 0
    except ValueError as error:
        print(f"pipelines.ui: {error}", file=sys.stderr)
        return 2


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    # A shell may have told programs in the background to ignore Ctrl-C, ours and those we start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupted)
    raise SystemExit(main())
