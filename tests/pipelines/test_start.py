"""What is slow to import is not imported before it is needed: `--help` and the start of a build are quick."""

import subprocess
import sys

import pytest

from pipelines.cli import main
from pipelines.home import Home

# What the landing of files itself is made of: pyarrow looks for pandas as soon as it is given a list.
OF_LANDING = {"duckdb", "lxml", "numpy", "pandas", "pyarrow", "python_calamine", "yaml"}
SLOW = OF_LANDING | {
    "dagster", "faker", "filelock", "great_expectations", "jinja2", "plotly", "rich", "sqlalchemy",
    "splink", "sqlglot", "xlsxwriter",
}  # fmt: skip

HELP = """
import sys
from pipelines.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""

FIRST_FILE = """
import os
import sys
from pathlib import Path
from pipelines.cli import main

def opened(event, arguments):
    if event == "open" and Path(str(arguments[0])).parent.parent == Path(sys.argv[1], "landing"):
        print(*sys.modules, file=sys.stderr, flush=True)
        os._exit(0)

sys.addaudithook(opened)
main(["build", "--home", sys.argv[1]])
"""


def imported(program: str, *words: str) -> set[str]:
    """What of the slow is imported when a program prints its modules to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True
    )
    names = done.stderr.split()
    assert "pipelines.cli" in names
    return SLOW & set(names)


def test_help_needs_nothing_slow():
    assert imported(HELP) == set()


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    main(["generate", "--size", "story", "--days", "60", "--home", str(home.path)])
    return home


def test_a_build_reads_its_first_file_before_it_needs_more_than_readers(home):
    assert imported(FIRST_FILE, str(home.path)) <= OF_LANDING | {"filelock"}
