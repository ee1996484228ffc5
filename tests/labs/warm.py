"""A process that has imported all a submission may need, and forks for each job: quick starts for tests.

It runs `pipelines.lab.child` as it is, with the limits of Python and of resources; those of the
operating system have a test of their own.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
from pathlib import Path

import pandas

CHILD = Path(__file__).resolve().parents[2] / "pipelines" / "lab" / "child.py"


def main() -> None:
    """Read folders of jobs, one a line, and say how each ended."""
    spec = importlib.util.spec_from_file_location("child", CHILD)
    child = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(child)
    # What is loaded with the first answer is loaded here, once, and no fork looks for garbage in it.
    frame = pandas.DataFrame({"a": ["a"]})
    frame.to_string()
    child.table_of(frame)
    with child.opened() as connection:
        connection.execute("SELECT 'a' AS a").df()
    gc.freeze()
    for line in sys.stdin:
        number = os.fork()
        if not number:
            child.main(Path(line.strip()).resolve())
            os._exit(0)
        _, status = os.waitpid(number, 0)
        print(status, flush=True)


if __name__ == "__main__":
    main()
