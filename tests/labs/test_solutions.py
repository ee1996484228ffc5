"""Right solutions hold every property; wrong ones are refused, each by the property that is there for it.

Right and wrong solutions lie in `solutions/`, which no package holds. Each wrong one says in its first line
which property refuses it.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from pipelines.lab.cases import class_world, lay_down
from pipelines.lab.catalogue import labs
from pipelines.lab.judge import FormError, formed, judge
from pipelines.lab.sandbox import run
from pipelines.lab.worlds import WORLDS, draw_of
from tests.labs.conftest import SALT

SOLUTIONS = Path(__file__).parent / "solutions"
RIGHT = {path.parent.name: path for path in sorted(SOLUTIONS.glob("*/right.*"))}
WRONG = sorted(SOLUTIONS.glob("*/wrong/*"))
REFUSED: dict[str, set[str]] = {}  # lab -> properties that have refused something


def name_of(path: Path) -> str:
    return f"solution{path.suffix}"


def as_python(path: Path) -> str:
    """A right solution as a module that defines `right(connection)`."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        return f"SQL = {text!r}\ndef right(connection):\n    return connection.execute(SQL).df()\n"
    return text.replace("def solve(", "def right(")


def failing(verdict) -> set[str]:
    return {m.name for m in verdict.marks if m.share < m.at_least}


def test_each_lab_has_a_right_solution_and_enough_wrong_ones():
    assert len(labs()) == 10 and [lab.number for lab in labs().values()] == list(range(1, 11))
    assert set(RIGHT) == set(labs())
    for name in labs():
        assert sum(path.parts[-3] == name for path in WRONG) >= 5, name


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_solution_holds(name, warm, world_of):
    path = RIGHT[name]
    verdict = judge(labs()[name], path.read_text(encoding="utf-8"), name_of(path), [world_of(name)])
    assert verdict.passed, (verdict.troubles, [m.reason for m in verdict.marks if m.reason])
    assert verdict.score == 100


@pytest.mark.parametrize("path", WRONG, ids=lambda path: f"{path.parts[-3][:2]}-{path.stem}")
def test_a_wrong_solution_is_refused(path, warm, world_of):
    name = path.parts[-3]
    text = path.read_text(encoding="utf-8")
    (expected,) = re.findall(r"refused by: (\w+)", text.splitlines()[0])
    verdict = judge(labs()[name], text, name_of(path), [world_of(name)])
    REFUSED.setdefault(name, set()).update(failing(verdict))
    assert not verdict.passed and verdict.score < 95
    assert expected in failing(verdict)


@pytest.mark.parametrize("name", RIGHT)
def test_what_does_nothing_earns_nothing(name, warm, world_of):
    lab = labs()[name]
    columns = list(lab.output)
    text = (
        f"import pandas as pd\ndef solve(connection):\n    return pd.DataFrame(columns={columns})\n"
    )
    verdict = judge(lab, text, "solution.py", [world_of(name)])
    REFUSED.setdefault(name, set()).update(failing(verdict))
    assert not verdict.passed and verdict.score == 0


@pytest.mark.parametrize("name", RIGHT)
def test_what_depends_on_the_order_of_rows_is_refused(name, warm, world_of):
    world = world_of(name)
    table = max(sorted(world.given), key=lambda one: len(world.given[one]))
    text = as_python(RIGHT[name]) + (
        "\nimport zlib\ndef solve(connection):\n"
        f"    first = connection.execute('SELECT * FROM {table} LIMIT 3').fetchall()\n"
        "    answer = right(connection).reset_index(drop=True)\n"
        "    return answer.drop(index=zlib.crc32(repr(first).encode()) % len(answer))\n"
    )
    found = failing(judge(labs()[name], text, "solution.py", [world]))
    assert "order" in found or len(world.truth[next(iter(world.truth))]) == 1


@pytest.mark.parametrize("name", RIGHT)
def test_the_answer_of_another_world_is_refused(name, warm, world_of, base, tmp_path):
    """Hard-coded: right where it was made, and wrong elsewhere."""
    lab, path = labs()[name], RIGHT[name]
    draw = draw_of("elsewhere", name)
    other = lay_down(lab, lab.make(base, draw), tmp_path, draw, again=False, cut=False)
    text = path.read_text(encoding="utf-8")
    (answer,) = run(text, name_of(path), [other.data["data"]])
    rows = [tuple(row) for row in formed(lab, answer.table).itertuples(index=False)]
    fixed = (
        f"import datetime\nimport pandas as pd\nROWS = {rows!r}\n"
        f"def solve(connection):\n    return pd.DataFrame(ROWS, columns={list(lab.output)})\n"
    )
    assert judge(lab, fixed, "solution.py", [other]).passed or lab.known
    assert not judge(lab, fixed, "solution.py", [world_of(name)]).passed


def test_every_property_has_refused_something(request):
    """Runs after the others: a property that nothing ever breaks would be none."""
    if not all(name in REFUSED for name in labs()):
        pytest.skip("only where all wrong solutions have run")
    never = {
        f"{name}.{p.name}"
        for name, lab in labs().items()
        for p in lab.properties
        if p.name not in REFUSED[name]
    }
    assert not never


@pytest.mark.long
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_solution_holds_in_twenty_worlds(name, cache_folder):
    path = RIGHT[name]
    worlds = [class_world(labs()[name], SALT, cache_folder, n) for n in range(WORLDS)]
    verdict = judge(labs()[name], path.read_text(encoding="utf-8"), name_of(path), worlds)
    assert verdict.passed, [m.reason for m in verdict.marks if m.reason]


def test_days_and_numbers_are_taken_in_the_forms_people_write(world_of):
    import pyarrow as pa

    lab = labs()["04_same_label"]
    table = pa.table(
        {
            "file": ["a"],
            "line": [3.0],
            "document": ["d"],
            "day": ["2024-01-05"],
            "amount_yuan": [5],
            "in_force": [True],
        }
    )
    assert formed(lab, table).iloc[0].tolist() == ["a", 3, "d", date(2024, 1, 5), 5.0, True]


def test_what_says_the_same_in_another_form_is_taken():
    import datetime
    from decimal import Decimal

    import pyarrow as pa

    lab = labs()["04_same_label"]
    table = pa.table(
        {
            "FILE": ["a", "b"],
            "Line": ["3", "4"],
            "Document": pa.array(["d", "d"]).dictionary_encode(),
            "DAY": ["2024-01-05 00:00:00", "2024-01-05"],
            "amount_yuan": [Decimal("5.50"), None],
            "IN_FORCE": [True, False],
        }
    )
    day = datetime.date(2024, 1, 5)
    assert [tuple(row) for row in formed(lab, table).itertuples(index=False)] == [
        ("a", 3, "d", day, 5.5, True),
        ("b", 4, "d", day, None, False),
    ]
    with pytest.raises(FormError, match="The answer has the columns"):
        formed(lab, table.append_column("line", table["Line"]))
    with pytest.raises(FormError, match="which is not a whole number"):
        formed(lab, table.set_column(1, "line", pa.array(["3", "four"])))
