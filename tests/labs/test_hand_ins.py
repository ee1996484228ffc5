"""What a class hands in, as it comes: spoilt, twice, by nobody, in spreadsheets of other countries."""

from __future__ import annotations

import csv
import os
import sys
import zipfile
from pathlib import Path

import pytest

from pipelines.lab import grading
from pipelines.lab.catalogue import lab_of
from pipelines.lab.exam import unread_in
from pipelines.lab.folder import others_in, submissions_in
from tests.labs.test_lab import hand_in

LAB = "03_a_check_that_holds"
SELECT = b"SELECT line_id, 'check' AS rule FROM forms"

# A hand-in in which nothing can be read: its files, and what is said of it.
SPOILT = {
    "a_notebook": ({"solution.ipynb": b"[" * 200_000}, "is no notebook"),
    "b_unmarked": ({"solution.ipynb": b'{"cells": []}'}, "no cell begins with a line"),
    "b_half": (
        {"solution.ipynb": rb'{"cells": [{"cell_type": "code", "source": "# submit\n# \ud800"}]}'},
        "half a character",
    ),
    "c_binary": ({"solution.sql": b"\xff\xfe\x00"}, "is not UTF-8"),
    "d_two": (
        {"solution.sql": SELECT, "solution.py": b"x = 1"},
        "solution.py and solution.sql; keep",
    ),
    "e_none": ({}, "holds no solution; keep one"),
    "f_large": ({"solution.sql": b"-" * ((1 << 20) + 1)}, "is a link or larger than 1 MiB"),
    "g_link": ({"solution.sql": Path("/dev/null")}, "is a link or larger than 1 MiB"),
}


def spoil(folder: Path, student: str, files: dict) -> None:
    hand_in(folder, student, LAB, "notes.txt", "")
    for name, content in files.items():
        path = folder / student / name
        if isinstance(content, Path):
            (folder / student / "elsewhere").write_bytes(SELECT)
            path.symlink_to(folder / student / "elsewhere")
        else:
            path.write_bytes(content)


def test_what_cannot_be_read_earns_nothing_and_ends_nothing(tmp_path):
    for student, (files, _) in SPOILT.items():
        spoil(tmp_path / "in", student, files)
    results = grading.grade(tmp_path / "in", "s", tmp_path / "out", tmp_path / "cache", workers=1)
    assert [r["student"] for r in results] == sorted(SPOILT)
    for said in results:
        assert (said["score"], said["passed"]) == (0, False)
        assert SPOILT[said["student"]][1] in said["troubles"][0]
        page = (tmp_path / "out" / "feedback" / f"{said['name']}.md").read_text(encoding="utf-8")
        assert "There is nothing in it that could be read." in page
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8") as file:
        assert {line["score"] for line in csv.DictReader(file)} == {"0.0"}
    assert not (tmp_path / "cache").exists()  # no world is made for these


def test_a_file_that_nobody_may_read_ends_nothing(tmp_path, monkeypatch):
    hand_in(tmp_path, "a", LAB, "solution.sql", "SELECT 1")
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "solution.sql":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert "cannot be read: Permission denied" in submissions_in(tmp_path)[0].trouble


def test_whose_it_is_must_be_told_and_all_that_lack_it_are_named_at_once(tmp_path):
    names = ("Anna", "anna", "../x", "=1+1")
    for place, student in zip(("one", "two", "three", "four"), names, strict=True):
        hand_in(tmp_path, place, LAB, "solution.sql", "SELECT 1")
        (tmp_path / place / "lab.json").write_text(f'{{"lab": "3", "student": "{student}"}}')
    hand_in(tmp_path, "five", "99", "solution.sql", "SELECT 1")
    (tmp_path / "six.zip").write_bytes(b"no zip")
    with pytest.raises(ValueError) as told:
        submissions_in(tmp_path)
    for sentence in (
        "one and ",
        "are both by anna for 03_a_check_that_holds; keep one.",
        "'../x' is no name of a student.",
        "'=1+1' is no name of a student.",
        "five/lab.json: There is no lab '99'",
        "six.zip is no file that `islands lab submit` made.",
    ):
        assert sentence in str(told.value).replace("\\", "/")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_is_not_waited_for(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "a.zip")

    def never(path):
        raise AssertionError(f"{path} was opened")

    monkeypatch.setattr(zipfile, "ZipFile", never)
    with pytest.raises(ValueError, match="a.zip is no file that `islands lab submit` made"):
        submissions_in(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text here")
def test_a_folder_whose_name_is_no_text_ends_nothing(tmp_path):
    hand_in(tmp_path, "anna", LAB, "notes.txt", "")
    (tmp_path / "anna").rename(tmp_path / os.fsdecode(b"\xff"))
    (one,) = submissions_in(tmp_path)
    assert one.trouble.encode() and one.digest and "\\udcff holds no solution" in one.trouble


def test_a_name_of_five_thousand_digits_is_no_name(tmp_path):
    (tmp_path / "a").mkdir()
    said = f'{{"lab": "{LAB}", "student": {"1" * 5000}}}'
    (tmp_path / "a" / "lab.json").write_text(said, encoding="utf-8")
    with pytest.raises(ValueError, match="lab.json: '1+' is no name of a student"):
        submissions_in(tmp_path)


def test_nobody_is_no_student(tmp_path):
    hand_in(tmp_path, "one", LAB, "solution.sql", "SELECT 1")
    (tmp_path / "one" / "lab.json").write_text('{"lab": "3", "student": null}')
    with pytest.raises(ValueError, match="one holds no lab.json that says whose it is"):
        submissions_in(tmp_path)


def test_what_is_no_hand_in_is_named(tmp_path):
    hand_in(tmp_path, "anna", LAB, "solution.sql", "SELECT 1")
    hand_in(tmp_path, "bo", LAB, "solution.sql", "SELECT 1")
    (tmp_path / "bo" / "lab.json").unlink()
    (tmp_path / "solution.sql").write_text("SELECT 1")
    (tmp_path / ".DS_Store").write_text("")
    assert [path.name for path in others_in(tmp_path)] == ["bo", "solution.sql"]
    assert [one.student for one in submissions_in(tmp_path)] == ["anna"]


def test_names_of_any_script_are_names(tmp_path):
    for student in ("张伟", "Zoë", "o.brien-2@x"):
        hand_in(tmp_path, student, LAB, "solution.sql", "SELECT 1")
    assert {one.student for one in submissions_in(tmp_path)} == {"张伟", "Zoë", "o.brien-2@x"}


def test_only_cells_that_begin_with_the_very_line_are_handed_in(tmp_path):
    cells = [("# submit\n", "a = 1"), ("# submission of bo\n", "b = 2"), ("# submit  \n", "c = 3")]
    said = ", ".join(
        f'{{"cell_type": "code", "source": ["{head[:-1]}\\n", "{body}"]}}' for head, body in cells
    )
    hand_in(tmp_path, "a", LAB, "solution.ipynb", f'{{"cells": [{said}]}}')
    (one,) = submissions_in(tmp_path)
    assert "a = 1" in one.text and "c = 3" in one.text and "b = 2" not in one.text


@pytest.mark.parametrize("salt", ("", "  "))
def test_an_empty_salt_is_refused(salt, tmp_path):
    from pipelines.lab.exam import make_exam
    from pipelines.lab.folder import start

    for refused in (
        lambda: grading.grade(tmp_path, salt, tmp_path / "out", tmp_path / "cache"),
        lambda: make_exam("anna", salt, tmp_path / "exam"),
        lambda: start(lab_of("3"), "anna", tmp_path / "lab", salt),
    ):
        with pytest.raises(ValueError, match="The salt is empty"):
            refused()
    assert not list(tmp_path.iterdir())


def test_gaps_of_an_exam_are_told_when_it_is_packed():
    sheet = "question;answer\n" + "".join(f"{n};{n}\n" for n in range(1, 9)) + "9;many\n"
    assert unread_in(sheet) == [
        "answers.csv, line 10: it needs a question's number and one number.",
        "There is no answer to 9, 10.",
    ]


def test_a_zip_with_an_odd_name_in_it_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("lab.json", '{"lab": "3", "student": "a"}')
        packed.writestr("../solution.sql", "SELECT 2")
        packed.writestr("solution.sql", "\ufeffSELECT 1\r\n")
    (one,) = submissions_in(tmp_path)
    assert one.text == "SELECT 1\n"
