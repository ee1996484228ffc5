"""`islands lab`: assignments for students, and their grading."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from pipelines.options import MOST_WORKERS, JsonOption, parts_of, see_one_of, see_within
from pipelines.terminal import counted, print_json, print_table, progress_bar

if TYPE_CHECKING:
    from pipelines.lab.judge import Verdict

lab = typer.Typer(
    no_args_is_help=True,
    help=(
        "Assignments: ten labs and an exam, with data of one's own for each student. They run without a "
        "network and are graded by properties, on worlds that nobody has seen. All data is synthetic."
    ),
)

FolderArgument = Annotated[
    Path, Argument(metavar="[FOLDER]", help="Of the lab; by default this one.")
]
SaltOption = Annotated[
    str,
    Option("--salt", envvar="ISLANDS_LAB_SALT", help="A secret text; worlds follow from it."),
]
CacheOption = Annotated[
    Path, Option("--cache", help="Folder for the worlds of a class.", show_default="build/labs")
]
StudentOption = Annotated[str, Option("--student", help="A name without blanks.")]


@lab.command("list")
def lab_list(as_json: JsonOption = False) -> None:
    """The labs there are, and what each teaches."""
    from pipelines.lab.catalogue import labs

    rows = [
        {"lab": one.number, "title": one.title, "teaches": one.teaches, "minutes": one.minutes,
         "starters": [path.name for path in one.starters]}
        for one in labs().values()
    ]  # fmt: skip
    print_json(rows) if as_json else print_table("Labs", rows)


@lab.command()
def start(
    which: Annotated[str, Argument(metavar="LAB", help="Its number or name.")],
    student: StudentOption = "me",
    folder: Annotated[
        Path | None, Option("--folder", help="To make; by default lab-NN here.")
    ] = None,
    salt: Annotated[
        str | None,
        Option(
            "--salt", envvar="ISLANDS_LAB_SALT", help="The instructor's; else data to practise."
        ),
    ] = None,
) -> None:
    """Begin a lab: a folder with the text, the data and a file to fill in."""
    from pipelines.lab.catalogue import lab_of
    from pipelines.lab.folder import start as begin

    one = lab_of(which)
    target = folder or Path(f"lab-{one.number:02}")
    with progress_bar("making your data"):
        made = begin(one, student, target, salt)
    print(f"Lab {one.number}, {one.title}: {target} holds {', '.join(made)}.")
    print(f"Read {target / 'README.md'}, fill in {one.starter}, then: islands lab check {target}")


@lab.command()
def check(folder: FolderArgument = Path(), as_json: JsonOption = False) -> None:
    """Run your solution on your data and look at what can be told without knowing the truth."""
    from pipelines.lab.folder import check as look

    with progress_bar("running"):
        one, verdict = look(folder)
    if as_json:
        print_json(_as_dict(verdict))
    else:
        _print(f"Lab {one.number}, {one.title}: the public check", verdict)
        if verdict.passed:
            where = "" if folder == Path() else f" {folder}"
            print(
                "It holds so far. Whether it is right is graded on other worlds; hand it in: "
                f"islands lab submit{where}"
            )
    if not verdict.passed:
        raise typer.Exit(1)


@lab.command()
def submit(
    folder: FolderArgument = Path(),
    out: Annotated[
        Path | None, Option("--out", help="The file; by default beside the folder.")
    ] = None,
) -> None:
    """Pack what you hand in into one file."""
    from pipelines.lab.exam import unread_in
    from pipelines.lab.folder import EXAM, read_submission
    from pipelines.lab.folder import submit as pack

    print(f"Packed {pack(folder, out)}; hand in this file.")
    one = read_submission(folder)
    for sentence in unread_in(one.text) if one.lab == EXAM else []:
        print(sentence)


@lab.command()
def grade(
    folder: Annotated[Path, Argument(metavar="FOLDER", help="With the submissions of a class.")],
    salt: SaltOption,
    out: Annotated[
        Path | None, Option("--out", help="For grades and feedback; by default FOLDER-graded.")
    ] = None,
    cache: CacheOption = Path("build/labs"),
    workers: Annotated[int, Option("--workers", help="Processes.")] = 2,
    export: Annotated[
        str, Option("--export", help="gradescope, nbgrader, or both with a comma.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Grade a class: one table, one page of feedback each; stopped, it goes on where it was."""
    from pipelines.lab.folder import others_in
    from pipelines.lab.grading import EXPORTS
    from pipelines.lab.grading import grade as grade_all
    from pipelines.lab.sandbox import limits

    see_within(workers, MOST_WORKERS, "--workers")
    exports = parts_of(export)
    for word in exports:
        see_one_of(word, EXPORTS, "--export")
    target = out or folder.with_name(f"{folder.resolve().name}-graded")
    with progress_bar("grading", show=not as_json) as tell:
        results = grade_all(
            folder, salt, target, cache, workers=workers, exports=exports, progress=tell
        )
    if as_json:
        print_json([{k: v for k, v in said.items() if k != "mark"} for said in results])
        return
    passed = sum(said["passed"] for said in results)
    mean = sum(said["score"] for said in results) / len(results)
    print(
        f"Graded {counted(len(results), 'submission')}: {passed} hold every property; "
        f"mean score {mean:.1f} of 100."
    )
    if others := ", ".join(path.name for path in others_in(folder)):
        print(f"Left out, since it is no .zip file and no folder with lab.json: {others}.")
    print(f"{target / 'grades.csv'} has a line a property, {target / 'feedback'} a page each.")
    print(limits())


@lab.command()
def exam(
    student: StudentOption,
    salt: SaltOption,
    folder: Annotated[Path | None, Option("--folder", help="By default exam-STUDENT here.")] = None,
) -> None:
    """Make a student's exam: ten questions with one number each, on a world of the student's own."""
    from pipelines.lab.exam import make_exam

    target = folder or Path(f"exam-{student}")
    with progress_bar("making an exam"):
        make_exam(student, salt, target)
    print(f"{target} holds exam.md, answers.csv and data.duckdb; grade it like any submission.")


def _as_dict(verdict: Verdict) -> dict:
    return {
        "passed": verdict.passed,
        "properties": [
            {"name": m.name, "right": m.right, "of": m.of, "reason": m.reason}
            for m in verdict.marks
        ],
        "troubles": verdict.troubles,
    }


def _print(title: str, verdict: Verdict) -> None:
    """A verdict in a few lines."""
    print(title)
    for mark in verdict.marks:
        print(f"  {'no ' if mark.reason else 'yes'}  {mark.name}: {mark.told}")
    for trouble in verdict.troubles[:5]:
        print(f"  {trouble}")
