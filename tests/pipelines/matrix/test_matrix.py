"""Which gate catches which fault: by replay as by rebuilding, and what the tables come to."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import sqlglot
from jsonschema import Draft202012Validator

from pipelines.changes.passing import recipe
from pipelines.engine.databases import opened
from pipelines.home import Home
from pipelines.matrix.gates import _without_stars
from pipelines.matrix.judged import Judged
from pipelines.matrix.page import write_page
from pipelines.matrix.page.frontier import frontier
from pipelines.matrix.plan import Plan
from pipelines.matrix.report import headline
from pipelines.matrix.running import CAUGHT, INSTANCES, Tables, drawn, run, world_folder
from pipelines.matrix.summary import CODEBOOK, summarise, write_tables
from pipelines.model import ModelError
from pipelines.replay.compare.diff import CELL
from pipelines.replay.recompute.differences import ADDED
from pipelines.replay.recompute.states import rebuild_states
from schemas.contract import ROOT
from tests.conftest import make_once

KINDS = ("mistyped_code", "lost_withdrawal", "valid_code_of_another", "list_sent_astray")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return Plan(faults=KINDS, n=1, worlds=1, size="story", dirt=0.0)


@pytest.fixture(scope="module")
def made(plan, shared) -> tuple[Tables, Path]:
    def make(folder: Path) -> None:
        (folder / "tables").write_bytes(pickle.dumps(run(plan, folder)))

    folder = make_once(shared / "matrix", make)
    return pickle.loads((folder / "tables").read_bytes()), folder


def test_each_fault_has_a_row_and_each_catch_another(made):
    tables, _ = made
    assert set(tables.instances["fault"]) == set(KINDS)
    pairs = set(zip(tables.caught["fault"], tables.caught["gate"], strict=True))
    assert ("mistyped_code", "landing.check_digit") in pairs
    assert ("list_sent_astray", "exchange.path_exists") in pairs
    seen = tables.caught.merge(tables.instances, on=["fault", "number"], suffixes=("", "_of_fault"))
    dated = seen[seen["day"].notna()]
    assert (dated["day"] >= dated["day_of_fault"]).all()  # nobody sees it before it happens


def test_a_clean_world_raises_no_alarm(made):
    tables, _ = made
    assert tables.gates.loc[tables.gates["flagged"] > 0, "gate"].tolist() == []


def test_what_no_file_tells_is_proved_by_another_truth(made):
    tables, _ = made
    (pair,) = [pair for pair in tables.pairs if pair.fault == "lost_withdrawal"]
    assert pair.truth["held_to"] is not None and pair.other == pair.truth | {"held_to": None}
    assert pair.files > 100


@pytest.mark.parametrize("kind", [KINDS[2], pytest.param(KINDS[3], marks=pytest.mark.long)])
def test_replay_finds_what_a_rebuild_would(kind, plan, made, tmp_path):
    _, out = made
    home = Home(world_folder(plan, out, 0))
    with Judged(home) as judged:
        edits = drawn(judged, kind, 0, plan.seed)
        (reach,) = judged.reach([edits])
        (outcome,) = judged.follow([edits])
        begun = outcome.faulty.lists.groupby(list(CELL))["from_day"].min()
        told = (reach.cells, reach.subjects, reach.begun["day"].min())
        assert told == (len(begun), len(outcome.faulty.subjects()), begun.min())
        assert reach.cells_before(begun.max()) == (begun < begun.max()).sum()
        mine = judged.caught().set_index("gate")["flagged"]
        states = rebuild_states(home.database(), home.landing, edits, tmp_path)
        with opened(clean=judged.base, faulty=states.faulty) as db:
            for gate in judged.gates:
                flagged = 0
                for model in gate.models:
                    db.run("USE faulty")
                    db.run(f"CREATE OR REPLACE TEMP TABLE now AS {model.sql}")
                    db.run("USE memory")
                    flagged += db.rows(
                        f"SELECT count(*) FROM (FROM now EXCEPT ALL FROM clean.{model.name})"
                    )[0][0]
                if gate.models:
                    assert mine.get(gate.id, 0) == flagged, gate.id


def test_what_every_gate_asks_of_changes_can_be_asked(story, tmp_path):
    """Each table of the story given as changed, wholly: expected is that every gate finds its units."""
    with Judged(story.home(tmp_path)) as judged:
        small = judged.small
        small.begin([0])
        models = [model for gate in judged.gates for model in gate.models]
        for table in {t for model in models for t in model.reads if t in small.columns}:
            small.change(table, f"SELECT {ADDED} AS side, 0 AS universe, * FROM base.{table}")
        ways = {model.name: recipe(model, frozenset()) for model in models}
        found = {name: small.touched(how) for name, how in ways.items() if how.way == "units"}
    assert len(found) > 30
    assert found["quality.scores_keeper_holds_a_copy"] is not None


def test_what_is_flagged_without_the_fault_is_not_caught_on_another_day(story, tmp_path):
    """A gate of entries given, and rows that it flags besides: expected is that one is new by its name."""
    file = tmp_path / "mine.sql"
    head = "-- Nobody.\n-- table: lists.entries\n-- outcome: warn\n"
    query = "SELECT list, subject_id, from_day AS day FROM lists.entries"
    file.write_text(head + query, encoding="utf-8")
    with Judged(story.home(tmp_path), [file], ["lists.mine"]) as judged:
        ((model,),) = [gate.models for gate in judged.gates]
        judged.small.begin([0])
        for name, days in (("list", 9), ("'no list'", 5)):
            judged.small.change(
                model.name,
                f"SELECT CAST({ADDED} AS TINYINT) AS side, 0 AS universe, {name} AS list, subject_id, "
                f"day + {days} AS day FROM (SELECT * FROM base.{model.name} ORDER BY ALL LIMIT 1)",
            )
        (row,) = judged.caught().to_dict("records")
    assert (row["gate"], row["flagged"]) == ("lists.mine", 1)


def test_a_summary_counts_what_the_tables_say(plan, made):
    tables, _ = made
    summary = summarise(plan, tables)
    kinds = summary.kinds.set_index("fault")
    assert kinds.loc["mistyped_code", "share"] == 1
    assert kinds.loc["mistyped_code", "first_stage"] == "landing"
    assert "no check of the files can tell" in summary.why("lost_withdrawal")
    caught = tables.caught.drop_duplicates(["fault", "number"])
    assert summary.cover["more"].sum() == summary.cover["caught"].iloc[-1] == len(caught)
    assert summary.cover["more"].is_monotonic_decreasing
    assert "4 kinds" in headline(summary)


def test_gates_are_added_by_what_they_catch_more_then_by_false_alarms():
    rows = [("a", "x"), ("b", "x"), ("a", "y"), ("b", "y"), ("c", "z"), ("a", "z")]
    caught = pd.DataFrame(
        [
            {"fault": k, "number": 0, "gate": g, "flagged": 1, "day": None, "spread": None}
            for k, g in rows
        ]
    )
    gates = pd.DataFrame({"gate": ["x", "y", "z"], "false_alarms": [5, 1, 0]})
    from pipelines.matrix.summary import _cover

    cover = _cover(caught, gates, 4)
    assert cover["gate"].tolist() == ["z", "y"]
    assert cover["share"].tolist() == [0.5, 0.75] and cover["false_alarms"].tolist() == [0, 1]


@pytest.mark.parametrize(("clean", "flagged_clean"), [(4, 4), (None, 6)])
def test_what_a_gate_flags_is_counted_in_the_worlds_of_the_faults(plan, clean, flagged_clean):
    """Two worlds given, and the first once more without dirt, if there is any: expected is what it costs."""
    told = {
        "gate": "conform.x",
        "stage": "conform",
        "sentence": "",
        "outcome": "warn",
        "seconds": 1,
    }
    worlds = [(0, 6, 2, 100), (1, 7, 3, 200), *([(None, clean, clean, 100)] if clean else [])]
    names = ("world", "flagged", "false_alarms", "judged")
    gates = pd.DataFrame([told | dict(zip(names, world, strict=True)) for world in worlds])
    instance = dict.fromkeys(INSTANCES) | {"fault": "late", "number": 0, "cells": 1}
    caught = dict.fromkeys(CAUGHT) | {"fault": "late", "number": 0, "gate": "conform.x"}
    tables = Tables(pd.DataFrame([instance]), pd.DataFrame([caught]), gates)
    summary = summarise(replace(plan, faults=("late",)), tables)
    (row,) = summary.gates.to_dict("records")
    costs = [row[name] for name in ("flagged", "false_alarms", "judged", "flagged_clean")]
    assert costs == [13, 5, 300, flagged_clean]
    assert summary.cover["false_alarms"].tolist() == [5]


def test_the_picture_has_a_point_for_each_gate_added():
    cover = [
        {"gate": "a", "share": 0.5, "false_alarms": 0},
        {"gate": "b", "share": 0.75, "false_alarms": 3},
    ]
    drawn_so = frontier(cover)
    assert [mark["text"] for mark in drawn_so["xs"]] == ["0", "1", "2", "3", "4"]
    assert [(p["x"], p["y"]) for p in drawn_so["points"]] == [(56, 140), (479, 78)]
    assert "2 gates, the last b: 75 % caught, 3 false alarms" in drawn_so["points"][1]["said"]
    assert frontier([])["points"] == []


def test_json_tables_and_page(plan, made):
    tables, out = made
    summary = summarise(plan, tables)
    schema = json.loads((ROOT / "schemas" / "json" / "matrix.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(json.loads(json.dumps(summary.json(), default=str)))
    files = write_tables(summary, tables, out, ("matrix",))
    said = json.loads((out / "manifest.json").read_text("utf-8"))
    assert (said["command"], said["seed"]) == ("islands matrix", plan.seed)
    (world,) = said["worlds"]
    assert world["seed"] == plan.world_seed(0) and len(said["landing_digest"]) == 64
    there = json.loads((world_folder(plan, out, 0) / "current.json").read_text("utf-8"))
    assert world["landing_digest"] == there["landing_digest"]
    assert len(pd.read_parquet(files["instances"])) == len(tables.instances)
    package = json.loads((out / "datapackage.json").read_text("utf-8"))
    told = {
        one["name"]: {field["name"]: field["description"] for field in one["schema"]["fields"]}
        for one in package["resources"]
    }
    assert told == CODEBOOK, "each column has its meaning, and no other is told of"
    untold = replace(tables, instances=tables.instances.assign(file=float("nan")))
    write_page(summary, untold, out, out / "matrix.html")
    page = (out / "matrix.html").read_text("utf-8")
    assert '"file":null' in page and "NaN" not in page
    assert "mistyped_code|landing.check_digit" in page and "no check of the files can tell" in page


def test_an_option_that_cannot_be_is_told():
    with pytest.raises(ValueError, match="--faults 'gremlin' is none of"):
        Plan(faults=("gremlin",)).check()


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (["lawful_term"], "lists.lawful_term"),  # a copy of the project's, that says another thing
        (["one/mine", "two/mine"], "lists.mine"),
        (["mine", "ours"], None),
    ],
)
def test_a_gate_of_ones_own_is_not_judged_in_anothers_place(files, told, tmp_path):
    """Files of gates given: expected is a sentence if one bears the name of another."""
    paths = [tmp_path / f"{file}.sql" for file in files]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        head = "-- Nobody.\n-- table: lists.entries\n-- outcome: warn\n"
        path.write_text(f"{head}SELECT 1 AS one", encoding="utf-8")
    if told is None:
        assert Plan.of_own(paths).gates == ("lists.mine", "lists.ours")
        return
    with pytest.raises(ValueError, match=f"{paths[-1].name}: there is another gate {told}"):
        Plan.of_own(paths)


def test_a_gate_of_a_stage_that_has_none_is_told(tmp_path):
    path = tmp_path / "mine.sql"
    head = "-- Nobody.\n-- table: publication.pages\n-- outcome: warn\n"
    path.write_text(f"{head}SELECT item FROM publication.pages", encoding="utf-8")
    with pytest.raises(ValueError, match=r"publication\.pages is judged by no gate; gates judge"):
        Plan.of_own([path])


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("SELECT *, 1 AS one FROM a.t JOIN a.u ON u.x = t.x", ["x", "y", "z", "one"]),
        ("SELECT u.*, t.y FROM a.t JOIN a.u ON u.x = t.x", ["x", "z", "y"]),
        ("WITH q AS (SELECT * FROM a.t) SELECT q.*, u.z FROM q, a.u", ["x", "y", "z"]),
        ("SELECT * FROM (SELECT * FROM a.t)", ["x", "y"]),
        ("SELECT * EXCLUDE (y) FROM a.t", None),
        ("SELECT * FROM (SELECT x FROM a.t) AS q (other)", None),
    ],
)
def test_a_star_of_a_gate_is_the_columns_it_stands_for(query, named):
    """Tables a.t of x and y, a.u of x and z: expected are the columns, each once; None: it is refused."""
    columns = {"a.t": ["x", "y"], "a.u": ["x", "z"]}
    if named is None:
        with pytest.raises(ModelError, match="names the columns"):
            _without_stars(query, columns)
    else:
        assert sqlglot.parse_one(_without_stars(query, columns)).named_selects == named


def test_a_gate_of_the_projects_can_be_judged_alone():
    path = ROOT / "quality" / "lists" / "lawful_term.sql"
    assert Plan.of_own([path]).gates == ("lists.lawful_term",)
