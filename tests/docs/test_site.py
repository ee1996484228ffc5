"""The site holds every page, and no link in it leads out of it by accident."""

from __future__ import annotations

import importlib.util
import json
import posixpath
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generate import pages
from docs.site import source
from schemas.contract import ROOT

LINK = re.compile(r"\]\((?P<target>[^)\s#]+)")


@pytest.mark.parametrize(
    ("written", "stands"),
    [
        ("[Gates](gates.md#a-gate)", "[Gates](gates.md#a-gate)"),
        ("[README](../README.md)", "[README](index.md)"),
        ("![Drawn](picture.svg)", "![Drawn](files/docs/picture.svg)"),
        ("[rows](../schemas/codes/lists.csv)", "[rows](files/schemas/codes/lists.csv)"),
        ("[a folder](../quality)", "a folder"),
        ("[elsewhere](https://example.org/a)", "[elsewhere](https://example.org/a)"),
        ("```\n[x](../quality)\n```", "```\n[x](../quality)\n```"),
    ],
)
def test_links_are_those_of_the_site(written, stands):
    assert source.relinked(written, ROOT / "docs" / "time.md", pages(), set()) == stands


def test_every_page_is_there_and_every_link_leads_to_one_or_to_a_copy():
    told, copied = source.site()
    assert {source.address(page) for page in pages()} <= set(told)
    copies = {f"{source.COPIES}/{path.relative_to(ROOT).as_posix()}" for path in copied}
    for at, text in told.items():
        prose = source.FENCE.sub("", text)
        for found in LINK.finditer(prose):
            target = found["target"]
            if "://" not in target:
                there = posixpath.normpath(posixpath.join(posixpath.dirname(at), target))
                assert there in set(told) | copies, f"{at}: {target}"
    assert all(importlib.util.find_spec(module) for module in source.REFERENCE)


def test_nothing_of_it_lies_on_another_machine():
    told = json.dumps(source.config(source.site()[0]))
    assert "http" not in told and '"font": false' in told


@pytest.mark.long
def test_it_is_made(monkeypatch, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "docs.site"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for page in ("index.html", "gates.html", "reference/pipelines.api.html"):
        text = (Path(source.BUILT) / page).read_text(encoding="utf-8")
        assert not re.findall(r'(?:src|href)="https?://(?!www\.w3)[^"]*\.(?:js|css)"', text)
