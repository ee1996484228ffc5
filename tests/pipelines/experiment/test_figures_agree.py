"""The published figures of an experiment, worked out again from its tidy tables with plain SQL.

Nothing of the estimator is used here but the numbers of times each resample drew each fault.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import Counter, defaultdict
from datetime import date
from hashlib import blake2b
from html import unescape

import duckdb
import numpy as np
import pytest

from pipelines.experiment.design import Design
from pipelines.experiment.estimates import DRAWS, Resamples
from pipelines.experiment.figures import cost, gain_and_harm
from pipelines.experiment.figures import residue as drawn_residue
from pipelines.experiment.page import write_page
from pipelines.experiment.summary import Summary, summarise
from schemas.code_lists import CODES, read_csv
from sources.world.draws import Stream

TAILS = [0.025, 0.975]


@pytest.fixture(scope="module")
def tables(done):
    """The tidy tables, as a database."""
    con = duckdb.connect()
    for name in ("replays", "cells", "days", "gains"):
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{done / name}.parquet')")
    horizon = json.loads((done / "manifest.json").read_text(encoding="utf-8"))["horizon"]
    con.execute(f"CREATE VIEW horizon AS SELECT DATE '{horizon}' AS day")
    # Of the corrected state where there is a correction, of the faulty one elsewhere: days a fault.
    con.execute(
        """
        CREATE VIEW told AS
        SELECT r.arm, r.fault, r.world, r.correction_day, r.outcome = 'followed' AS followed,
            coalesce(sum(c.to_day - c.from_day), 0) AS entry_days, count(c.fault) > 0 AS listed
        FROM replays AS r LEFT JOIN cells AS c
            ON c.arm = r.arm AND c.fault = r.fault
            AND c.state = CASE WHEN r.correction_day IS NULL THEN 'faulty' ELSE 'corrected' END
        GROUP BY ALL
        """
    )
    con.execute(
        """
        CREATE VIEW eve AS
        SELECT DISTINCT c.arm, c.fault, c.world, c.holder, c.list, c.subject_id, r.correction_day
        FROM cells AS c INNER JOIN replays AS r ON r.arm = c.arm AND r.fault = c.fault
        WHERE c.state = 'corrected' AND NOT c.irrevocable
            AND r.correction_day - 1 BETWEEN c.from_day AND c.to_day - 1
        """
    )
    yield con
    con.close()


@pytest.fixture(scope="module")
def summary(done) -> Summary:
    return summarise(done)


@pytest.fixture(scope="module")
def times(tables, design: Design) -> np.ndarray:
    """How often each resample drew each fault."""
    worlds = [
        w for (w,) in tables.sql("SELECT world FROM told WHERE arm = 0 ORDER BY fault").fetchall()
    ]
    return Resamples(worlds, design.seed).times.astype(float)


def a_fault(tables, sql: str) -> np.ndarray:
    """A value a fault, in their order."""
    return np.array(tables.sql(sql).fetchall(), dtype=float)


def test_the_arms_are_sums_over_the_tables(tables, summary, times, design: Design):
    assert len(summary.arms) == len(design.arms())
    for row in summary.arms.to_dict("records"):
        arm = row["arm"]
        ((followed, reached, listed, days, uncorrected, median, p90),) = tables.sql(
            f"""
            SELECT count(*) FILTER (t.followed), count(*) FILTER (r.reached),
                count(*) FILTER (t.listed), sum(t.entry_days), sum(r.entry_days_uncorrected),
                median(t.entry_days) FILTER (t.listed),
                quantile_cont(t.entry_days, 0.9) FILTER (t.listed)
            FROM told AS t INNER JOIN replays AS r ON r.arm = t.arm AND r.fault = t.fault
            WHERE t.arm = {arm}
            """
        ).fetchall()
        told = [row[n] for n in ("followed", "reached", "reached_list")]
        assert told == [followed, reached, listed] and listed > 0
        assert row["entry_days"] == pytest.approx(days / followed)
        assert row["entry_days_uncorrected"] == pytest.approx(uncorrected / followed)
        assert row["entry_days_if_listed"] == pytest.approx(days / listed)
        assert row["p_reach"] == pytest.approx(reached / followed)
        assert row["p_list"] == pytest.approx(listed / followed)
        assert row["median_if_listed"] == pytest.approx(median)
        assert row["p90_if_listed"] == pytest.approx(p90)
        ((uncorrected_cells,),) = tables.sql(
            f"SELECT sum(to_day - from_day) FROM cells WHERE arm = {arm} AND state = 'faulty'"
        ).fetchall()
        assert uncorrected_cells == uncorrected
        # One estimator: the mean is the share of faults that reach a list, times the mean over those.
        assert row["entry_days"] == pytest.approx(row["p_list"] * row["entry_days_if_listed"])
        values = a_fault(
            tables, f"SELECT entry_days, followed FROM told WHERE arm = {arm} ORDER BY fault"
        )
        means = (times @ values[:, 0]) / (times @ values[:, 1])
        low, high = np.quantile(means, TAILS)
        assert [row["entry_days_low"], row["entry_days_high"]] == pytest.approx([low, high])


def test_what_was_seen_is_counted_from_the_cells(tables, summary):
    """Public cells by the code lists, in SQL; enquiries day by day, in plain Python."""
    for name in ("lists", "holders"):
        tables.execute(
            f"CREATE OR REPLACE VIEW codes_{name} AS SELECT * FROM read_csv('{CODES / name}.csv', "
            "all_varchar = true)"
        )
    told = tables.sql(
        """
        SELECT c.arm, c.fault, c.holder, c.subject_id, c.from_day, c.to_day,
            CASE WHEN l.owner = c.holder THEN l.sharing ELSE h.audience END = 'public' AS public
        FROM cells AS c INNER JOIN replays AS r ON r.arm = c.arm AND r.fault = c.fault
        LEFT JOIN codes_lists AS l ON l.list = c.list
        LEFT JOIN codes_holders AS h ON h.holder = c.holder
        WHERE c.state = CASE WHEN r.correction_day IS NULL THEN 'faulty' ELSE 'corrected' END
        """
    ).fetchall()
    days, met = Counter(), defaultdict(set)
    asked = {row["holder"]: row["per_1000_a_year"] for row in read_csv(CODES / "enquiries.csv")}
    for arm, fault, holder, subject, since, until, public in told:
        days[arm, fault] += (until - since).days * bool(public)
        if holder in asked:
            chance = round(int(asked[holder]) * 1000 / 365)
            digest = int.from_bytes(blake2b(subject.encode(), digest_size=8).digest(), "big") >> 17
            numbers = [
                n - date(1970, 1, 1).toordinal()
                for n in range(*map(date.toordinal, (since, until)))
            ]
            drawn = Stream(0, f"enquiry.{holder}").below(
                [digest * 65536 + n for n in numbers], 10**6
            )
            met[arm, fault] |= {
                (holder, subject, n) for n, one in zip(numbers, drawn, strict=True) if one < chance
            }
    rows = tables.sql("SELECT arm, fault, public_entry_days, enquiries FROM replays").fetchall()
    for arm, fault, in_public, enquiries in rows:
        assert (in_public, enquiries) == (days[arm, fault], len(met[arm, fault]))
    assert any(days.values()) and any(met.values())
    for arm in summary.arms.to_dict("records"):
        mine = [len(some) for (n, _), some in met.items() if n == arm["arm"]]
        assert arm["enquiries"] == pytest.approx(sum(mine) / arm["followed"])
        assert arm["p_enquiry"] == pytest.approx(sum(map(bool, mine)) / arm["followed"])
        in_public = sum(n for (of, _), n in days.items() if of == arm["arm"])
        assert arm["public_entry_days"] == pytest.approx(in_public / arm["followed"])
        assert arm["enquiries_uncorrected"] >= arm["enquiries"]


def test_the_intervals_are_those_of_an_independent_bootstrap(tables, summary):
    """Worlds with replacement, then as many faults in each, drawn by Python's own generator."""
    rng = random.Random(20)
    faults = tables.sql(
        "SELECT world, entry_days FROM told WHERE arm = 3 ORDER BY fault"
    ).fetchall()
    worlds = [[days for w, days in faults if w == world] for world in (0, 1)]
    means = []
    for _ in range(4 * DRAWS):
        some = [rng.choices(rng.choice(worlds), k=len(worlds[0])) for _ in worlds]
        means.append(sum(map(sum, some)) / sum(map(len, some)))
    row = summary.arms.iloc[3]
    told = [row["entry_days_low"], row["entry_days_high"], row["entry_days_error"]]
    assert told == pytest.approx([*np.quantile(means, TAILS), np.std(means)], rel=0.12)


def test_what_the_arms_change_is_paired_within_a_level_of_joining(
    tables, summary, times, design: Design
):
    told = [
        (row["against"], row["arm"], row["factor"]) for row in summary.effects.to_dict("records")
    ]
    after, every = "remedy, or days until the source corrects", "ncisp-bank.every"
    # Arms: none 3 d, none 60 d; full every 7 3 d, 60 d; with the long tests full every 28 3 d, 60 d.
    pairs = [(0, 1, after), (2, 3, after), (2, 4, every), (3, 5, every), (4, 5, after)]
    assert sorted(told) == [pair for pair in pairs if pair[1] < len(design.arms())]
    for row in summary.effects.to_dict("records"):
        values = a_fault(
            tables,
            f"""
            SELECT b.entry_days - a.entry_days, a.followed AND b.followed
            FROM told AS a INNER JOIN told AS b ON b.fault = a.fault AND b.arm = {row["arm"]}
            WHERE a.arm = {row["against"]} ORDER BY a.fault
            """,
        )
        assert row["faults"] == values[:, 1].sum() == design.n
        assert row["entry_days"] == pytest.approx(values[:, 0].sum() / row["faults"])
        low, high = np.quantile((times @ values[:, 0]) / (times @ values[:, 1]), TAILS)
        assert [row["entry_days_low"], row["entry_days_high"]] == pytest.approx([low, high])


def test_gain_and_harm_are_those_of_the_tables(tables, summary):
    harm = dict(
        tables.sql(
            "SELECT arm, sum(entry_days) / count(*) FILTER (followed) FROM told GROUP BY arm"
        ).fetchall()
    )
    gain = dict(tables.sql("SELECT arm, sum(true_high) FROM gains GROUP BY arm").fetchall())
    assert gain[max(gain)] > gain[0] > 0
    for row in summary.gains.to_dict("records"):
        assert row["true_high"] == gain[row["arm"]]
        lowest = 0 if row["name"].endswith("· 3 d") else 1
        assert row["more_entry_days"] == pytest.approx(harm[row["arm"]] - harm[lowest])
    drawn = {trace.name: trace for trace in gain_and_harm(summary).data}
    for arm, name in zip(summary.arms["arm"], summary.arms["name"], strict=True):
        assert drawn[name].y[0] == pytest.approx(harm[arm])
    costs = [
        trace.x[0] for trace in cost(summary).data[::2]
    ]  # corrected and uncorrected take turns
    assert costs == pytest.approx([harm[arm] for arm in sorted(harm)])


def residue_by_day(tables, arm: int) -> dict[int, tuple[int, int]]:
    """Days after the correction -> cells wrong on that day, of the cells wrong on the eve."""
    rows = tables.sql(
        f"""
        WITH watched AS (SELECT min(h.day - e.correction_day) AS days FROM eve AS e, horizon AS h
            WHERE e.arm = {arm}),
        u AS (SELECT unnest(range(0, days)) AS u FROM watched)
        SELECT u,
            count(DISTINCT (c.fault, c.holder, c.list, c.subject_id)) FILTER (c.fault IS NOT NULL),
            (SELECT count(*) FROM eve WHERE arm = {arm})
        FROM u LEFT JOIN (
            SELECT e.*, c.from_day, c.to_day FROM eve AS e INNER JOIN cells AS c
            ON c.arm = e.arm AND c.fault = e.fault AND c.holder = e.holder AND c.list = e.list
                AND c.subject_id = e.subject_id AND c.state = 'corrected' WHERE e.arm = {arm}
        ) AS c ON c.correction_day + CAST(u AS INTEGER) >= c.from_day
            AND c.correction_day + CAST(u AS INTEGER) < c.to_day
        GROUP BY u ORDER BY u
        """
    ).fetchall()
    return {u: (wrong, of) for u, wrong, of in rows}


@pytest.mark.long  # a query for every day of every arm
def test_residue_and_half_life_are_wrong_on_that_day(tables, summary):
    seen = 0
    for arm in summary.arms.to_dict("records"):
        right = residue_by_day(tables, arm["arm"])
        curve = summary.residue[summary.residue["arm"] == arm["arm"]]
        assert list(right) == list(range(arm["watched"]))
        for u, (wrong, of) in right.items():
            row = summary.still_wrong(arm["arm"], u)
            assert (row["wrong"], row["of"]) == (wrong, of), (arm["name"], u)
            assert row["share"] == pytest.approx(wrong / of)
        seen += len(curve)
        late = [u for u, (wrong, of) in right.items() if 2 * wrong > of]
        assert arm["half_life"] == (late[-1] + 1 if late else 0)
        assert arm["cells_on_the_eve"] == right[0][1]
    assert seen > 20


def test_the_band_is_that_of_the_resamples(tables, summary, times, design: Design):
    last = len(design.arms()) - 1
    for arm, u in itertools.product({3, last}, (0, 4, 30, 400)):
        faults = a_fault(
            tables,
            f"""
            SELECT count(DISTINCT (e.holder, e.list, e.subject_id)) FILTER (
                    e.correction_day + {u} >= c.from_day AND e.correction_day + {u} < c.to_day),
                count(DISTINCT (e.holder, e.list, e.subject_id)) FILTER (e.fault IS NOT NULL)
            FROM (SELECT fault FROM told WHERE arm = {arm}) AS t
            LEFT JOIN eve AS e ON e.fault = t.fault AND e.arm = {arm}
            LEFT JOIN cells AS c ON c.arm = e.arm AND c.fault = e.fault AND c.holder = e.holder
                AND c.list = e.list AND c.subject_id = e.subject_id AND c.state = 'corrected'
            GROUP BY t.fault ORDER BY t.fault
            """,
        )
        wrong, of = times @ faults[:, 0], times @ faults[:, 1]
        low, high = np.quantile(
            wrong[of > 0] / of[of > 0], TAILS
        )  # one that drew none says nothing
        row = summary.still_wrong(arm, u)
        assert [row["share_low"], row["share_high"]] == pytest.approx([low, high])
    drawn = drawn_residue(summary)
    assert sum(trace.fill == "tonexty" for trace in drawn.data) == last + 1, "a band an arm"


def test_a_fault_alone_has_the_half_life_of_a_replay(tables, summary, design: Design):
    """One definition: the column of the table is the rule of the summary, on one fault's cells."""
    rows = tables.sql(
        "SELECT arm, fault, half_life, correction_day FROM replays WHERE cells_on_the_eve > 0"
    ).fetchall()
    assert 4 * len(rows) > len(design.arms()) * design.n
    for arm, fault, told, day in rows:
        cells = tables.sql(
            f"""
            SELECT e.holder, e.list, e.subject_id, c.from_day, c.to_day
            FROM eve AS e INNER JOIN cells AS c USING (arm, fault, holder, list, subject_id)
            WHERE e.arm = {arm} AND e.fault = {fault} AND c.state = 'corrected'
            """
        ).fetchall()
        names = {cell[:3] for cell in cells}
        end = max((to - day).days for *_, to in cells)
        wrong = [
            len({c[:3] for c in cells if c[3] <= date.fromordinal(day.toordinal() + u) < c[4]})
            for u in range(max(end, 1))
        ]
        late = [u for u, n in enumerate(wrong) if 2 * n > len(names)]
        assert told == (late[-1] + 1 if late else 0), (arm, fault)


def test_the_plateau_is_the_product_limit(tables, summary):
    for arm in summary.arms.to_dict("records"):
        cells = tables.sql(
            f"""
            SELECT greatest(0, max(c.to_day) - e.correction_day), max(c.to_day) >= h.day
            FROM eve AS e INNER JOIN cells AS c USING (arm, fault, holder, list, subject_id)
            CROSS JOIN horizon AS h
            WHERE e.arm = {arm["arm"]} AND c.state = 'corrected'
            GROUP BY e.fault, e.holder, e.list, e.subject_id, e.correction_day, h.day
            """
        ).fetchall()
        share = 1.0
        for day in sorted({day for day, cut in cells if not cut}):
            at_risk = sum(other >= day for other, _ in cells)
            share *= 1 - sum(other == day and not cut for other, cut in cells) / at_risk
        assert arm["plateau"] == pytest.approx(share, abs=1e-12)


def test_an_earlier_correction_never_raises_the_mean(tables, summary, design: Design):
    """Over the same faults; and the corrected state is the one that is told."""
    by = {}
    for arm in summary.arms.to_dict("records"):
        mine = by.setdefault((arm["join"], str(arm["policy"])), [])
        mine.append((arm["correct_after"], arm["entry_days"], arm["entry_days_uncorrected"]))
    assert len(by) == len(design.arms()) / 2
    for arms in by.values():
        days = [mean for _, mean, _ in sorted(arms)]
        (never,) = {uncorrected for *_, uncorrected in arms}
        assert days == sorted(days) and days[0] < days[-1] < never
    for row in tables.sql(
        "SELECT entry_days, entry_days_uncorrected, cells, cells_uncorrected FROM replays "
        "WHERE correction_day IS NOT NULL AND entry_days_uncorrected > 0"
    ).fetchall():
        assert row[0] < row[1] and row[2] <= row[3]


def test_the_page_says_what_the_tables_say(done, tables, summary, tmp_path):
    write_page(summary, done, tmp_path / "page.html")
    page = unescape((tmp_path / "page.html").read_text(encoding="utf-8"))
    body = re.sub("<script.*?</script>", "", page, flags=re.S)
    for name, followed, listed, mean in tables.sql(
        "SELECT arm, count(*) FILTER (followed), count(*) FILTER (listed), "
        "sum(entry_days) / count(*) FILTER (followed) FROM told GROUP BY arm ORDER BY arm"
    ).fetchall():
        arm = summary.arms.iloc[name]
        row = re.search(f'<th scope="row">{re.escape(arm["name"])}</th>.*?</tr>', body, re.S)[0]
        assert f">{listed} of {followed}<" in row
        assert f">{mean:,.0f} (" in row
        _, wrong, of = tables.sql(
            f"SELECT {name}, count(*) FILTER (c.from_day <= e.correction_day + 30 "
            "AND e.correction_day + 30 < c.to_day), count(DISTINCT (e.fault, e.holder, e.list, "
            "e.subject_id)) FROM eve AS e INNER JOIN cells AS c USING (arm, fault, holder, list, "
            f"subject_id) WHERE e.arm = {name} AND c.state = 'corrected'"
        ).fetchall()[0]
        assert f">{wrong} of {of} cells<" in row
