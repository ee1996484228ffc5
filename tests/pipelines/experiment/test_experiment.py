"""Experiments: the same tables whatever the number of cores and wherever it was stopped."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipelines.experiment import Design, DesignError, run, summarise
from pipelines.experiment.codebook import meaning
from pipelines.experiment.design import Arm
from pipelines.experiment.page import write_page
from pipelines.experiment.report import findings
from pipelines.experiment.rows import CELLS, REPLAYS
from pipelines.experiment.summary import bootstrap

DESIGN = Design(
    ("valid_code_of_another", "row_lost"),
    n=24,
    worlds=2,
    seed=5,
    correct_after=(30,),
    policies={"ncisp-bank.every": ("7", "28")},
    size="story",
    frame="feed",
    block=12,
)


def digests(folder) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.parquet")}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """An experiment that was stopped after its second block, and then went on, on one core."""
    import pipelines.experiment.running as module

    folder = tmp_path_factory.mktemp("experiment")
    follow, left = module._follow, [2]

    def stopped(*given):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        follow(*given)

    patch = pytest.MonkeyPatch()
    with patch.context() as patched:
        patched.setattr(module, "_follow", stopped)
        with pytest.raises(KeyboardInterrupt):
            module.run(DESIGN, folder)
    assert len(list((folder / "parts").glob("*.replays"))) == 2
    assert not (folder / "replays.parquet").exists()
    module.run(DESIGN, folder)
    return folder


def test_two_cores_and_no_stop_give_the_same_bytes(done, tmp_path):
    (tmp_path / "worlds").symlink_to(done / "worlds")
    run(DESIGN, tmp_path, workers=2)
    assert digests(tmp_path) == digests(done)


def test_a_fault_is_the_same_in_every_arm(done):
    replays = pd.read_parquet(done / "replays.parquet")
    assert len(replays) == DESIGN.n * 2
    drawn = ["kind", "feed", "record_id", "delivery", "scope", "world", "outcome"]
    one, two = (replays[replays["arm"] == arm].set_index("fault")[drawn] for arm in (0, 1))
    pd.testing.assert_frame_equal(one, two)
    assert (replays["world"] == replays["fault"] % 2).all()


def test_rows_are_what_replays_say(done):
    from pipelines.replay import replay
    from pipelines.storage import Home

    replays = pd.read_parquet(done / "replays.parquet")
    row = replays[(replays["arm"] == 1) & (replays["cells"] > 0)].iloc[0]
    arm = DESIGN.arms()[1]
    told = replay(
        Home(done / "worlds" / f"{row['world']:03d}"),
        DESIGN.fault(int(row["fault"]), arm),
        join=arm.join,
        policy=dict(arm.policy),
    ).json()
    for column in ("pairs", "cells", "subjects", "measures", "entry_days", "subject_days"):
        assert told["totals"][column] == row[column], column
    assert told["residue"]["cells_on_the_eve"] == row["cells_on_the_eve"]
    assert told["fault"]["record_id"] == row["record_id"]


def test_days_are_the_runs_of_cells_day_by_day(done):
    cells, days = (pd.read_parquet(done / f"{name}.parquet") for name in ("cells", "days"))
    key = ["arm", "fault", "state", "holder", "list"]
    assert not days.duplicated([*key, "day"]).any()
    spans = pd.to_datetime(cells["to_day"]) - pd.to_datetime(cells["from_day"])
    total = days[["wrongly_listed", "wrongly_missing", "altered"]].to_numpy().sum()
    assert total == spans.dt.days.sum() > 0


def test_every_column_is_explained(done):
    said = (done / "codebook.md").read_text(encoding="utf-8")
    for column in (*REPLAYS.names, *CELLS.names):
        assert meaning(column) and f"`{column}`" in said


def test_the_summary_says_what_the_tables_say(done, tmp_path):
    summary = summarise(done)
    replays = pd.read_parquet(done / "replays.parquet")
    for row in summary.arms.itertuples():
        mine = replays[(replays["arm"] == row.arm) & (replays["outcome"] == "followed")]
        assert row.p_reach == pytest.approx(mine["reached"].mean())
        assert row.p_reach_low <= row.p_reach <= row.p_reach_high
        assert row.followed + row.nothing == DESIGN.n
    (effect,) = summary.effects.itertuples()
    one, two = (replays[replays["arm"] == a].set_index("fault")["entry_days"] for a in (0, 1))
    assert effect.entry_days == pytest.approx((two - one).dropna().mean())
    assert len(findings(summary)) == 3
    json.dumps(summary.json())
    write_page(summary, done, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "SYNTHETIC DATA" in page and "default-src 'none'" in page


def test_a_bootstrap_goes_over_worlds_first():
    """Two worlds that differ and no spread inside: the mean is one, the other or between."""
    frame = pd.DataFrame({"world": [0] * 5 + [1] * 5, "value": [0.0] * 5 + [1.0] * 5})
    means = bootstrap(frame, np.random.default_rng(1), 400)
    assert set(means) == {0.0, 0.5, 1.0}
    assert 0.4 < means.mean() < 0.6


def test_survival_pools_cells_and_cuts_them_at_the_horizon():
    from pipelines.experiment.summary import _curve, _half_and_plateau

    replays = pd.DataFrame({"fault": [1], "correction_day": [date(2024, 2, 1)]})
    runs = [  # holder, first wrong day, right again
        ("a", date(2024, 1, 10), date(2024, 2, 1)),  # right on the day
        ("b", date(2024, 1, 10), date(2024, 2, 11)),  # ten days later
        ("c", date(2024, 1, 10), date(2024, 3, 1)),  # never, as far as one can see
        ("d", date(2024, 2, 5), date(2024, 2, 9)),  # late spread: not wrong on the eve
    ]
    cells = pd.DataFrame(
        [
            {"fault": 1, "holder": h, "list": "l", "subject_id": "s", "from_day": a, "to_day": b}
            for h, a, b in runs
        ]
    )
    curve = _curve(replays, cells, date(2024, 3, 1))
    assert curve["at_risk"].tolist() == [3, 3, 2]
    assert curve["days_after"].tolist() == [0, 0, 10]
    assert curve["share"].tolist() == pytest.approx([1, 2 / 3, 1 / 3])
    assert _half_and_plateau(curve) == (10, pytest.approx(1 / 3))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"faults": ("no_such",)}, "--faults 'no_such' is none of"),
        ({"n": 1}, "less than a fault a world"),
        ({"joins": ("all",)}, "--join 'all' is none of"),
        ({"correct_after": (0,)}, "--correct-after takes"),
        ({"frame": "day"}, "--frame 'day' is none of"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(changed, says):
    from dataclasses import replace

    with pytest.raises(DesignError, match=says):
        replace(DESIGN, **changed).check()


def test_a_folder_of_another_design_is_left_alone(done):
    from dataclasses import replace

    before = digests(done)
    with pytest.raises(DesignError, match="another design"):
        run(replace(DESIGN, seed=6), done)
    assert digests(done) == before


def test_arms_are_every_combination_in_a_stated_order():
    design = Design(
        ("row_lost",),
        correct_after=(7, 30),
        policies={"b.lag": ("1", "2"), "a.every": ("7",)},
        joins=("none", "full"),
    )
    assert design.arms()[:3] == [
        Arm("none", (("a.every", "7"), ("b.lag", "1")), 7),
        Arm("none", (("a.every", "7"), ("b.lag", "1")), 30),
        Arm("none", (("a.every", "7"), ("b.lag", "2")), 7),
    ]
    assert len(design.arms()) == 8
