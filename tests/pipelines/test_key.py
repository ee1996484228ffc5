"""The answer key names every wrong cell by file and line; what students are given says nothing of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pipelines.cli import main
from pipelines.engine import open_engine
from pipelines.home import Home
from pipelines.quarantine.rows import kept_aside
from pipelines.quarantine.steps import decide

ROOT = Path(__file__).resolve().parents[2]
WORLD = ("generate", "--size", "story", "--seed", "482913", "--days", "40", "--dirt", "300")


@pytest.fixture(scope="module")
def homes(tmp_path_factory) -> dict[str, Path]:
    """The instructor's home and the students', of one world."""
    found = {name: tmp_path_factory.mktemp(name) for name in ("instructor", "students")}
    main([*WORLD, "--home", str(found["instructor"])])
    main([*WORLD, "--for-students", "--home", str(found["students"])])
    for place in found.values():
        main(["build", "--home", str(place)])
    return found


def test_the_key_names_every_wrong_cell(homes, capsys) -> None:
    main(["key", "--home", str(homes["instructor"]), "--json"])
    found = json.loads(capsys.readouterr().out)
    shape = json.loads((ROOT / "schemas" / "json" / "key.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(shape).validate(found)
    assert found["seed"] == 482913 and len(found["errors"]) > 5
    assert sum(count["errors"] for count in found["counts"]) == len(found["errors"])
    home = Home(homes["instructor"])
    with open_engine("duckdb", home.database(), read_only=True) as engine:
        ((delivered, never),) = engine.fetch(
            "SELECT count(first_day), count(*) - count(first_day) FROM world.injected"
        )
        assert (len(found["errors"]), found["never_delivered"]) == (delivered, never)
        for error in found["errors"]:
            assert error["before"] != error["after"]
            cell = engine.fetch(
                f'SELECT "{error["column"]}" FROM landing.{error["feed"]} WHERE file = ? AND line = ?',
                [error["file"], error["line"]],
            )
            assert cell == [(error["after"],)]
    main(["key", "--home", str(homes["instructor"])])
    assert found["errors"][0]["file"].split("/")[0] in capsys.readouterr().out


def test_students_get_the_files_and_nothing_that_tells_of_them(homes, capsys) -> None:
    ours, theirs = homes["instructor"], homes["students"]
    assert not (theirs / "world").exists() and not list(theirs.glob("*.partial"))
    for path in sorted((ours / "landing").rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            same = theirs / path.relative_to(ours)
            assert same.read_bytes() == path.read_bytes()
    for path in theirs.rglob("*"):
        if path.suffix in (".json", ".duckdb"):
            assert b"482913" not in path.read_bytes(), path
    with open_engine("duckdb", Home(theirs).database(), read_only=True) as engine:
        assert not [table for table in engine.tables() if table.startswith("world.")]
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(["key", "--home", str(theirs)])
    assert left.value.code == 2 and "does not hold" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--seed", "7"), "at least six digits"),
        ((), "at least six digits"),
        (("--seed", "482913"), "a home of its own"),
    ],
)
def test_a_seed_that_can_be_guessed_or_a_home_that_tells_is_refused(
    homes, capsys, words, said
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["generate", *words, "--for-students", "--home", str(homes["instructor"])])
    assert left.value.code == 2 and said in capsys.readouterr().err
    assert (homes["instructor"] / "world").exists()


def test_tables_that_spark_built_tell_the_truth_too(tmp_path, capsys) -> None:
    (tmp_path / "spark" / "world.injected").mkdir(parents=True)
    with pytest.raises(SystemExit):
        main(["generate", "--seed", "482913", "--for-students", "--home", str(tmp_path)])
    assert "a home of its own" in capsys.readouterr().err


def test_the_key_still_names_a_cell_that_was_corrected_in_quarantine(homes, capsys) -> None:
    def key() -> list[dict]:
        main(["key", "--home", str(homes["instructor"]), "--json"])
        return json.loads(capsys.readouterr().out)["errors"]

    before, home = key(), Home(homes["instructor"])
    with open_engine("duckdb", home.database(), read_only=True) as engine:
        kept = {(a.file, a.line): a.place for a in kept_aside(engine, {})}
    error = next(e for e in before if (e["file"], e["line"]) in kept and e["before"])
    row, values = kept[error["file"], error["line"]], {error["column"]: error["before"]}
    decide(home, "correct", "Li", "looked it up", row=row, values=values)
    main(["build", "--home", str(home.path)])
    capsys.readouterr()
    assert key() == before
