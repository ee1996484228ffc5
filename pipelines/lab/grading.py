"""Grade a class: one table, one page each; a run that was stopped goes on where it was."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.home import write_text
from pipelines.lab.cases import World, class_world
from pipelines.lab.catalogue import lab_of
from pipelines.lab.exam import grade_exam
from pipelines.lab.folder import EXAM, Submission, submissions_in
from pipelines.lab.judge import Mark, Verdict, judge
from pipelines.lab.sandbox import NotBegun, limits
from pipelines.lab.worlds import WORLDS, number_of, see_salt
from schemas.processes import each
from schemas.progress import Progress

EXPORTS = ("gradescope", "nbgrader")
COLUMNS = ("student", "lab", "score", "passed", "property", "points", "of", "share", "reason")
# As nbgrader exports grades; what is not known here is empty.
NBGRADER = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip
RESULT_FORMAT = 5  # raised when judging or what it leaves changes: earlier results are made anew


@dataclass(frozen=True)
class Task:
    """One submission to be graded, with what that needs."""

    submission: Submission
    salt: str
    cache: Path
    out: Path
    worlds: int
    hidden: tuple[Path, ...]  # folders that a submission must not see

    @property
    def name(self) -> str:
        """Of its files."""
        return f"{self.submission.lab}-{self.submission.student}"

    @property
    def mark(self) -> str:
        """Changes with all that the result follows from."""
        one = self.submission
        lab = "" if one.lab == EXAM else lab_of(one.lab).digest
        words = (RESULT_FORMAT, one.student, one.lab, one.digest, lab, self.salt, self.worlds)
        return f"{number_of('result', *words):012x}"

    def done(self) -> dict[str, Any] | None:
        """The result, if an earlier run left it and nothing has changed since."""
        path = self.out / "results" / f"{self.name}.json"
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        whole = isinstance(said, dict) and self.page.is_file()
        return said if whole and said.get("mark") == self.mark else None

    @property
    def page(self) -> Path:
        """Where its feedback is."""
        return self.out / "feedback" / f"{self.name}.md"


def grade(
    folder: Path,
    salt: str,
    out: Path,
    cache: Path,
    *,
    workers: int = 2,
    worlds: int = WORLDS,
    exports: Sequence[str] = (),
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Grade all submissions in a folder.

    Args:
        folder: see `submissions_in`.
        salt: the instructor's secret, from which the worlds follow.
        out: gets `grades.csv`, `feedback/`, `results/` and what is exported.
        cache: folder for worlds, used again by later runs.
        worlds: how many worlds each submission is run in.
        exports: some of `EXPORTS`.

    Returns:
        One result a submission, by lab and student.

    Raises:
        ValueError: if there is nothing to grade, it cannot be told whose a submission is, the salt is
            empty, or the system does not start a submission.
    """
    see_salt(salt)
    tell = progress or (lambda label, done, total: None)
    hidden = (folder, out, cache)
    tasks = [Task(one, salt, cache, out, worlds, hidden) for one in submissions_in(folder)]
    for name in ("results", "feedback"):
        (out / name).mkdir(parents=True, exist_ok=True)
    found = {task.name: said for task in tasks if (said := task.done())}
    left = [task for task in tasks if task.name not in found]
    labs = sorted({t.submission.lab for t in left if not t.submission.trouble} - {EXAM})
    # Lab by lab, so that two processes never wait for one world.
    needed = [(name, salt, cache, n) for name in labs for n in range(worlds)]
    for n, _ in enumerate(each(_prepare, needed, workers), start=1):
        tell("worlds", n, len(needed))
    for _, said in each(_grade, [(task,) for task in left], workers):
        found[said["name"]] = said
        tell("submissions", len(found), len(tasks))
    results = [found[task.name] for task in tasks]
    write_text(out / "grades.csv", _csv(COLUMNS, _lines(results)))
    if "nbgrader" in exports:
        lines = [
            (r["lab"], "", "", r["student"], "", "", "", r["score"], 0.0, r["score"], 100)
            for r in results
        ]
        write_text(out / "nbgrader.csv", _csv(NBGRADER, lines))
    if "gradescope" in exports:
        (out / "gradescope").mkdir(exist_ok=True)
        for said in results:
            text = json.dumps(gradescope(said), ensure_ascii=False, indent=2) + "\n"
            write_text(out / "gradescope" / f"{said['name']}.json", text)
    return results


def gradescope(said: dict[str, Any]) -> dict[str, Any]:
    """A result in the form of Gradescope's `results.json`."""
    return {
        "score": said["score"],
        "output": "\n".join(said["troubles"]),
        "visibility": "visible",
        "tests": [
            {"name": m["name"], "score": m["earned"], "max_score": m["points"], "output": m["reason"],
             "status": "failed" if m["reason"] else "passed"}
            for m in said["marks"]
        ],
    }  # fmt: skip


def page(said: dict[str, Any]) -> str:
    """One page of feedback, in Markdown; it tells what does not hold, never what would be right."""
    lines = [
        f"# {said['title']}",
        "",
        f"{said['student']}: **{said['score']:g} of 100**"
        + (", every property holds." if said["passed"] else "."),
        "",
        "| property | points | |",
        "|---|---:|---|",
    ]
    for mark in said["marks"]:
        lines.append(
            f"| {mark['name']} | {mark['earned']} of {mark['points']} | {_cell(mark['told'])} |"
        )
    if said["troubles"]:
        lines += ["", "What went wrong on the way:", ""]
        lines += [f"- `{text.replace('`', chr(39))}`" for text in said["troubles"][:10]]
    lines += ["", "All data is synthetic.", ""]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _prepare(name: str, salt: str, cache: Path, n: int) -> None:
    class_world(lab_of(name), salt, cache, n)


def _grade(task: Task) -> dict[str, Any]:
    """Grade one submission and leave its result and its page."""
    one = task.submission
    title = "Exam" if one.lab == EXAM else f"Lab {lab_of(one.lab).number}: {lab_of(one.lab).title}"
    worlds = _worlds(task)
    try:
        verdict = _verdict(task, worlds)
    except NotBegun:
        raise
    except Exception as error:  # whatever one hands in, the others are graded
        why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        verdict = _nothing("could be graded", "It could not be graded.", why)
    said = {
        "mark": task.mark,
        "name": task.name,
        "student": one.student,
        "lab": one.lab,
        "title": title,
        "score": verdict.score,
        "passed": verdict.passed,
        "marks": [
            asdict(m) | {"earned": m.earned, "told": m.told, "share": round(m.share, 4)}
            for m in verdict.marks
        ],
        "troubles": verdict.troubles,
        "limits": limits(),
    }
    write_text(task.page, page(said))
    write_text(
        task.out / "results" / f"{task.name}.json", json.dumps(said, ensure_ascii=False, indent=1)
    )
    return said


def _worlds(task: Task) -> list[World]:
    """The worlds a submission is graded on; none for an exam, which makes its own, or if nothing is there."""
    if task.submission.lab == EXAM or task.submission.trouble:
        return []
    lab = lab_of(task.submission.lab)
    return [class_world(lab, task.salt, task.cache, n) for n in range(task.worlds)]


def _verdict(task: Task, worlds: Sequence[World]) -> Verdict:
    one = task.submission
    if one.trouble:
        return _nothing("could be read", "There is nothing in it that could be read.", one.trouble)
    if one.lab == EXAM:
        return grade_exam(one.text, one.student, task.salt)
    return judge(lab_of(one.lab), one.text, one.name, worlds, task.hidden)


def _nothing(says: str, reason: str, trouble: str) -> Verdict:
    """Of a submission in which there was nothing to judge."""
    return Verdict([Mark("graded", says, 100, 1.0, 0, 1, reason)], [trouble])


def _lines(results: Iterable[dict[str, Any]]) -> Iterable[tuple]:
    """Rows of the table: one a property, each with what the whole is worth."""
    for said in results:
        for m in said["marks"]:
            yield (
                said["student"], said["lab"], f"{said['score']:.1f}", "yes" if said["passed"] else "no",
                m["name"], m["earned"], m["points"], f"{m['share']:.4f}", m["reason"],
            )  # fmt: skip


def _csv(columns: Sequence[str], lines: Iterable[Sequence]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(lines)
    return text.getvalue()
