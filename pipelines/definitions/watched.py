"""Keeps Dagster's pages told of a home while they are open: `python -m pipelines.definitions.watched`.

Beside what a run of Dagster makes, a build in another window is shown within seconds.
"""

import sys
from threading import Event, Thread

import dagster as dg

from pipelines.home import Home

SECONDS_BETWEEN_LOOKS = 2


def main() -> None:
    """Tell the instance of DAGSTER_HOME of the home ISLANDS_HOME, until standard input ends.

    Says `ready` on standard output as soon as the instance's own tables are there.
    """
    gone = Event()
    with dg.DagsterInstance.get() as instance:
        instance.get_asset_keys(limit=1)
        print("ready", flush=True)
        Thread(target=lambda: (sys.stdin.read(), gone.set()), daemon=True).start()
        # Slow to import, and the pages need not wait for it.
        from pipelines.definitions.home import default_home
        from pipelines.definitions.recorded import record

        home = Home(default_home())
        seen: object = None
        while not gone.is_set():
            stamp = home.pointer.stat().st_mtime_ns if home.pointer.exists() else None
            if stamp != seen:
                seen = stamp
                try:
                    record(home, instance, gone.is_set)
                except ValueError as error:  # the pages stay open; the log says why
                    print(error, file=sys.stderr, flush=True)
            gone.wait(SECONDS_BETWEEN_LOOKS)


if __name__ == "__main__":
    main()
