"""Dagster's pages on this machine: `python -m pipelines.ui`, or `make ui`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

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
        settings.write_text(SETTINGS, encoding="utf-8")
    return {
        **environment,
        "DAGSTER_HOME": str(own),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "ISLANDS_HOME": str(home.absolute()),
    }


def main(words: Sequence[str] | None = None) -> int:
    """Open the pages until interrupted; Dagster's exit code."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.ui", description=__doc__)
    parser.add_argument(
        "--home",
        type=Path,
        default=Path(os.environ.get("ISLANDS_HOME", "build")),
        help="folder for landing files, databases and results (default: build)",
    )
    parser.add_argument("--port", type=int, default=3000, help="of the pages (default: 3000)")
    given = parser.parse_args(words)
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(ROOT / "workspace.yaml")]
    command += ["-h", "127.0.0.1", "-p", str(given.port)]
    pages = subprocess.Popen(command, env=surroundings(given.home, os.environ), cwd=ROOT)
    while True:
        try:
            return pages.wait()
        except KeyboardInterrupt:
            pass  # Dagster was interrupted too, and needs a moment to stop what it started


if __name__ == "__main__":
    raise SystemExit(main())
