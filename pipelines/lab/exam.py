"""An exam of ten questions with one number each, drawn for a student, worked out anew when it is graded.

Each question is a SELECT of one number on the student's own world, with a value or two drawn from that
world. No answer is kept anywhere.
"""

import csv
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pipelines.home import write_text
from pipelines.lab.cases import write_database
from pipelines.lab.catalogue import LABS
from pipelines.lab.folder import ANSWERS, EXAM, begin_folder, write_about
from pipelines.lab.judge import Mark, Verdict
from pipelines.lab.worlds import Base, draw_of, make_base, number_of, see_salt
from schemas.said_once import read_yaml_file

QUESTIONS = 10
POINTS = 10

# What the student gets: table -> the table of the world it is, without the schema's dot in its name.
TABLES = {
    "events": "merge.events",
    "facts": "merge.facts",
    "subjects": "merge.subjects",
    "links": "merge.links",
    "entries": "exchange.entries",
    "evidence": "exchange.evidence",
    "copies": "exchange.copies",
    "paths": "exchange.paths",
    "measures": "consequences.measures",
    "grades": "scores.grades",
    "verdicts": "quality.verdicts",
}


@dataclass(frozen=True)
class Question:
    """A kind of question."""

    text: str  # what is asked, with {names} of what is drawn
    answer: str  # the SELECT of the number, on `TABLES`, with the same names
    draws: dict[str, str]  # name -> SELECT of the values it may have


BANK = [Question(**one) for one in read_yaml_file(LABS / "exam.yml")]


def make_exam(student: str, salt: str, folder: Path) -> None:
    """Make a student's exam: the questions, an empty sheet for answers, and the data.

    Raises:
        ValueError: if the name cannot be, the folder holds something, or the salt is empty.
    """
    see_salt(salt)
    begin_folder(folder, student)
    with tempfile.TemporaryDirectory() as place:
        base = make_base(Path(place) / "world", number_of("exam", salt, student))
        asked = questions(base, student, salt)
        folder.mkdir(exist_ok=True)
        tables = {name: base.table(table) for name, table in TABLES.items()}
        base.close()
    write_database(folder / "data.duckdb", tables, draw_of("exam order", salt, student))
    lines = [f"{n}. {text}" for n, (text, _) in enumerate(asked, start=1)]
    text = "\n\n".join([f"# Exam of {student}", WHAT_TO_DO, *lines]) + "\n"
    write_text(folder / "exam.md", text)
    sheet = "question,answer\n" + "".join(f"{n},\n" for n in range(1, len(asked) + 1))
    write_text(folder / ANSWERS, sheet)
    write_about(folder, student, EXAM)


MARKS = ",;\t"  # what may part the columns of a sheet
# A number of an answer; thousands may be set apart.
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}([ ,]\d{3})+)(\.\d+)?")
WHAT_TO_DO = (
    "All data is synthetic. Each answer is one number, found in `data.duckdb`; write it into `answers.csv`. "
    "A day after *to* is the first on which it no longer holds. How many events, facts, copies, links, "
    "measures or versions there are is how many rows the table of them has. Pack with `islands lab submit`."
)


def questions(base: Base, student: str, salt: str) -> list[tuple[str, str]]:
    """The questions of a student, each with the SELECT of its answer."""
    draw = draw_of("exam", salt, student)
    for name, table in TABLES.items():
        base.define(name, table)
    return [_drawn(one, base, draw) for one in draw.sample(BANK, QUESTIONS)]


def _drawn(one: Question, base: Base, draw: Random) -> tuple[str, str]:
    values = {}
    for name, sql in one.draws.items():
        found = sorted(base.query(sql).iloc[:, 0].tolist())
        values[name] = draw.choice(found)
    return one.text.format(**values), one.answer.format(**values)


def grade_exam(sheet: str, student: str, salt: str) -> Verdict:
    """Make the student's world again, work the answers out, and compare."""
    given, trouble = answers_in(sheet)
    marks = []
    with tempfile.TemporaryDirectory() as place:
        base = make_base(Path(place) / "world", number_of("exam", salt, student))
        for n, (_, sql) in enumerate(questions(base, student, salt), start=1):
            holds = given.get(n) == int(base.query(sql).iloc[0, 0] or 0)
            reason = (
                "" if holds else ("It is not the number." if n in given else "There is no answer.")
            )
            marks.append(Mark(f"question_{n}", "is right", POINTS, 1.0, int(holds), 1, reason))
        base.close()
    return Verdict(marks, trouble)


def unread_in(sheet: str) -> list[str]:
    """What of a sheet of answers would not count, a sentence each: lines that cannot be read, and gaps.

    >>> unread_in("question,answer\\n1,5\\n2,many\\n" + "".join(f"{n},{n}\\n" for n in range(3, 11)))
    ["answers.csv, line 3: it needs a question's number and one number.", 'There is no answer to 2.']
    """
    found, trouble = answers_in(sheet)
    gaps = [str(n) for n in range(1, QUESTIONS + 1) if n not in found]
    return [*trouble, *([f"There is no answer to {', '.join(gaps)}."] if gaps else [])]


def answers_in(sheet: str) -> tuple[dict[int, float], list[str]]:
    """Question -> number, and a sentence for each line that cannot be read.

    >>> answers_in("question,answer\\n1,5\\n2,\\"1,234\\"\\n3,\\n")
    ({1: 5.0, 2: 1234.0}, [])
    """
    found: dict[int, float] = {}
    trouble = []
    lines = sheet.splitlines()
    # Spreadsheets of many countries part columns by a semicolon.
    mark = next((m for m in MARKS if lines and m in lines[0]), ",")
    reader = csv.reader(lines, delimiter=mark)
    try:
        head = [name.strip() for name in next(reader, [])]
        if head != ["question", "answer"]:
            return {}, [f"{ANSWERS}: its first line is to be question,answer."]
        for row in reader:
            said = [part.strip() for part in row]
            while len(said) > 2 and not said[-1]:  # spreadsheets leave empty columns behind
                said.pop()
            if not any(said) or (len(said) == 2 and not said[1]):
                continue
            where = f"{ANSWERS}, line {reader.line_num}"
            if len(said) != 2 or not said[0].isdecimal() or not NUMBER.fullmatch(said[1]):
                trouble.append(f"{where}: it needs a question's number and one number.")
            elif int(said[0]) in found:
                trouble.append(f"{where}: question {said[0]} is answered above.")
            else:
                found[int(said[0])] = float(said[1].replace(",", "").replace(" ", ""))
    except csv.Error as error:
        trouble.append(f"{ANSWERS}, line {reader.line_num}: {error}.")
    return found, trouble
