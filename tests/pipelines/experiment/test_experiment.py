"""Experiments: the same tables whatever the number of cores and wherever it was stopped."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipelines.experiment import report
from pipelines.experiment.codebook import FIGURES, meaning
from pipelines.experiment.design import Arm, Design, DesignError, short_names
from pipelines.experiment.estimates import Resamples
from pipelines.experiment.layout import apart
from pipelines.experiment.needs import needs
from pipelines.experiment.page import write_page
from pipelines.experiment.report import print_summary
from pipelines.experiment.rows import CELLS, FOLLOWED, REPLAYS
from pipelines.experiment.running import _read, run
from pipelines.experiment.summary import (
    _estimates,
    _Faults,
    _more_than_lowest,
    change,
    half_lives,
    pairs,
    summarise,
)
from pipelines.replay.plan.remedies import source_days

SCHEMA = Path(__file__).parents[3] / "schemas" / "json" / "experiment.schema.json"


def digests(folder) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.parquet")}


@pytest.mark.long  # the whole experiment once more
def test_two_cores_and_no_stop_give_the_same_bytes(done, design, tmp_path):
    (tmp_path / "worlds").symlink_to(done / "worlds")
    run(design, tmp_path, workers=2)
    assert digests(tmp_path) == digests(done)


def test_a_fault_is_the_same_in_every_arm(done, design):
    replays = pd.read_parquet(done / "replays.parquet")
    assert len(replays) == design.n * len(design.arms())
    drawn = ["kind", "place", "record_id", "strikes", "delivery", "scope", "world", "outcome"]
    drawn += ["entry_days_uncorrected"]  # of two corrections of one fault: the state without either
    first, *others = (mine.set_index("fault")[drawn] for _, mine in replays.groupby("arm"))
    for other in others:
        pd.testing.assert_frame_equal(first[drawn[:-1]], other[drawn[:-1]])
    pd.testing.assert_frame_equal(first, others[0])
    assert (replays["world"] == replays["fault"] % 2).all()
    assert (replays.groupby(["arm", "kind", "world"]).size() == design.n / 4).all()


def test_rows_are_what_replays_say(done, design):
    from pipelines.home import Home
    from pipelines.replay import replay
    from pipelines.replay.compare.metrics import totals

    replays = pd.read_parquet(done / "replays.parquet")
    row = replays[replays["cells_on_the_eve"] > 0].iloc[-1]
    arm = design.arms()[row["arm"]]
    assert arm.join == "full"
    found = replay(
        Home(done / "worlds" / f"{row['world']:03d}"),
        design.fault(int(row["fault"]), arm),
        join=arm.join,
        policy=dict(arm.policy),
    )
    states = {"": totals(found.remaining.difference), "_uncorrected": totals(found.faulty)}
    for end, told in states.items():
        for column in ("pairs", "cells", "subjects", "measures", "entry_days", "subject_days"):
            assert told[column] == row[column + end], column
    left = found.remaining.residue
    assert (left.eve, left.half_life) == (row["cells_on_the_eve"], row["half_life"])
    assert left.share(30) == row["share_after_30"]
    assert found.edits[0].struck.record_id == row["record_id"]


def test_days_are_the_runs_of_cells_day_by_day(done):
    cells, days = (pd.read_parquet(done / f"{name}.parquet") for name in ("cells", "days"))
    key = ["arm", "fault", "state", "holder", "list"]
    assert not days.duplicated([*key, "day"]).any()
    spans = pd.to_datetime(cells["to_day"]) - pd.to_datetime(cells["from_day"])
    total = days[["wrongly_listed", "wrongly_missing", "altered"]].to_numpy().sum()
    assert total == spans.dt.days.sum() > 0


def test_the_tables_are_a_data_package(done):
    said = json.loads((done / "datapackage.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in said["resources"]] == ["replays", "cells", "days", "gains"]
    assert "synthetic" in said["description"].lower()
    for one in said["resources"]:
        file = done / one["path"]
        assert one["hash"] == "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
        fields = one["schema"]["fields"]
        assert [field["name"] for field in fields] == pq.read_schema(file).names
        assert all(field["description"] == meaning(field["name"]) for field in fields)


def test_every_column_and_figure_is_explained_once(done, tmp_path):
    said = (done / "codebook.md").read_text(encoding="utf-8")
    gains = pd.read_parquet(done / "gains.parquet").columns
    days = pd.read_parquet(done / "days.parquet").columns
    for column in (*REPLAYS.names, *CELLS.names, *gains, *days):
        assert meaning(column) and f"| `{column}` | {meaning(column)} |" in said
    write_page(summarise(done), done, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for word, text in FIGURES.items():
        assert f"| {word} | {text} |" in said
        assert f"<dt>{word}</dt>" in page


def test_what_is_told_to_machines_keeps_its_shape(done):
    told = json.loads(json.dumps(summarise(done).json()))
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert told["arms"][2]["policy"] == {"ncisp-bank.every": "7"}
    assert isinstance(told["arms"][2]["half_life"], int)


def test_its_manifest_says_how_it_came_about(done, design):
    said = json.loads((done / "manifest.json").read_text(encoding="utf-8"))
    assert said["command"] == "islands experiment" and len(said["landing_digest"]) == 64
    worlds = [
        json.loads((done / "worlds" / n / "manifest.json").read_text()) for n in ("000", "001")
    ]
    assert [one["seed"] for one in said["worlds"]] == [design.world_seed(n) for n in (0, 1)]
    for one, world in zip(said["worlds"], worlds, strict=True):
        assert one["landing_digest"] == world["landing_digest"] != said["landing_digest"]
        assert world["command"] == "islands build"


def test_an_experiment_without_correction_or_effect_is_told_too(done, design, tmp_path):
    """Its arms have no half-life, its faults nothing to change; the page leaves out what is empty."""
    replays = pd.read_parquet(done / "replays.parquet")
    manifest = json.loads((done / "manifest.json").read_text(encoding="utf-8"))
    manifest["arms"] = [manifest["arms"][0] | {"correct_after": None}]
    manifest["design"]["correct_after"] = []
    nothing = dict.fromkeys(
        set(replays.columns) - {"arm", "fault", "world", "join", "policy", "kind"}
    )
    mine = replays[replays["arm"] == 0].assign(**nothing | {"outcome": "nothing to change"})
    mine.to_parquet(tmp_path / "replays.parquet")
    for name in ("cells", "gains"):
        table = pd.read_parquet(done / f"{name}.parquet")
        (table[table["arm"] == 0] if name == "gains" else table.iloc[:0]).to_parquet(
            tmp_path / f"{name}.parquet"
        )
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    summary = summarise(tmp_path)
    told = summary.json()
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert (told["arms"][0]["nothing"], told["arms"][0]["entry_days"]) == (design.n, None)
    write_page(summary, tmp_path, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "None found anything to change." in page and 'id="residue"' not in page


def test_the_terminal_tells_arms_and_changes(done, design):
    from io import StringIO

    from rich.console import Console

    out = Console(file=StringIO(), width=118)
    print_summary(summarise(done), out)
    said = out.file.getvalue()
    assert "…" not in said, "nothing is cut off"
    *_, before, last = short_names(design.arms())
    (line,) = [line for line in said.splitlines() if line.startswith(last)]
    arm = report.rows(summarise(done))[-1]
    parts = (arm["entry_days"], arm["enquiries"].partition(" ")[0], arm["half_life"])
    assert all(part in line for part in parts) and "uncorrected" in said
    assert "; from half of the faults it was" in said
    assert f"{change(before, last)} changes" in said
    assert len(said.splitlines()) < 25


def test_of_a_single_fault_there_is_no_half(done):
    """Its estimates cannot have settled: nothing is said of half of it."""
    from io import StringIO

    from rich.console import Console

    summary = summarise(done)
    half = summary.convergence["share"] == 0.5
    error = summary.convergence["entry_days_error"].mask(half)
    out = Console(file=StringIO(), width=118)
    print_summary(
        replace(summary, convergence=summary.convergence.assign(entry_days_error=error)), out
    )
    said = " ".join(out.file.getvalue().split())
    assert "standard error of entry-days a fault is" in said and "nan" not in said


def test_figures_are_files_too(done, tmp_path):
    import plotly.io

    write_page(summarise(done), done, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    names = {path.stem for path in (tmp_path / "figures").glob("*.json")}
    assert names == {"cost", "reach", "distribution", "seen", "residue", "effects", "gain_and_harm"}
    for name in names:
        figure = plotly.io.read_json(tmp_path / "figures" / f"{name}.json")
        assert figure.data and f'id="{name}"' in page
        assert any(note.text == "Synthetic data" for note in figure.layout.annotations)
    assert "SYNTHETIC DATA" in page and "default-src 'none'" in page
    assert digests(tmp_path) == {}


def test_resamples_go_over_worlds_first():
    """Two worlds that differ and no spread inside: the mean is one, the other or between."""
    resamples = Resamples([0] * 5 + [1] * 5, seed=1, draws=400)
    means = resamples.drawn(np.array([0.0] * 5 + [1.0] * 5), np.ones(10))[:, 0]
    assert set(means) == {0.0, 0.5, 1.0}
    assert 0.4 < means.mean() < 0.6
    assert (resamples.times.sum(axis=1) == 10).all()


@pytest.mark.parametrize(("kinds", "worlds"), [(1, 3), (2, 2), (2, 4), (3, 2), (4, 6), (5, 5)])
def test_each_kind_befalls_each_world_as_often(kinds, worlds):
    """Else what tells two kinds apart would pass for what tells two worlds apart."""
    every = kinds * worlds
    design = Design([f"kind {k}" for k in range(kinds)], n=every, worlds=worlds)
    drawn = [(design.kind(n), n % worlds) for n in range(every)]
    assert len(set(drawn)) == every, "each pair once"
    assert len({kind for kind, _ in drawn[:kinds]}) == kinds, "the first are one of each kind"


def some_faults(*rows: dict) -> _Faults:
    """Replays as a summary reads them: a row each, what is not said as it is of a fault that is followed."""
    usual = dict.fromkeys(REPLAYS.names) | {"fault": 0, "world": 0, "outcome": FOLLOWED}
    return _Faults(pd.DataFrame([usual | row for row in rows]), seed=1)


def test_harm_is_told_over_the_lowest_level_of_joining_in_whatever_order_they_are_asked_for():
    arms = [Arm("full"), Arm("none"), Arm("own-keys")]
    faults = some_faults(*({"arm": n, "entry_days": days} for n, days in enumerate((50, 20, 30))))
    more = [_more_than_lowest(faults, arms, n)["more_entry_days"] for n in range(3)]
    assert more == [30, 0, 10]


@pytest.mark.parametrize(
    ("reached", "share", "low", "high"),
    [(0, 0, 0, 0.278), (10, 1, 0.722, 1), (0, None, None, None)],
)
def test_a_share_of_all_or_none_is_not_sure_for_that(reached, share, low, high):
    """Ten faults given, all of which reach a list and are met, or none, or that find nothing to change."""
    outcome = FOLLOWED if share is not None else "nothing to change"
    here = [{"arm": 0, "fault": n, "outcome": outcome} for n in range(10)]
    faults = some_faults(
        *(row | dict.fromkeys(("cells", "enquiries"), int(row["fault"] < reached)) for row in here)
    )
    told = _estimates(faults, 0)
    for name in ("p_list", "p_enquiry"):
        ends = [told[column] for column in (name, f"{name}_low", f"{name}_high")]
        assert ends == [
            end if end is None else pytest.approx(end, abs=1e-3) for end in (share, low, high)
        ]


def test_a_mishap_at_another_place_or_of_another_entry_is_not_the_same():
    """Two arms given, and where a mishap befalls them on one day: expected is whether they are compared."""
    there = {"kind": "deleted_by_hand", "place": "bank", "strikes": "A", "delivery": "2024-03-01"}
    faults = some_faults(
        there | {"arm": 0},
        there | {"arm": 1},
        there | {"arm": 2, "place": "court"},
        there | {"arm": 3, "strikes": "B"},
        there | {"arm": 4, "outcome": "nothing to change"},
    )
    assert [faults.same(0, arm).tolist() for arm in range(5)] == [[1], [1], [0], [0], [0]]


def test_a_ratio_with_nothing_below_the_line_is_left_out():
    """A resample that drew no fault that counts says nothing; where none counts there is no figure."""
    resamples = Resamples([0, 0, 0], seed=1, draws=200)
    one = resamples.ratio(np.array([4, 0, 0]), np.array([2, 0, 0]))
    assert (one.value[0], one.low[0], one.high[0]) == (2, 2, 2)
    none = resamples.ratio(np.zeros(3), np.zeros(3)).columns("it")
    assert none == {"it": None, "it_low": None, "it_high": None, "it_error": None}


def test_half_lives_of_resamples():
    """The day from which on the share is at most one half; a return above it counts."""
    shares = np.array([[1.0, 0.4, 0.4], [1.0, 0.4, 0.6], [0.5, 0.5, 0.5], [np.nan] * 3])
    assert half_lives([0, 7, 30], shares[[0, 0]]) == {"half_life_low": 7, "half_life_high": 7}
    assert half_lives([0, 7, 30], shares[[1, 3]]) == {
        "half_life_low": None,
        "half_life_high": None,
    }
    assert half_lives([0, 7, 30], shares[[2, 2, 0]])["half_life_low"] == 0


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"faults": ("no_such",)}, "--faults 'no_such' is none of"),
        ({"n": 1}, "less than a fault a world"),
        ({"joins": ("all",)}, "--join 'all' is none of"),
        ({"correct_after": (0,)}, "--correct-after takes"),
        ({"remedies": ("hope",)}, "--remedy 'hope' is none of source, notice"),
        (
            {"remedies": ("none", "notice"), "correct_after": (7,)},
            "With --remedy none,notice no source finds an error itself; leave out --correct-after",
        ),
        ({"frame": "day"}, "--frame 'day' is none of"),
        ({"size": "huge"}, "--size 'huge' is none of"),
        ({"days": 0}, "--days takes a number from 1"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(design, changed, says):
    with pytest.raises(DesignError, match=says):
        replace(design, **changed).check()


def test_no_worker_cannot_be(design, tmp_path):
    with pytest.raises(DesignError, match="--workers takes a number from 1"):
        run(design, tmp_path / "out", workers=0)
    assert not (tmp_path / "out").exists()


def test_a_folder_of_another_design_or_version_is_left_alone(done, design, tmp_path):
    before = digests(done)
    with pytest.raises(DesignError, match="another design"):
        run(replace(design, seed=6), done)
    assert digests(done) == before
    older = json.loads((done / "manifest.json").read_text(encoding="utf-8"))
    older["columns"]["cells"].remove("irrevocable")
    (tmp_path / "manifest.json").write_text(json.dumps(older), encoding="utf-8")
    with pytest.raises(DesignError, match="an older version"):
        run(design, tmp_path)


@pytest.mark.parametrize(
    ("policy", "numbers"),
    [
        ({"ncisp-bank.every": "7"}, {}),
        ({"ncisp-bank.every": "28"}, {"ncisp-bank.every": "28"}),
        ({"ncisp-bank.every": "7", "ncisp-bank.lag": "9"}, {"ncisp-bank.lag": "9"}),
        ({"corrections": "sync"}, {}),
        ({"corrections": "pushed"}, {"corrections": "pushed"}),
        ({"gate.conform.one": "warn"}, {"gate.conform.one": "warn"}),
    ],
)
def test_a_database_is_built_with_what_is_not_so_anyway(policy, numbers):
    assert Arm("full", tuple(policy.items())).numbers == numbers


def test_what_it_needs_is_told_before(done, design, tmp_path, monkeypatch):
    told = needs(replace(design, policies={"ncisp-bank.every": ("7", "28")}), tmp_path / "new")
    # Of each world: its own, in which the bank takes every 7 days anyway; none; full with 28; below
    # both unified-code; and beside none own-keys.
    assert (told.replays, told.databases) == (48, 10)
    assert "48 replays and 10 databases to build: about " in told.sentence("out")
    assert (needs(design, done).replays, needs(design, done).databases) == (0, 0)
    monkeypatch.setattr("pipelines.announced.free_megabytes", lambda folder: 10)
    assert "only" in told.sentence("out")


def test_arms_are_every_combination_in_a_stated_order_each_once():
    design = Design(
        ("row_lost",),
        correct_after=(7, 30),
        policies={"links.depth": ("2", "1"), "ncisp-bank.every": ("7",)},
        joins=("none", "full", "full"),
    )
    near, far = (("links.depth", "2"),), (("links.depth", "2"), ("ncisp-bank.every", "7"))
    assert design.arms()[:2] == [Arm("none", near, 7), Arm("none", near, 30)]
    assert design.arms()[4] == Arm("full", far, 7)
    assert len(design.arms()) == 8


def test_remedies_are_arms_beside_the_days_of_correction():
    remedies = ("none", "source", "notice", "reconciliation")
    design = Design(("row_lost",), correct_after=(7, 30), remedies=remedies)
    done = [(None, None), (7, None), (30, None), (None, "notice"),
            (7, "reconciliation"), (30, "reconciliation")]  # fmt: skip
    assert [(arm.correct_after, arm.remedy) for arm in design.arms()] == done
    names = ["never", "7 d", "30 d", "notice", "reconciliation, 7 d", "reconciliation, 30 d"]
    assert short_names(design.arms()) == names
    assert [(b, a) for b, a, _ in pairs(design.arms())] == [(0, n) for n in range(1, 6)]
    assert design.fault(3, design.arms()[3]).correct_after is None
    alone = Design(("row_lost",), remedies=("source",)).arms()
    assert [arm.correct_after for arm in alone] == [source_days()]


def test_names_say_what_tells_arms_apart():
    push, slow = ("corrections", "pushed"), ("a-b.every", "28")
    assert short_names([Arm("full", (push,), 7)]) == ["full"]
    assert short_names([Arm("full", (slow,), 7), Arm("full", (slow,), None)]) == ["7 d", "never"]
    arms = [Arm("full", (slow, ("c-d.every", "7"))), Arm("none", (("c-d.every", "28"),))]
    assert short_names(arms) == ["full · a-b.every 28 · c-d.every 7", "none · c-d.every 28"]
    arms = [Arm("none", (), 7), Arm("full", (push,), 7), Arm("full", (push,), 30)]
    names = short_names(arms)
    assert names == ["none · 7 d", "full · pushed · 7 d", "full · pushed · 30 d"]
    assert pairs(arms) == [(1, 2, "remedy, or days until the source corrects")]
    assert change(names[1], names[2]) == "full · pushed: 7 d → 30 d"


def test_names_beside_lines_do_not_touch():
    assert apart([20, 22, 60], 100, 10) == [16.0, 26.0, 60.0]
    assert apart([0, 1], 100, 10) == [5.0, 15.0]
    assert apart([99, 98, 97], 100, 10) == [100.0, 90.0, 80.0]


def test_the_explorer_shows_it(done) -> None:
    """Of a home in whose folder it lies: the arms as the report has them, and how to follow its faults."""
    from types import SimpleNamespace

    from pipelines.experiment.summary import summarise
    from pipelines.explore.asked import Asked
    from pipelines.explore.pages.results import every, experiment

    home = SimpleNamespace(home=SimpleNamespace(path=done.parent), about={"size": "story"})
    home.kept = lambda key, make: make()
    (sort,) = every(home, Asked("/experiments"))["sorts"]
    assert done.name in {one["folder"] for one in sort["results"]}
    told = experiment(home, Asked("/experiments/x", places={"folder": done.name}))
    assert told["arms"] == report.rows(summarise(done)) and told["headline"]
    costs = [fault["entry_days"] for fault in told["faults"]]
    assert costs == sorted(costs, reverse=True) and costs
    assert all("--fault" in f["command"] and f["address"] is None for f in told["faults"])


@pytest.mark.parametrize("said", ["", "[]", "[" * 100_000, '{"design": '])
def test_a_manifest_that_says_nothing_is_told_of_in_one_sentence(design, tmp_path, said):
    (tmp_path / "manifest.json").write_text(said, encoding="utf-8")
    with pytest.raises(DesignError, match="manifest.json does not say what was asked of this"):
        summarise(tmp_path)
    with pytest.raises(DesignError, match="manifest.json does not say which experiment this is"):
        run(design, tmp_path)
    assert (tmp_path / "manifest.json").read_text(encoding="utf-8") == said


def test_a_part_cut_off_is_named(tmp_path):
    (tmp_path / "000-0.cells").write_bytes(b"PAR1")
    with pytest.raises(
        DesignError, match=r"000-0.cells is damaged or gone; remove .*000-0.replays"
    ):
        _read(tmp_path / "000-0.cells", CELLS)
