"""Work over several processes: all of it comes, errors keep their sentence, and Ctrl-C ends it quietly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import count

import pytest

from pipelines.options import see_one_of
from pipelines.trouble import BAD_INPUT, OUR_FAULT, told
from schemas.contract import ROOT
from schemas.ended import STOPPED
from schemas.processes import each, kept

WAITS = """\
import sys
from pathlib import Path
from threading import Event
from pipelines.cli import main
from schemas.processes import each, kept

def work(sign):
    Path(sign).touch()
    Event().wait()

if __name__ == "__main__":
    def run():
        for _ in each(work, [(f"{sys.argv[1]}{n}",) for n in range(9)], 2):
            pass
    import pipelines.listing
    pipelines.listing.sources = run
    main(["sources"])
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_all_of_it_comes_with_its_place(workers: int) -> None:
    assert sorted(each(pow, [(2, n) for n in range(7)], workers)) == [(n, 2**n) for n in range(7)]


def test_tasks_are_asked_for_as_processes_come_free() -> None:
    asked = count()
    for _ in each(pow, ((2, n) for n in asked), 2):
        break
    assert next(asked) < 10


@pytest.mark.parametrize(
    ("does", "task", "said", "code"),
    [
        (see_one_of, ("x", ["a", "b"], "--y"), "--y 'x' is none of a, b.", BAD_INPUT),
        (dict.__getitem__, ({}, "x"), "This is a fault of the program", OUR_FAULT),
        (bytes.fromhex, (1,), "This is a fault of the program", OUR_FAULT),
    ],
)
def test_an_error_of_a_child_is_one_sentence(does, task, said, code) -> None:
    with pytest.raises(Exception) as raised:
        list(each(does, [task, task], 2))
    sentence, exit_code = told(raised.value)
    assert sentence.startswith(said) and exit_code == code


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals for groups of processes")
def test_ctrl_c_ends_all_of_them_in_one_sentence(tmp_path) -> None:
    (tmp_path / "waits.py").write_text(WAITS, encoding="utf-8")
    program = [sys.executable, tmp_path / "waits.py", tmp_path / "begun"]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        program, stderr=subprocess.PIPE, text=True, start_new_session=True, env=env
    ) as running:
        while len(list(tmp_path.glob("begun*"))) < 2:
            assert running.poll() is None
        os.killpg(running.pid, signal.SIGINT)
        said = running.communicate()[1]
    assert said.startswith("islands: stopped") and said.count("\n") == 1
    assert running.returncode == STOPPED


def test_what_is_kept_open_is_closed_for_another() -> None:
    log, there = [], {}

    class Noted:
        def __init__(self, name: str) -> None:
            self.name = name
            log.append(f"open {name}")

        def close(self) -> None:
            log.append(f"close {self.name}")

    for name in ("a", "a", "b", "a"):
        assert kept(there, name, lambda name=name: Noted(name)).name == name
    assert log == ["open a", "close a", "open b", "close b", "open a"]
