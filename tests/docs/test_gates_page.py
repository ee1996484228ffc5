"""A gate of one's own works the first time: the test does what the page says."""

from __future__ import annotations

import re
import shlex

from typer.testing import CliRunner

from pipelines.cli import app
from quality.policies import keeps_aside
from quality.written import of_file
from schemas.contract import ROOT

PAGE = (
    (ROOT / "docs" / "gates.md").read_text(encoding="utf-8").partition("## A gate of your own")[2]
)


def test_a_gate_written_from_the_page_is_judged(tmp_path, monkeypatch):
    (name,) = set(re.findall(r"`(\w+\.sql)`", PAGE))
    (sql,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    (command,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(sql, encoding="utf-8")
    done = CliRunner().invoke(app, shlex.split(command)[1:] + ["--workers", "1"])
    assert done.exit_code == 0, done.output
    assert "conform.debt_plausible catches wrong_unit" in " ".join(done.output.split())


def test_what_the_page_says_of_it_once_it_is_kept(tmp_path):
    (sql,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "debt_plausible.sql"
    path.write_text(sql, encoding="utf-8")
    gate = of_file(path)
    assert gate.gate == "conform.debt_plausible" and keeps_aside(gate)
