"""What the pages for students and instructors tell people to type, typed; on one small world."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.lab import cases, exam, grading
from pipelines.lab.catalogue import labs
from pipelines.lab.worlds import Base
from schemas.contract import ROOT

SOLUTION = Path(__file__).parent / "solutions" / "03_a_check_that_holds" / "right.py"
FENCE = re.compile(r"^```(console|py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ("students.md", "teaching.md"))
def test_every_command_of_the_page_runs(page, base, warm, tmp_path, monkeypatch, capsys):
    for module in (cases, exam):
        monkeypatch.setattr(module, "make_base", lambda folder, seed: Base(base.folder))
    monkeypatch.setitem(grading.grade.__kwdefaults__, "worlds", 1)
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    typed = 0
    for kind, body in FENCE.findall((ROOT / "docs" / page).read_text(encoding="utf-8")):
        if kind == "py":
            exec(compile(body, page, "exec"), names)
            continue
        for line in body.splitlines():
            words = shlex.split(line)
            assert words[:2] == ["islands", "lab"], line
            # A class needs its processes; here the one world is handed to this one.
            words = [
                w if n == 0 or words[n - 1] != "--workers" else "1" for n, w in enumerate(words)
            ]
            if "grade" in words and "--workers" not in words:
                words += ["--workers", "1"]
            main(words[1:])
            typed += 1
            if words[2] == "start":
                (tmp_path / "lab-03" / "solution.py").write_bytes(SOLUTION.read_bytes())
    said = capsys.readouterr()
    assert typed >= 4 and not said.err


def test_the_syllabus_names_every_lab():
    text = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    for lab in labs().values():
        assert f"| {lab.number} {lab.title} | {lab.minutes} |" in text
