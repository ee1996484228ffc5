"""`pipelines.build`: all steps in order, a target that appears only when it is whole."""

import shutil
import threading

import pytest

from pipelines import build as module
from pipelines.build import Plan, build, build_with, tier_of
from pipelines.engine import open_engine
from pipelines.engine.duckdb_engine import SMALL_BLOCK
from pipelines.exchange.network import NetworkError
from pipelines.graph import all_models
from pipelines.landing import LandingError, read_manifest
from quality import BrokenPromise
from schemas.contract import feeds

ENDLESS = "SELECT count(*) FROM range(10000000000000) AS r(n) WHERE n % 7 = 3"


@pytest.fixture
def landing(generated):
    """The story's delivered files."""
    return generated("story", 1, dirt=0.0).landing


@pytest.fixture
def old(tmp_path):
    """A target from before, whose content tells whether it was touched."""
    target = tmp_path / "old.duckdb"
    target.write_bytes(b"the last good database")
    return target


def test_a_build_has_every_table_and_says_where_it_is(landing, tmp_path):
    told = []
    target = tmp_path / "new" / "story.duckdb"
    done = build(landing, target, progress=lambda *step: told.append(step), threads=1)
    assert done.target == target
    assert done.about["size"] == "story" and done.about["command"] == "islands build"
    assert list(done.seconds) == ["landing", "quality", *dict.fromkeys(stages())]
    assert [p.name for p in target.parent.iterdir()] == ["story.duckdb"], "nothing beside it"
    with open_engine("duckdb", target, read_only=True) as engine:
        tables = set(engine.tables())
    models = [m.name for m in all_models("story", "full")]
    assert {*models, *(f"landing.{f}" for f in feeds("story"))} <= tables
    assert not [t for t in tables if t.startswith("world.")], "the truth is brought in if asked for"
    labels, dones, totals = zip(*told, strict=True)
    landed = {label for label in labels if label.startswith("landing ")}
    assert landed == {f"landing {feed}" for feed in feeds("story")}
    others = [label for label in labels if not label.startswith("landing ")]
    assert others == ["landing", "quality", *models, "checks", "done"]
    assert done.tables == [*(f"landing.{f}" for f in feeds("story")), "quality.verdicts", *models]
    assert list(dones) == sorted(dones) and sorted(set(dones)) == list(range(len(others)))
    assert set(totals) == {len(others) - 1}


def test_what_is_stopped_while_rows_are_judged_ends_that_too(landing, tmp_path, monkeypatch):
    """Ctrl-C falls into the landing of files while rows of the first are judged, which take for ever."""
    begun = threading.Event()

    def judged(engine, feeds, decided=(), append=False):
        if append:
            begun.set()
            engine.execute(ENDLESS)

    def landed(engine, landing, feeds, progress, decided, landed_whole):
        landed_whole(feeds["court"])
        assert begun.wait(60)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "judge_rows", judged)
    monkeypatch.setattr(module, "land", landed)
    with pytest.raises(KeyboardInterrupt):
        build(landing, tmp_path / "story.duckdb", threads=2)
    assert list(tmp_path.iterdir()) == []
    assert not [one for one in threading.enumerate() if one.name.startswith("gates")]


def stages():
    return [m.stage for m in all_models("story", "full")]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"join": "all"}, NetworkError, "'all' is none of none, own-keys, unified-code, full"),
        ({"policy": {"moon-sun.every": "1"}}, NetworkError, "moon-sun"),
        ({"engine": "abacus"}, ValueError, "neither duckdb nor spark"),
    ],
)
def test_a_bad_option_leaves_the_old_target(options, error, said, landing, old):
    with pytest.raises(error, match=said):
        build(landing, old, **options)
    assert old.read_bytes() == b"the last good database"


def test_a_bad_folder_leaves_the_old_target(landing, old, tmp_path):
    with pytest.raises(LandingError, match="nowhere"):
        build(tmp_path / "nowhere", old)
    folder = tmp_path / "landing"
    shutil.copytree(landing, folder)
    (folder / "court" / "notes.txt").touch()
    with pytest.raises(LandingError, match=r"notes\.txt: a delivery of court must be named"):
        build(folder, old)
    assert old.read_bytes() == b"the last good database"


def test_a_broken_promise_leaves_the_old_target(landing, old, monkeypatch):
    def broken(*_):
        raise BrokenPromise("landing.court: 1 row is lost.")

    monkeypatch.setattr("pipelines.build.check_promises", broken)
    monkeypatch.setattr("pipelines.build.all_models", lambda *_: [])
    with pytest.raises(BrokenPromise, match="1 row is lost"):
        build(landing, old)
    assert old.read_bytes() == b"the last good database"


def test_what_a_killed_build_left_does_no_harm(landing, old):
    old.with_name(old.name + ".building").write_bytes(b"half a database")
    build(landing, old, join="none", checks=False)
    with open_engine("duckdb", old, read_only=True) as engine:
        assert engine.fetch("SELECT join_level FROM codes.run") == [("none",)]


def test_the_truth_comes_along_if_asked_for(generated):
    world = generated("story", 1, dirt=0.0)
    with open_engine("duckdb") as engine:
        Plan.bring_truth(engine, world.world)
        assert engine.count("world.subjects") > 10
        assert engine.count("world.injected") == 0


@pytest.mark.parametrize(("few_bytes", "threads", "small"), [(1 << 40, 1, True), (0, None, False)])
def test_few_files_are_built_by_one_thread_and_for_few_rows(
    few_bytes, threads, small, landing, tmp_path, monkeypatch
):
    monkeypatch.setattr("pipelines.build.FEW_BYTES", few_bytes)
    monkeypatch.setattr("pipelines.build.all_models", lambda *_: [])  # whatever is built
    asked = (
        "SELECT current_setting('threads'), current_setting('disabled_optimizers'), block_size "
        "FROM pragma_database_size() WHERE database_name = current_catalog()"
    )
    with open_engine("duckdb", tmp_path / "a", threads=threads, small=small) as engine:
        expected = engine.fetch(asked)
    assert (expected[0][2] == SMALL_BLOCK) == bool(expected[0][1]) == small
    found = []
    build(landing, tmp_path / "b", checks=False, ask=lambda e, _: found.extend(e.fetch(asked)))
    assert found == expected


def test_the_tier_is_what_the_folder_says_or_else_core():
    assert tier_of({"tier": "story"}) == "story"
    assert tier_of({"tier": None}) == tier_of({}) == "core"


def test_an_open_engine_is_built_in(landing):
    with open_engine("duckdb") as engine:
        plan = Plan(read_manifest(landing), join="none", tier="story")
        done = build_with(engine, landing, plan, checks=False)
        assert engine.table_exists("publication.pages")
        assert "publication.pages" in done.tables and "quality.verdicts" in done.tables
