"""Each gate on tables written by hand, and what reconciliation sees of each kind of mishap."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.changes.passing import recipe
from pipelines.engine.lint import lint
from pipelines.exchange.mishaps import mishaps
from pipelines.model import make_model
from quality.written import QUALITY, of_file
from tests.ids import named
from tests.naive.laws import read_yaml
from tests.pipelines.models.test_mishap_models import ADDED, ROWS, happens, world
from tests.pipelines.models.test_mishap_models import named as bear_one_name

EXAMPLES = read_yaml(Path(__file__).with_name("gates.yml"))
FILES = sorted(QUALITY.glob("*/*.sql"))
COPIES = (
    "exchange.struck_paths", "exchange.entered", "exchange.deviations_0", "exchange.deletions",
    "exchange.owned_0", "exchange.passed_0_1", "exchange.passed_0_2", "exchange.sent_astray",
    "exchange.entries", "exchange.evidence", "exchange.copies",
)  # fmt: skip


def text_of(gate: str) -> str:
    return of_file(QUALITY / (gate.replace(".", "/") + ".sql")).arguments["query"]


def failing(lab, gate: str) -> list[dict]:
    """The rows a gate names."""
    rows = lab.engine.query(text_of(gate)).to_pylist()
    return [{column: named(value) for column, value in row.items()} for row in rows]


@pytest.mark.parametrize("gate", EXAMPLES)
def test_a_gate_names_the_rows_that_break_it_and_no_others(lab, gate) -> None:
    example = EXAMPLES[gate]
    for table, rows in example["given"].items():
        several = [
            {k: v for k, v in r.items() if k != "times"}
            for r in rows
            for _ in range(r.get("times", 1))
        ]
        lab.given(table, [{k: _text(v) for k, v in row.items()} for row in several])
    if "run" in example:
        lab.run(*example["run"])
    columns = sorted(example["fails"][0])
    found = [[str(row[c]) for c in columns] for row in failing(lab, gate)]
    assert sorted(found) == sorted([str(row[c]) for c in columns] for row in example["fails"])


def two_edges(lab, **more) -> None:
    """The world of the mishaps, and no other ways of its list; its entry rests on a record."""
    lab.engine.execute("DELETE FROM exchange.paths")
    world(lab, **more)
    lab.given("lists.evidence", [{"entry_version": "ev", "parent_kind": "event", "parent_id": "r"}])


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("mode", ["snapshot", "append"])
def test_reconciliation_sees_nothing_where_all_goes_right(lab, mode) -> None:
    for ends in (None, "2024-01-20"):
        two_edges(lab, mode=mode, to_day=ends)
        lab.run(*COPIES)
        for gate in ("reconciled", "rests_on_something", "shown_for_who_bears_the_name"):
            assert failing(lab, f"exchange.{gate}") == []
        lab.clean()


MISHAPS = [
    *(("snapshot", mishap, day, more, ends, taker) for mishap, day, more, ends, taker, _ in ROWS),
    *(("append", mishap, day, more, None, taker) for mishap, day, more, taker in ADDED),
]


@pytest.mark.parametrize(("mode", "mishap", "day", "more", "ends", "taker"), MISHAPS)
def test_reconciliation_sees_every_mishap(lab, mode, mishap, day, more, ends, taker) -> None:
    two_edges(lab, mode=mode, to_day=ends)
    bear_one_name(lab, "s", "namesake")
    happens(lab, mishap, day, **more)
    lab.run(*COPIES)
    found = failing(lab, "exchange.reconciled")
    # What strikes nothing (a sync that brings nothing new, say) leaves nothing to see.
    right = [("s", "01-16", ends and "01-23")]
    struck = {"judge>taker"} if taker != right else set()
    assert {row["path"] for row in found} == struck, "where it struck, and only there"
    assert bool(failing(lab, "exchange.rests_on_something")) == (mishap == "entered_by_hand")


@pytest.mark.parametrize(
    ("mishap", "more", "gate"),
    [
        ("entered_by_hand", {"subject_id": "t", "severity": "general"}, "rests_on_something"),
        ("deleted_by_hand", {"entry_id": "e"}, "reconciled"),
        ("subjects_merged", {"subject_id": "s", "other_id": "t"}, "reconciled"),
        ("subject_split", {"subject_id": "s", "other_id": "t"}, "reconciled"),
        ("list_sent_astray", {"from_holder": "taker", "at_holder": "stranger"}, "reconciled"),
    ],
)
def test_so_it_does_at_the_owner_and_where_no_edge_goes(lab, mishap, more, gate) -> None:
    two_edges(lab)
    day = "2024-01-10" if mishap == "subject_split" else "2024-01-20"
    happens(lab, mishap, day, **({"from_holder": "judge", "at_holder": "judge"} | more))
    lab.run(*COPIES)
    assert failing(lab, f"exchange.{gate}")


def test_every_kind_of_mishap_is_tried() -> None:
    assert {row[0] for row in (*ROWS, *ADDED)} | {"list_sent_astray"} == set(mishaps())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_a_gate_can_be_run_as_a_model(path) -> None:
    text = of_file(path).arguments["query"]
    made = recipe(make_model(f"quality.{path.parent.name}_{path.stem}", text, str(path)))
    assert made.way in ("rows", "units"), str(made)
    assert lint(text, path.name, header=False) == []
