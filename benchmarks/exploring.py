"""The pages of `islands explore`: how soon they open, and how long each page takes."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote

from benchmarks.timing import median

PATIENCE = 120  # seconds until the pages must have opened
ROUNDS = 7  # the first of each, in which templates are read, is not counted
FAULT = "fault=row_lost&feed=court&correct_after=30"  # of a record that is named: nothing is drawn


@dataclass
class Explored:
    """What was measured, in seconds.

    Attributes:
        size: of the world.
        opening: from the command to the first page, run by run.
        ready: from there until replays can be followed.
        pages: page -> each time it was asked for.
        replays: pages of replays that nobody had asked for before.
    """

    size: str
    opening: list[float]
    ready: float
    pages: dict[str, list[float]] = field(default_factory=dict)
    replays: list[float] = field(default_factory=list)


def measure(size: str, home: Path, runs: int, replays: int) -> Explored:
    """Open the pages of a home and ask for them.

    Args:
        size: of its world.
        home: with a finished build.
        runs: how often they are opened.
        replays: how many replays are asked for, each another.
    """
    opening = []
    for run in range(runs):
        with closing(Served(home)) as served:
            opening.append(served.opened)
            if run < runs - 1:
                continue
            first, *others = records(served)[: replays + 1]
            served.timed(f"/replay.json?{FAULT}&record={first}")
            found = Explored(size, opening, time.perf_counter() - served.began - served.opened)
            found.pages = {
                name: [served.timed(address) for _ in range(ROUNDS)][1:]
                for name, address in addresses(served).items()
            }
            found.replays = [served.timed(f"/replay?{FAULT}&record={record}") for record in others]
    return found


def addresses(served: Served) -> dict[str, str]:
    """The pages that are asked for, of somebody who is listed at many holders."""
    listed = json.loads(served.get("/index.json"))["listed"][0]
    subject = listed["subject_id"]
    events = json.loads(served.get(f"/subjects/{subject}.json"))["events"]
    record = events[0]["record_id"]
    (line, *_) = json.loads(served.get(f"/records/{record}.json"))["lines"]
    return {
        "first page": "/",
        "search: a name": f"/search?q={quote(listed['name'][:3])}",
        "search: a record": f"/search?q={record[:10]}",
        "a subject": f"/subjects/{subject}",
        "a record": f"/records/{record}",
        "a file": f"/files?file={quote(line['file'])}&line={line['line']}",
        "a holder": "/holders/ncisp",
    }


def records(served: Served) -> list[str]:
    """Records of the court's first file."""
    file = json.loads(served.get("/search.json?q=court/court_"))["files"][0]["file"]
    lines = json.loads(served.get(f"/files.json?file={quote(file)}&line=8"))["lines"]
    return [line["record_id"] for line in lines if line["record_id"]]


class Served:
    """The pages, in a process of their own, as a user opens them.

    Attributes:
        began, opened: when the command was given, and seconds from then to the first page.
    """

    def __init__(self, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "pipelines.cli", "explore", "--home", str(home)]
        self.began = time.perf_counter()
        self.program = subprocess.Popen(
            [*command, "--port", str(self.port)], stdout=subprocess.DEVNULL
        )
        while True:
            try:
                self.get("/")
                break
            except OSError:
                if self.program.poll() is not None or time.perf_counter() - self.began > PATIENCE:
                    raise RuntimeError("The pages did not open.") from None
                time.sleep(0.01)
        self.opened = time.perf_counter() - self.began

    def get(self, address: str) -> bytes:
        """What a page says; one that has to wait for something is asked for again."""
        while True:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            with closing(line):
                line.request("GET", address)
                reply = line.getresponse()
                told = reply.read()
            if reply.status == 200:
                return told
            if reply.status != 503:
                raise RuntimeError(f"{address}: {reply.status}")
            time.sleep(0.1)

    def timed(self, address: str) -> float:
        """Seconds that a page takes."""
        start = time.perf_counter()
        self.get(address)
        return time.perf_counter() - start

    def close(self) -> None:
        """End the process."""
        self.program.terminate()
        self.program.wait()


def told(one: Explored) -> str:
    """The figures in a few lines."""
    lines = [
        f"opening: {median(one.opening):.2f} s; ready for replays after another {one.ready:.2f} s",
        *(f"{name}: {1000 * median(times):.0f} ms" for name, times in one.pages.items()),
        f"a replay with its page: median {median(one.replays):.2f} s, "
        f"slowest of {len(one.replays)} {max(one.replays):.2f} s",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    explored = measure("given", Path(sys.argv[1]), runs=3, replays=10)
    print(told(explored))
    print(json.dumps(asdict(explored)))
