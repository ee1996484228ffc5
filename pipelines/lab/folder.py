"""A student's folder: how it begins, how it is checked, and what is handed in."""

import hashlib
import json
import lzma
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.home import whole, write_json
from pipelines.lab.cases import of_student
from pipelines.lab.catalogue import SUFFIXES, Lab, lab_of
from pipelines.lab.judge import Verdict
from pipelines.lab.judge import check as judged
from pipelines.lab.worlds import see_salt

ABOUT = "lab.json"
ANSWERS = "answers.csv"  # of an exam
EXAM = "exam"
MOST_BYTES = 1 << 20  # of a submission
# What reading a file that is no zip file, or a broken one, ends in.
NO_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError,
          UnicodeDecodeError)  # fmt: skip
MOST_TOLD = 5  # of hand-ins that are nobody's, how many are told of in full
NAME = re.compile(r"\w[\w.@+-]{0,63}")
MOST_OF_NAME = 200  # bytes, of the 255 that a file's name may have
PRACTICE = (
    "practice"  # the salt where nobody gives one: data to learn with, which anybody can make again
)
SUBMITTED = "# submit"  # first line of a notebook's cells that are handed in


@dataclass(frozen=True)
class Submission:
    """What one student hands in for one lab."""

    # `student`, `lab`: whose and for what; `exam` for an exam.
    student: str
    lab: str
    name: str  # `solution.sql`, `solution.py` or `answers.csv`
    text: str  # what is in it
    place: Path  # where it was found, for messages
    trouble: str = ""  # why there is nothing to judge in it, in one sentence; empty if there is

    @property
    def digest(self) -> str:
        """Changes with what is handed in."""
        return hashlib.sha256(f"{self.name}|{self.text}|{self.trouble}".encode()).hexdigest()


def start(lab: Lab, student: str, folder: Path, salt: str | None = None) -> list[str]:
    """Make a student's folder for a lab.

    Args:
        student: a name without blanks.
        folder: must not be there, or be empty.
        salt: the instructor's secret, or None for data to practise with.

    Returns:
        Names of what lies in it.

    Raises:
        ValueError: if the name cannot be, the folder holds something, or the salt is empty.
    """
    if salt is not None:
        see_salt(salt)
    begin_folder(folder, student)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        of_student(lab, student, PRACTICE if salt is None else salt, part)
        for path in (lab.folder / "README.md", *lab.starters):
            shutil.copyfile(path, part / path.name)
        write_about(part, student, lab.name)
        if folder.is_dir():
            folder.rmdir()
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return sorted(path.name + ("/" if path.is_dir() else "") for path in folder.iterdir())


def begin_folder(folder: Path, student: str) -> None:
    """See that a student's folder can be made."""
    if not _is_name(student):
        raise ValueError(
            f"--student {student!r} begins with a letter or digit and may go on with . _ @ + -, 64 in all; "
            "write it without blanks."
        )
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise ValueError(f"{folder} is there already; give another --folder, or remove it.")
    folder.parent.mkdir(parents=True, exist_ok=True)


def _is_name(student: str) -> bool:
    """Whether a student may be called so; files bear the name, too."""
    return bool(NAME.fullmatch(student)) and len(student.encode()) <= MOST_OF_NAME


def write_about(folder: Path, student: str, lab: str) -> None:
    """Note whose folder it is and for which lab."""
    said = {"lab": lab, "student": student, "synthetic": True}
    write_json(folder / ABOUT, said)


def check(folder: Path) -> tuple[Lab, Verdict]:
    """Run what a student has on the student's own data, and judge what needs no truth.

    Raises:
        ValueError: if it is no folder of a lab, or there is not one solution in it.
    """
    found = read_submission(folder)
    if found.lab == EXAM:
        raise ValueError(f"{folder} is an exam; its answers are looked at when it is graded.")
    lab = lab_of(found.lab)
    return lab, judged(lab, found.text, found.name, folder / "data.duckdb")


def submit(folder: Path, out: Path | None = None) -> Path:
    """Pack what is handed in into one file beside the folder, or where `out` says.

    Raises:
        ValueError: as `read_submission`.
    """
    found = read_submission(folder)
    target = out or folder.resolve().parent / f"{found.student}-{found.lab}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    said = json.dumps({"lab": found.lab, "student": found.student}, ensure_ascii=False)
    with whole(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in ((ABOUT, said), (found.name, found.text)):
            packed.writestr(
                zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text
            )  # same in, same bytes
    return target


def submissions_in(folder: Path) -> list[Submission]:
    """All submissions in a folder: `.zip` files as `submit` makes them, and students' folders.

    One of which is known whose it is, and that cannot be read otherwise, is there with its trouble.

    Raises:
        ValueError: if there is none, of some it cannot be told whose they are, or a student has two for
            one lab; of all of these, so that they can be put right at one go.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder; give the one that holds the submissions.")
    found: dict[tuple[str, str], Submission] = {}
    wrong = []
    for place in filter(_may_be_one, sorted(folder.iterdir())):
        try:
            one = _taken(place)
        except ValueError as error:
            wrong.append(str(error))
            continue
        # Files of results are named after students, and some systems do not tell `Anna` and `anna` apart.
        before = found.setdefault((one.lab, one.student.casefold()), one)
        if before is not one:
            wrong.append(
                f"{before.place} and {place} are both by {one.student} for {one.lab}; keep one."
            )
    if wrong:
        more = f" And {len(wrong) - MOST_TOLD} more." if len(wrong) > MOST_TOLD else ""
        raise ValueError(" ".join(wrong[:MOST_TOLD]) + more)
    if not found:
        raise ValueError(
            f"There is no submission in {folder}: no .zip file and no folder with {ABOUT}."
        )
    return [found[key] for key in sorted(found)]


def others_in(folder: Path) -> list[Path]:
    """What lies in a folder of submissions and is none, such as a folder without `lab.json`."""
    return [
        place
        for place in sorted(folder.iterdir())
        if not _may_be_one(place) and not place.name.startswith((".", "__"))
    ]


def read_submission(place: Path) -> Submission:
    """A submission from a student's folder or a packed one.

    Raises:
        ValueError: in one sentence, if there is none that can be read.
    """
    student, lab = _whose(place)
    files = dict(_files(place, _names()))
    if lab == EXAM:
        if ANSWERS not in files:
            raise ValueError(f"{place} holds no {ANSWERS}.")
        return Submission(student, lab, ANSWERS, files[ANSWERS], place)
    solutions = {name: text for name, text in files.items() if name not in (ABOUT, ANSWERS)}
    if len(solutions) > 1:
        starter = lab_of(lab).folder
        changed = {
            name: text
            for name, text in solutions.items()
            if not (starter / name).exists() or text != (starter / name).read_text(encoding="utf-8")
        }
        if len(changed) < 2:  # what was not touched does not count, but where nothing was
            solutions = changed or {name: solutions[name] for name in [lab_of(lab).starter]}
    if len(solutions) != 1:
        what = "no solution" if not solutions else f"{' and '.join(sorted(solutions))}"
        raise ValueError(
            f"{place} holds {what}; keep one of solution.sql, solution.py, solution.ipynb."
        )
    ((name, text),) = solutions.items()
    if name.endswith(".ipynb"):
        name, text = "solution.py", from_notebook(text, place / name)
    return Submission(student, lab, name, text, place)


def _may_be_one(place: Path) -> bool:
    return place.suffix.lower() == ".zip" or (place.is_dir() and (place / ABOUT).is_file())


def _taken(place: Path) -> Submission:
    """A submission, with its trouble if no more is known than whose it is."""
    student, lab = _whose(place)
    try:
        return read_submission(place)
    except ValueError as error:
        # A folder's name may be no text, and what is said of it must be, to be written.
        said = str(error).encode("utf-8", "backslashreplace").decode("utf-8")
        return Submission(student, lab, "", "", place, said)


def _whose(place: Path) -> tuple[str, str]:
    """By which student a submission is, and for which lab or the exam."""
    try:
        said = json.loads(dict(_files(place, [ABOUT]))[ABOUT], parse_int=str)
        if said["student"] is None or said["lab"] is None:
            raise TypeError
        student, lab = str(said["student"]), str(said["lab"])
    except (KeyError, TypeError, json.JSONDecodeError, RecursionError):
        raise ValueError(
            f"{place} holds no {ABOUT} that says whose it is; start a lab with `islands lab start`."
        ) from None
    if not _is_name(student):
        raise ValueError(f"{place / ABOUT}: {student!r} is no name of a student.")
    try:
        return student, lab if lab == EXAM else lab_of(lab).name
    except ValueError as error:
        raise ValueError(f"{place / ABOUT}: {error}") from None


def from_notebook(text: str, place: Path) -> str:
    """The code of a notebook's cells that begin with `# submit`.

    Raises:
        ValueError: if it is no notebook, or has no such cell.
    """
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise ValueError(f"{place} is no notebook.") from None
    chosen = [source for source in sources if source.partition("\n")[0].strip() == SUBMITTED]
    if not chosen:
        raise ValueError(
            f"{place}: no cell begins with a line `{SUBMITTED}`; such cells are graded."
        )
    found = "\n\n".join(chosen) + "\n"
    if not found.isascii() and any("\ud800" <= letter <= "\udfff" for letter in found):
        raise ValueError(f"{place} holds half a character, which no file can.")
    return found


def _names() -> list[str]:
    return [ABOUT, ANSWERS, *(f"solution{suffix}" for suffix in SUFFIXES)]


def _files(place: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Those of some files that a submission holds, with their text."""
    read = _packed if place.suffix.lower() == ".zip" else _lying
    return read(place, names)


def _lying(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        path = folder / name
        if path.is_file():
            if path.is_symlink() or path.stat().st_size > MOST_BYTES:
                raise ValueError(f"{path} is a link or larger than 1 MiB; hand in the file itself.")
            try:
                content = path.read_bytes()
            except OSError as error:
                raise ValueError(f"{path} cannot be read: {error.strerror}.") from None
            yield name, _text(content, path)


def _packed(path: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    try:
        if not path.is_file():  # a pipe would be read for ever
            raise zipfile.BadZipFile
        with zipfile.ZipFile(path) as packed:
            for name in names:
                if name in packed.namelist():
                    with packed.open(name) as file:
                        content = file.read(MOST_BYTES + 1)
                    if len(content) > MOST_BYTES:
                        raise ValueError(f"{path}: {name} is larger than 1 MiB.")
                    yield name, _text(content, path / name)
    except NO_ZIP:
        raise ValueError(f"{path} is no file that `islands lab submit` made.") from None


def _text(content: bytes, place: Path) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ValueError(f"{place} is not UTF-8; save it in UTF-8.") from None
