"""What is worked out from a text alone is worked out once, and never read where it might be wrong."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import remembered as module
from pipelines.remembered import FOLDER, OLDER, remembered


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder; what this process had found out of another is forgotten, and again after."""
    monkeypatch.setenv(FOLDER, str(tmp_path / "cache"))
    module._book.cache_clear()
    yield tmp_path / "cache"
    module._book.cache_clear()


def asked(*values: object) -> tuple[list[object], Callable[[object], object]]:
    """What was worked out in turn, and a question that is given the next of some values."""
    left, worked = list(values), []

    def of(about: object) -> object:
        def work() -> object:
            worked.append(about)
            return left.pop(0)

        return remembered("work", about, work)

    return worked, of


def another_process() -> None:
    module._book.cache_clear()


def test_the_same_question_is_worked_out_once(place: Path) -> None:
    worked, of = asked(["a", None, 1.5, True], "b")
    first, second = of(["x", 1]), of(["x", 2])
    another_process()
    assert (of(["x", 1]), of(["x", 2])) == (first, second) == (["a", None, 1.5, True], "b")
    assert worked == [["x", 1], ["x", 2]]


def test_first_and_later_answers_are_alike(place: Path) -> None:
    worked, of = asked({"pairs": (("a", "b"),)})
    assert of("x") == of("x") == {"pairs": [["a", "b"]]}
    assert worked == ["x"]


def test_another_program_asks_anew(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, of = asked("old", "new")
    assert of("x") == "old"
    monkeypatch.setattr(module, "_program", lambda: "changed")
    another_process()
    assert of("x") == "new"


def test_each_line_of_the_program_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in module.PROGRAM:
        (tmp_path / package).mkdir()
    line = tmp_path / module.PROGRAM[0] / "a.py"
    monkeypatch.setattr(module, "ROOT", tmp_path)
    seen = []
    for text in ("x = 1", "x = 2", "x = 1"):
        line.write_text(text, encoding="utf-8")
        seen.append(module._program())
    assert seen[0] == seen[2] != seen[1]


def test_an_error_is_not_remembered(place: Path) -> None:
    worked, of = asked("right")

    def fails() -> object:
        raise ValueError("not one SELECT")

    with pytest.raises(ValueError, match="not one SELECT"):
        remembered("work", "x", fails)
    assert of("x") == "right"
    assert worked == ["x"]


def test_a_damaged_file_is_made_anew(place: Path) -> None:
    _, of = asked("first", "second")
    of("x")
    (book,) = place.glob("*.sqlite")
    book.write_bytes(b"no database at all, but longer than the header of one is" * 4)
    another_process()
    assert [of("x"), of("x")] == ["second", "second"]


def test_a_damaged_entry_is_worked_out_anew(place: Path) -> None:
    _, of = asked("first", "second")
    of("x")
    (book,) = place.glob("*.sqlite")
    with sqlite3.connect(book) as opened:
        opened.execute("UPDATE remembered SET value = '[\"cut'")
    opened.close()
    assert [of("x"), of("x")] == ["second", "second"]


@pytest.mark.parametrize("where", ["", "a file/cache"])
def test_without_a_folder_all_is_worked_out(
    where: str, tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv(FOLDER, where and str(tmp_path / where))
    worked, of = asked("first", "second")
    assert [of("x"), of("x")] == ["first", "second"]
    assert worked == ["x", "x"]
    assert not place.exists()


def test_only_the_newest_files_stay(place: Path) -> None:
    place.mkdir()
    for n in range(OLDER + 2):
        (place / f"{n}.sqlite").touch()
        os.utime(place / f"{n}.sqlite", (n, n))
    _, of = asked("x")
    of("x")
    left = {book.stem for book in place.glob("*.sqlite")}
    assert left == {module._book().stem, *(str(n) for n in range(2, OLDER + 2))}
