"""Generation as a whole: both folders, the manifest, and what a killed or repeated run leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.contract import feeds
from schemas.notice import NOTICE
from sources import deliver, files
from sources.deliver import GenerateError, generate

DAYS = 15


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("home")
    generate(home / "landing", home / "world", "tiny", 1, DAYS, 0, tier="story")
    return home


def test_every_delivery_of_every_feed_is_there(home) -> None:
    expected = {
        f"{name}/{name}_{day:%Y%m%d}.{feed.extension}"
        for name, feed in feeds("story").items()
        for day in feed.delivery_days(deliver.DAY0, DAYS)
    }
    assert set(tree(home / "landing")) == expected | {"manifest.json"}
    assert (home / "world" / "subjects.parquet").exists()


def test_the_manifest(home) -> None:
    manifest = json.loads((home / "landing" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest == {
        "version": deliver.project_version(),
        "size": "tiny",
        "seed": 1,
        "dirt": 0.0,
        "days": DAYS,
        "day0": "2024-01-01",
        "last_day": "2024-01-15",
        "horizon": "2027-01-14",
        "tier": "story",
        "synthetic": True,
        "notice": NOTICE,
    }


def test_every_file_reads_back_without_a_fault(home) -> None:
    found = {}
    for name, feed in feeds("story").items():
        for path in sorted((home / "landing" / name).iterdir()):
            table, unreadable = files.read(feed, path)
            assert unreadable == []
            found[name] = found.get(name, 0) + len(table)
    assert found["residents"] >= 900
    assert found["market_registry"] >= 400


def test_dirt_changes_a_few_cells_only(home, tmp_path) -> None:
    generate(tmp_path / "landing", tmp_path / "world", "tiny", 1, DAYS, 20, tier="story")
    clean, dirty = tree(home / "landing"), tree(tmp_path / "landing")
    assert clean.keys() == dirty.keys()
    changed = [name for name in clean if clean[name] != dirty[name] and name != "manifest.json"]
    assert changed
    name = "market_registry/market_registry_20240101.jsonl"
    lines = zip(clean[name].splitlines(), dirty[name].splitlines(), strict=True)
    assert 0 < sum(a != b for a, b in lines) < 100


def test_a_run_replaces_what_an_earlier_one_left(tmp_path) -> None:
    home = tmp_path / "anew"
    generate(home / "landing", home / "world", "story", 1, DAYS, 0)
    tmp_path = tmp_path / "again"
    tmp_path.mkdir()
    for folder in ("landing", "world"):
        (tmp_path / f"{folder}.partial").mkdir()
        (tmp_path / f"{folder}.partial" / "left by a killed run").write_bytes(b"")
        (tmp_path / folder).mkdir()
    (tmp_path / "landing" / "manifest.json").write_text("{}", encoding="utf-8")
    (tmp_path / "landing" / "old.txt").write_text("", encoding="utf-8")
    (tmp_path / "landing.before").mkdir()  # a backup of somebody's own
    generate(tmp_path / "landing", tmp_path / "world", "story", 1, DAYS, 0)
    assert tree(tmp_path / "landing") == tree(home / "landing")
    assert tree(tmp_path / "world") == tree(home / "world")
    left = sorted(p.name for p in tmp_path.iterdir())
    assert left == ["landing", "landing.before", "world"]


def test_a_run_that_fails_leaves_the_old_folders(tmp_path, monkeypatch) -> None:
    for folder, name in (("landing", "manifest.json"), ("world", "subjects.parquet")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(b"old")

    def fail(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(deliver, "write_deliveries", fail)
    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path / "landing", tmp_path / "world", "story", 1, DAYS, 0)
    assert tree(tmp_path / "landing") == {"manifest.json": b"old"}
    assert tree(tmp_path / "world") == {"subjects.parquet": b"old"}


def test_files_of_somebody_else_are_never_replaced(tmp_path) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "thesis.docx").write_bytes(b"")
    with pytest.raises(GenerateError, match="holds files that were not generated"):
        generate(tmp_path / "landing", tmp_path / "world", "story", 1, DAYS, 0)
    assert (tmp_path / "landing" / "thesis.docx").exists()


@pytest.mark.parametrize(
    ("size", "days", "dirt", "word"),
    [
        ("village", 10, 0, "There is no size 'village'; there are story, tiny"),
        ("tiny", 0, 0, "at least one day long and at most 3,653, not 0"),
        ("tiny", 10, -1, "0 to 1,000, not by -1"),
    ],
)
def test_arguments_that_make_no_sense(size, days, dirt, word, tmp_path) -> None:
    with pytest.raises(GenerateError, match=word):
        generate(tmp_path / "landing", tmp_path / "world", size, 1, days, dirt)
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told(tmp_path) -> None:
    told = []
    generate(
        tmp_path / "landing",
        tmp_path / "world",
        "story",
        1,
        3,
        0,
        lambda *step: told.append(step),
    )
    total = sum(len(feed.delivery_days(deliver.DAY0, 3)) for feed in feeds("story").values())
    steps = [step for step in told if step[2] == total and not step[0].startswith("world")]
    assert steps[-1][1:] == (total, total)
    assert len(steps) == total
