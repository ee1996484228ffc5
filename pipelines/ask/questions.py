"""Questions that stand ready, a file each: its name, what it asks (the header), and the SQL."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from schemas.suggest import suggestion

FOLDER = Path(__file__).parent / "questions"


@dataclass(frozen=True)
class Question:
    """One question."""

    name: str
    title: str  # what it asks, in a line
    reason: str  # why one asks, and how to read the answer
    sql: str  # the SELECT, its header left out


@cache
def questions() -> dict[str, Question]:
    """Every question by its name, in the order of names.

    Raises:
        ValueError: if a file says in no header what it asks.
    """
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.sql"))}


def question(name: str) -> Question:
    """The question of a name.

    Raises:
        ValueError: if there is none.
    """
    if name not in questions():
        raise ValueError(
            f"There is no question {name!r}; `islands ask --list` names them all, and SQL begins with "
            f"SELECT or FROM.{suggestion(name, questions())}"
        )
    return questions()[name]


def _read(path: Path) -> Question:
    lines = path.read_text(encoding="utf-8").splitlines()
    said = [line for line in lines if line.startswith("--")]
    if not said or lines[: len(said)] != said:
        raise ValueError(f"{path.name} does not begin with a comment that says what it asks.")
    title, *reason = (line.removeprefix("--").strip() for line in said)
    return Question(
        path.stem, title, " ".join(reason), "\n".join(lines[len(said) :]).strip().rstrip(";")
    )
