"""Each notebook runs from its first cell to its last, and its "Your turn" tells right from wrong."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import symtable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from pipelines.api import open_home
from pipelines.experiment.design import Design
from pipelines.lab.turn import UNTOUCHED, digest_of
from pipelines.matrix.plan import Plan
from schemas.contract import ROOT

FOLDER = ROOT / "labs" / "notebooks"
TURNS = {"experiment": 2, "noodle_house": 2, "one_row": 2, "own_gate": 1}  # questions in each
NAMES = tuple(TURNS)
IN_EVERY_RUN = ("one_row",)  # the others take as long as all else here
CELL = re.compile(r"^# %%(?P<kind>.*)\n", re.MULTILINE)
LINES = 10  # that draw the experiment's figure


def cells(name: str) -> list[tuple[str, str]]:
    """(kind, text) of each cell: `[markdown]`, or nothing for code."""
    before, *parts = CELL.split((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    assert not before, "something stands before the first cell"
    return [(kind.strip(), text) for kind, text in zip(parts[::2], parts[1::2], strict=True)]


def code(name: str) -> list[str]:
    return [text for kind, text in cells(name) if not kind]


def given(cell: str) -> set[str]:
    """The names that a cell gives to others; those that begin with _ are its own."""
    names = symtable.symtable(cell, "cell", "exec").get_symbols()
    found = {n.get_name() for n in names if n.is_assigned() or n.is_imported()}
    return {name for name in found if not name.startswith("_")}


@dataclass
class Run:
    """A notebook that ran: what its cells printed, what they show, and the names they gave."""

    name: str
    folder: Path
    names: dict[str, Any] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)
    shown: list[Any] = field(default_factory=list)

    def cell(self, text: str) -> str:
        """Run one cell; what it prints. Its last line is what it shows, as in any notebook."""
        body = ast.parse(text).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        said = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(said):
            exec(compile(ast.Module(body, []), self.name, "exec"), self.names)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), self.name, "eval"), self.names)
                self.shown += [value] if value is not None else []
        return said.getvalue()

    def whole(self) -> Run:
        self.printed = [self.cell(text) for text in code(self.name)]
        return self

    def answered(self, name: str, answer: Any) -> str:
        """What the cell after the one to fill in says of an answer."""
        own = code(self.name)
        (at,) = (n for n, text in enumerate(own) if given(text) == {name})
        self.names[name] = answer
        return self.cell(own[at + 1])


@pytest.fixture(scope="module")
def folder(story, tmp_path_factory) -> Path:
    """Where the notebooks run: beside the story world, which is the same whatever its seed."""
    folder = tmp_path_factory.mktemp("notebooks")
    for place in ("story", "notebooks/experiment/worlds/000", "notebooks/matrix/worlds/000"):
        home = story.home(folder / "build" / place)
        (home.path / "landing").symlink_to(story.landing)
    with pytest.MonkeyPatch.context() as patched:
        for kind in (Design, Plan):
            patched.setattr(kind, "world_seed", lambda self, world: story.seed)
        yield folder


@pytest.fixture(scope="module")
def ran(folder):
    """`ran(name)`: the notebook, run once."""
    done: dict[str, Run] = {}

    def get(name: str) -> Run:
        if name not in done:
            done[name] = Run(name, folder).whole()
        return done[name]

    return get


def test_these_are_the_notebooks():
    assert tuple(sorted(path.stem for path in FOLDER.glob("*.py"))) == NAMES
    told = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"({name}.py)" in told for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_is(name):
    (kind, first), *_ = cells(name)
    assert kind == "[markdown]" and first.startswith("# # ")
    assert "all data is synthetic" in " ".join(first.replace("\n# ", " ").lower().split())
    assert any("## Your turn" in text for kind, text in cells(name) if kind)
    assert all(line.startswith("#") for k, t in cells(name) if k for line in t.split("\n") if line)


@pytest.mark.parametrize("name", NAMES)
def test_no_two_cells_give_one_name(name):
    """As marimo wants it, which works out again whatever rests on a cell that was changed."""
    found = [name for text in code(name) for name in sorted(given(text))]
    assert len(found) == len(set(found)), found


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in IN_EVERY_RUN else pytest.mark.long) for n in NAMES]
)
def test_it_runs_and_nothing_is_answered_beforehand(name, ran):
    untouched = [said for said in ran(name).printed if said.strip() == UNTOUCHED]
    assert len(untouched) == TURNS[name]


def test_one_row(ran, folder):
    run = ran("one_row")
    said = "\n".join(run.printed)
    assert "court/court_20240313.json, line 1" in said and "court>ncisp>republisher" in said
    fine = (
        "SELECT DISTINCT holder, CAST(from_day AS VARCHAR) AS day FROM exchange.copies "
        "JOIN exchange.evidence USING (entry_version) WHERE starts_with(parent_id, 'e0db8677')"
    )
    shown = open_home(folder / "build" / "story").sql(fine)
    (day,) = shown["day"][shown["holder"] == "bank"]
    assert run.answered("bank_knows", "2024-02-14").startswith("Not yet")
    assert run.answered("bank_knows", day).startswith("Right"), digest_of(day)
    n = shown["holder"].nunique()
    assert run.answered("holders", n + 1).startswith("Not yet")
    assert run.answered("holders", n).startswith("Right"), digest_of(n)


@pytest.mark.long
def test_noodle_house(ran, folder):
    run = ran("noodle_house")
    _, kinds, report, cells, left, *_ = run.printed
    assert "Valid code of another" in kinds
    assert "柳陌小满面馆有限公司" in report and "corrected 2024-04-12" in report
    assert "bank_watchlist" in cells and "柳陌小满面馆有限公司" in cells
    assert "adopted with its own term" in left
    figures = [value for value in run.shown if isinstance(value, go.Figure)]
    assert len(figures) == 3 and all(figure.data for figure in figures)
    assert len(list((folder / "build" / "notebooks").glob("*.html"))) >= 3
    faults = [replace(fault, correct_after=1) for fault in run.names["found"].scenario.faults]
    home = open_home(folder / "build" / "story")
    wrong = home.replay(faults).json()["residue"]["cells"]
    assert run.answered("wrong_after_30_days", wrong + 1).startswith("Not yet")
    assert run.answered("wrong_after_30_days", wrong).startswith("Right"), digest_of(wrong)
    day = date(2024, 3, 20) + timedelta(
        days=365
    )  # when the bank had the court's list, and its term
    assert run.answered("forgotten", "2027-03-20").startswith("Not yet")
    assert run.answered("forgotten", day).startswith("Right")


@pytest.mark.long
def test_experiment(ran, folder):
    run = ran("experiment")
    (figure,) = run.shown
    assert isinstance(figure, go.Figure) and len(figure.data) >= 4
    assert (folder / "build" / "notebooks" / "experiment.html").exists()
    (drawn,) = (text for text in code("experiment") if "design = " in text)
    assert len(drawn.splitlines()) <= LINES
    arms = run.names["found"].arms.set_index("name")["entry_days"]
    dearer = round(arms["90 d"] - arms["7 d"])
    assert run.answered("dearer", dearer + 1).startswith("Not yet")
    assert run.answered("dearer", dearer).startswith("Right"), digest_of(dearer)
    design = run.names["design"]
    right = replace(design, joins=("none", "full"), correct_after=())
    assert run.answered("mine", right).startswith("Right")
    for wrong in (
        design,
        replace(right, n=20),
        replace(right, joins=("full",)),
        replace(right, seed=2),
    ):
        assert run.answered("mine", wrong).startswith("Not yet")


@pytest.mark.long
def test_own_gate(ran):
    run = ran("own_gate")
    caught, alarms = run.names["first"]
    assert caught and alarms == 2
    assert run.answered("bounds", (100, 1_000_000)).startswith("Right")
    for result, says in (((caught, alarms), "it flags 2"), ((0, 0), "it catches fewer")):
        run.names["tried"] = lambda gate, result=result: result
        assert run.answered("bounds", (1, 2)).startswith(f"Not yet: {says}")
