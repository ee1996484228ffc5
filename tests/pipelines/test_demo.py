"""`islands demo`: what it prints, what it reuses, and that the story is the scenario file's."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pipelines import demo
from pipelines.home import Home, write_json
from pipelines.replay import load
from schemas.contract import ROOT


@pytest.fixture(scope="module")
def shown(story, tmp_path_factory):
    """The demo, with the story world in place of the big one: its home, and what it printed.

    The story is there already; that `make_story` makes it, the pages' examples see.
    """

    def there_already(home: Home, *_) -> None:
        story.home(home.path)
        (home.path / "landing").symlink_to(story.landing)

    home = tmp_path_factory.mktemp("demo")
    with (
        pytest.MonkeyPatch.context() as patch,
        (home / "said.txt").open("w+", encoding="utf-8") as file,
    ):
        patch.setattr(demo, "SIZE", "story")
        patch.setattr(demo, "make_story", there_already)
        patch.setattr(demo, "code_digest", lambda: "the same")
        patch.setattr(sys, "stdout", file)
        demo.run_demo(home, seed=1)
        reused = demo.ready_demo(Home(home), seed=1)
        file.seek(0)
        return home, file.read(), reused


def test_it_prints_the_record_the_report_and_the_sentence(shown):
    _, said, _ = shown
    assert "-   cardNum         PDY006120" in said
    assert "+   cardNum         PDY006219" in said
    assert said.count("Residue") == 2
    assert "5 entries are still wrong" in " ".join(said.split())


def test_it_ends_with_commands_ready_to_paste(shown):
    home, said, _ = shown
    *_, trace, replay = said.strip().splitlines()
    assert trace.split()[1] == "trace" and replay.split()[1] == "replay"
    assert trace.endswith(f"--home {home}") and replay.endswith(f"--home {home}")


def test_it_names_a_page_of_the_story_to_open(shown):
    home, said, _ = shown
    page = home / "noodle_house.html"
    assert str(page) in said and "柳陌小满面馆有限公司" in page.read_text(encoding="utf-8")


def test_the_clean_build_is_reused(shown):
    home, said, reused = shown
    assert "built anew" in said and reused
    assert Home(home).database().name == "000001.duckdb"


def test_another_world_or_other_code_is_built_anew(tmp_path):
    home = Home(tmp_path)
    database = home.next_database()
    database.touch()
    home.publish(database, {"size": "demo"})
    wanted = demo.demo_manifest(seed=1)
    assert not demo.is_ready(home, wanted)
    write_json(home.path / "demo.json", {**wanted, "database": home.current()})
    assert demo.is_ready(home, wanted)
    assert not demo.is_ready(home, demo.demo_manifest(seed=2))
    assert not demo.is_ready(home, {**wanted, "code": "another"})
    home.publish(database, {"size": "tiny"})  # somebody built something else here since
    assert not demo.is_ready(home, wanted)
    for damaged in (b"{", b"\xff", b"[" * 100_000):
        (home.path / "demo.json").write_bytes(damaged)
        assert not demo.is_ready(home, wanted)


def test_the_digest_covers_sql_and_contracts(tmp_path, monkeypatch):
    for name in ("pipelines/lists/one.sql", "sources/court/contract.odcs.yaml", "tests/x.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("as it was", encoding="utf-8")
    monkeypatch.setattr(demo, "ROOT", tmp_path)
    seen = {demo.code_digest()}
    for name in ("pipelines/lists/one.sql", "sources/court/contract.odcs.yaml"):
        (tmp_path / name).write_text("otherwise", encoding="utf-8")
        seen.add(demo.code_digest())
    assert len(seen) == 3
    (tmp_path / "tests/x.py").write_text("otherwise", encoding="utf-8")
    assert demo.code_digest() in seen


def test_the_story_is_the_one_told_by_hand():
    """The scenario is the command that the story's own page gives."""
    told = (ROOT / "sources" / "world" / "story" / "README.md").read_text(encoding="utf-8")
    scenario = load(demo.STORY)
    (fault,) = scenario.faults
    assert scenario.world == {"size": "story", "seed": 1, "days": demo.DAYS, "dirt": 0}
    assert (fault.feed, fault.values, fault.correct_after) == (
        "court",
        {"cardNum": "PDY006219"},
        30,
    )
    assert "--feed court" in told and "--set cardNum=PDY006219 --correct-after 30" in told


def test_the_program_is_named_as_it_was_called(monkeypatch):
    monkeypatch.setattr(demo.shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "argv", [".venv/bin/islands", "demo"])
    told = demo.command_line(Path("build"), ("trace", "x"))
    assert told == f"{Path('.venv/bin/islands')} trace x --home build"
    monkeypatch.setattr(demo.shutil, "which", lambda name: name)
    assert demo.command_line(Path("here"), ("trace", "x")) == "islands trace x --home here"


def test_the_demo_world_is_noted_in_json(shown):
    home, _, _ = shown
    noted = json.loads((home / "demo.json").read_text(encoding="utf-8"))
    assert noted["size"] == "story" and noted["database"] == Home(home).current()
