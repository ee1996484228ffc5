"""A database knows what it was made by, and whoever reads it later is told when that has changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import made_by
from pipelines.cli import main
from pipelines.engine import open_engine
from pipelines.home import Home, HomeError
from pipelines.in_force import is_database
from pipelines.replay import FaultSpec, replay
from pipelines.replay.recompute.levels import level
from schemas.contract import ROOT

COURT = "pipelines/lists/court_dishonest.sql"


@pytest.fixture
def home(story, tmp_path) -> Home:
    """The story, built, in a home of its own."""
    place = Home(tmp_path / "home")
    place.databases.mkdir(parents=True)
    shutil.copyfile(story.database, place.databases / "000001.duckdb")
    about = {"join": "full", "policy": {}, "tier": "story", "landing": str(story.landing)}
    place.publish(place.databases / "000001.duckdb", about)
    return place


@pytest.fixture
def changed(monkeypatch):
    """`changed(file)`: as if the file had been changed since."""

    def change(*files: str) -> None:
        now = made_by.made_by

        def other(tier: str) -> list[made_by.Noted]:
            return [(k, f, "another" if f in files else d) for k, f, d in now(tier)]

        monkeypatch.setattr(made_by, "made_by", other)

    return change


def test_all_that_a_build_depends_on_is_noted_once() -> None:
    noted = made_by.made_by("story")
    files = [file for _, file, _ in noted]
    assert files == sorted(set(files))
    assert {kind for kind, _, _ in noted} == {
        "models", "network", "code lists", "contracts", "programs",
    }  # fmt: skip
    assert {
        COURT, "pipelines/exchange/network.yml", "schemas/codes/measures.csv",
        "sources/court/contract.odcs.yaml", "sources/court/conform/events.sql",
        "schemas/sql/duckdb.sql", "quality/gates.py", "sources/files/delimited.py",
    } <= set(files)  # fmt: skip
    # What only tells, and islands that take no part, change nothing that is in the database.
    assert "quality/great.py" not in files and "pipelines/cli.py" not in files
    whole = {file for _, file, _ in made_by.made_by("whole")}
    assert "sources/tax_bureau/contract.odcs.yaml" in whole - set(files)


def test_every_program_that_a_build_runs_is_noted() -> None:
    """But for those that decide nothing of what the tables hold: how they are stored, noted, or refused."""
    code = (
        "import sys, pipelines.build\n"
        "print(*(getattr(m, '__file__', None) or '' for m in sys.modules.values()), sep='\\n')"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    packages = {ROOT / name for name in ("schemas", "sources", "quality", "pipelines")}
    loaded = {
        path.relative_to(ROOT).as_posix()
        for path in map(Path, said.stdout.splitlines())
        if packages & set(path.parents) and path.stat().st_size and path.name != "__init__.py"
    }
    assert loaded - {file for _, file, _ in made_by.made_by("whole")} == {
        "pipelines/engine/base.py", "pipelines/engine/side_by_side.py", "pipelines/made_by.py",
        "pipelines/home.py", "pipelines/json_text.py", "pipelines/manifest.py", "pipelines/engine/named.py",
        "pipelines/places.py", "schemas/notice.py",
        "schemas/progress.py", "schemas/suggest.py", "schemas/columns.py", "pipelines/described.py",
        "pipelines/engine/spark_settings.py", "pipelines/remembered.py",
        "schemas/holders.py", "schemas/version.py",
    }  # fmt: skip
    assert "schemas/normal_form.csv" in {file for _, file, _ in made_by.made_by("story")}


def test_a_digest_does_not_depend_on_line_ends(tmp_path) -> None:
    for name, text in (("a", b"SELECT 1\nFROM t\n"), ("b", b"SELECT 1\r\nFROM t\r\n")):
        (tmp_path / name).write_bytes(text)
    assert made_by._digest(tmp_path / "a") == made_by._digest(tmp_path / "b")


def test_a_fresh_database_says_nothing(home) -> None:
    with open_engine("duckdb", home.database(), read_only=True) as engine:
        assert made_by.noted(engine) == made_by.made_by("story")
        assert made_by.out_of_date(engine, home.database(), home.path) is None


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (COURT, f"other models ({COURT})"),
        ("pipelines/exchange/network.yml", "another network (pipelines/exchange/network.yml)"),
        ("schemas/codes/measures.csv", "other code lists (schemas/codes/measures.csv)"),
        ("sources/court/contract.odcs.yaml", "other contracts (sources/court/contract.odcs.yaml)"),
        ("quality/gates.py", "other programs (quality/gates.py)"),
    ],
)
def test_what_was_changed_is_named(home, changed, file, told) -> None:
    changed(file)
    with open_engine("duckdb", home.database(), read_only=True) as engine:
        said = made_by.out_of_date(engine, home.database(), home.path)
    assert said == (
        f"{home.database()} was built with {told} than there are now; run `islands build` again."
    )


def test_files_that_came_or_went_count_and_many_are_counted() -> None:
    before = [("models", f"m{n}.sql", "1") for n in range(5)]
    now = [("models", "m0.sql", "1"), ("models", "new.sql", "1"), ("network", "n.yml", "2")]
    assert made_by.otherwise(before, now) == (
        "other models (m1.sql, m2.sql and 3 more); another network (n.yml)"
    )
    assert made_by.otherwise(before, before) is None
    assert made_by.otherwise(None, now) == "another version of this software"


SLIP = FaultSpec(feed="court", record="0000000001", values={"cardNum": "PDY006219"})


def test_a_replay_refuses(home, changed) -> None:
    changed(COURT)
    with pytest.raises(HomeError, match="was built with other models"):
        replay(home, SLIP)


@pytest.mark.long  # three builds
def test_a_rebuild_builds_all_states_anew(home, changed, story, tmp_path) -> None:
    fresh = replay(story.home(tmp_path / "fresh"), SLIP)
    changed(COURT)
    again = replay(home, SLIP, rebuild=True)
    # The clean state is not the database in force, since that was made by other models.
    assert list((home.path / "levels").rglob("full-*.duckdb"))
    assert again.json()["lists"] == fresh.json()["lists"]


def test_whoever_looks_is_told_on_standard_error(home, changed, capsys) -> None:
    words = ["subject", "柳陌小满面馆有限公司", "--home", str(home.path), "--json"]
    main(words)
    assert capsys.readouterr().err == ""
    changed(COURT)
    main(words)
    out, err = capsys.readouterr()
    assert json.loads(out)["name"] == "柳陌小满面馆有限公司"
    assert err.startswith("islands: ") and COURT in err and err.count("\n") == 1
    main(["trace", json.loads(out)["facts"][0]["record_id"], "--home", str(home.path), "--json"])
    assert COURT in capsys.readouterr().err


def test_two_databases_made_by_other_things_are_told_apart(story, home, capsys) -> None:
    import duckdb

    other = Path(home.database())
    with duckdb.connect(str(other)) as connection:
        connection.execute(f"UPDATE codes.made_by SET digest = 'x' WHERE file = '{COURT}'")
    main(["diff", str(story.database), str(other), "--json"])
    out, err = capsys.readouterr()
    assert json.loads(out)["lists"] == []
    assert f"{other} was built with other models ({COURT}) than {story.database}" in err


def test_another_level_is_not_made_of_other_files_than_the_database_in_force(home) -> None:
    """Files edited after the build given: expected is a sentence, and nothing kept for later."""
    home.publish(home.database(), home.current() | {"landing_digest": "of the files as they were"})
    with pytest.raises(
        HomeError, match="landing are not those from which .*000001.duckdb was built"
    ):
        level(home, "none")
    assert not list(home.path.glob("levels/*/*"))


def test_how_a_database_was_built_is_read_from_it_and_not_from_an_edited_pointer(home) -> None:
    """A pointer that names another level and policies that cannot be: the database in force is meant."""
    about = home.current() | {"join": "own-keys", "policy": {"court-bank.every": [1]}}
    home.publish(home.database(), about)
    assert level(home) == home.database() == level(home, "full")
    assert not list(home.path.glob("levels/*/*"))


def test_a_database_that_is_kept_and_damaged_is_built_anew(home) -> None:
    """Of another level, cut in half."""
    (home.path / "levels" / "of mine").mkdir(parents=True)  # no folder of ours is called so
    (home.path / "levels" / ("0" * 12)).mkdir()  # of other landing files
    kept = level(home, "none")
    folders = {p.name for p in (home.path / "levels").iterdir() if p.is_dir()}
    assert folders == {"of mine", kept.parent.name}
    kept.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    assert level(home, "none") == kept and is_database(kept)


def test_a_database_spoilt_after_it_was_looked_at_is_looked_at_again(home) -> None:
    """All but the mark at its head given as zeros, as many bytes as there were."""
    file = home.database()
    assert is_database(file)
    data = file.read_bytes()
    file.write_bytes(data[:12].ljust(len(data), b"\0"))
    assert not is_database(file)


def test_another_level_is_not_told_of_a_world_that_was_generated_anew(home) -> None:
    """A file edited after the build given: expected is its name, and nothing kept for later."""
    landing = shutil.copytree(home.current()["landing"], home.path / "landing")
    home.publish(home.database(), home.current() | {"landing": str(landing)})
    file = min(landing.glob("court/*"))
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(HomeError, match=f"{file.name} is not the file from which the database"):
        level(home, "none")
    assert not list(home.path.glob("levels/*/*.duckdb"))


@pytest.mark.parametrize(
    ("engine", "again"), [("duckdb", "islands build"), ("spark", "islands build --engine spark")]
)
def test_what_to_run_again_is_what_built_it(home, changed, engine, again) -> None:
    before = made_by.made_by("story")
    changed(COURT)
    told = made_by.made_before(home.path, "story", before, home.path, engine)
    assert told and told.endswith(f"run `{again}` again.")
