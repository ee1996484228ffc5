"""A gate of one's own works the first time: the test does what the page says."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.listing import gates
from quality.policies import choices, keeps_aside
from quality.written import of_file
from schemas.contract import ROOT

WHOLE = (ROOT / "docs" / "gates.md").read_text(encoding="utf-8")
PAGE = WHOLE.partition("## A gate of your own")[2]


@pytest.mark.long  # a year of a world in which to judge it
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


def test_what_the_page_says_a_gate_can_do_is_what_it_can_be_told():
    can = {}
    for line in WHOLE.splitlines():
        for what in ("hold a delivery", "keep rows aside", "keep records from being matched"):
            if line.startswith(f"| {what} |"):
                can |= dict.fromkeys(re.findall(r"`(\w+\.\w+)`", line), what)
    told = {}
    for gate, words in choices().items():
        if words[-1] == "hold":
            told[gate] = "hold a delivery"
        elif words[-1] == "quarantine":
            landing = gate.startswith("landing.")
            told[gate] = "keep rows aside" if landing else "keep records from being matched"
    assert can == told
    no_say = {"landing.one_version", "landing.one_row", "landing.meets_no_record"}
    no_say |= {"conform.recounted", "conform.one_version_at_a_time"}
    rows = {row["gate"]: row["policy"] for row in gates()}
    assert {gate for gate, policy in rows.items() if policy != "fail"} - {*choices()} == no_say
    assert all(f"`{gate}`" in WHOLE for gate in no_say)
