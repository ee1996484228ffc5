"""The page of a replay and its pictures: what they tell, and that the page needs nothing but itself."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest

from pipelines import trace
from pipelines.engine import open_engine
from pipelines.replay import FaultSpec, replay
from pipelines.replay.compare.diff import Difference
from pipelines.replay.compare.metrics import day_number
from pipelines.replay.compare.words import Words
from pipelines.replay.tell.figures import intervals, network, per_day, periods, wrong_per_day
from pipelines.replay.tell.figures.places import layers, ordered, placed, staggered
from pipelines.replay.tell.figures.spread import FILE, spread
from pipelines.replay.tell.page import page, rows, sections, write_page
from pipelines.replay.tell.sentence import sentence

DAY0 = date(2024, 1, 1)
HORIZON = DAY0 + timedelta(days=100)
FIGURES = (network, intervals, wrong_per_day)
NOODLE_HOUSE = FaultSpec(
    "free_edit",
    feed="court",
    record="0000000001",
    values={"cardNum": "PDY006219"},
    correct_after=30,
)


# --- by hand: a dozen runs, whose figures can be counted --------------------------------------------


def day(n):
    return pd.Timestamp(DAY0 + timedelta(days=n))


def runs(names, *given):
    """Runs of wrong days: the key, the kind, and the first and the last day but one."""
    return pd.DataFrame(
        [(*key, kind, None, None, day(a), day(b)) for *key, kind, a, b in given],
        columns=[*names, "kind", "first_shows", "second_shows", "from_day", "to_day"],
    )


def difference(lists, measures=(), tied=(), scores=(), ways=()):
    return Difference(
        horizon=HORIZON,
        lists=runs(("holder", "list", "subject_id"), *lists),
        ways=pd.DataFrame(
            [(*way[:-1], day(way[-1])) for way in ways],
            columns=[
                "holder", "list", "subject_id", "path", "came_from", "distance", "side",
                "first_day",
            ],
        ),
        measures=runs(("agency", "measure", "subject_id"), *measures),
        tied=pd.DataFrame(tied, columns=["agency", "measure", "subject_id", "link_path"]),
        scores=runs(("keeper", "subject_id"), *scores),
        points=pd.DataFrame(
            columns=["keeper", "subject_id", "day", "change", "reason", "side"]
        ),
        owners={"court_dishonest": "court"},
    )  # fmt: skip


def followed(faulty, corrected=None, fixed=None):
    """What the pictures read of a replay."""
    feed = SimpleNamespace(name="court", registry=None)
    fixed_on = None if fixed is None else DAY0 + timedelta(days=fixed)
    struck = SimpleNamespace(
        feed=feed, day=DAY0 + timedelta(days=10), days=[], scope="source", record_id="r"
    )
    remaining = None
    if corrected is not None:
        remaining = SimpleNamespace(
            difference=corrected, residue=SimpleNamespace(correction_day=fixed_on)
        )
    return SimpleNamespace(
        edits=(SimpleNamespace(struck=struck, feed=feed, correction_day=fixed_on),),
        faulty=faulty,
        remaining=remaining,
        evidence=None,
        words=Words(),
    )


LISTS = (
    ("court", "court_dishonest", "x", "wrongly_listed", 10, 60),
    ("court", "court_dishonest", "y", "wrongly_missing", 10, 60),
    ("bank", "court_dishonest", "x", "wrongly_listed", 12, 64),
    ("bank", "court_dishonest", "z", "wrongly_listed", 64, 70),
)
RIGHTED = (
    ("court", "court_dishonest", "x", "wrongly_listed", 10, 30),
    ("court", "court_dishonest", "y", "wrongly_missing", 10, 30),
    ("bank", "court_dishonest", "x", "wrongly_listed", 12, 40),
)


def test_periods_are_united_over_subjects_that_touch_and_spared_ones_told_apart():
    found = periods(followed(difference(LISTS), difference(RIGHTED), 30))
    told = {
        (r.holder, r.kind, r.from_day, r.to_day, r.subjects, r.uncorrected)
        for r in found.itertuples()
    }
    assert told == {
        ("court", "wrongly_listed", "2024-01-11", "2024-01-31", 1, False),
        ("court", "wrongly_missing", "2024-01-11", "2024-01-31", 1, False),
        ("bank", "wrongly_listed", "2024-01-13", "2024-02-10", 1, False),
        ("court", "wrongly_listed", "2024-01-31", "2024-03-01", 1, True),
        ("court", "wrongly_missing", "2024-01-31", "2024-03-01", 1, True),
        # x until day 64 and z from then on: one period of two subjects.
        ("bank", "wrongly_listed", "2024-02-10", "2024-03-11", 2, True),
    }
    assert found["holder"].tolist()[0] == "court", "the first to be wrong comes first"


def test_what_holders_only_delete_is_not_told_as_corrected():
    given = followed(difference(LISTS), difference(RIGHTED), 30)
    for edit, done in (
        (given.edits[0], "corrected 2024-01-31"),
        (None, "deleted from 2024-01-31 on"),
    ):
        given.edits[0].correction_day = edit and edit.correction_day
        notes = [note.text for note in intervals(given).layout.annotations]
        assert f"{done}; beyond: residue" in notes


def test_a_subject_counts_once_a_day_under_its_closest_tie():
    found = per_day(
        followed(
            difference(
                LISTS[:1],
                measures=[
                    ("bank", "loan", "x", "wrongly_listed", 20, 70),  # against itself
                    ("bank", "guarantee", "z", "wrongly_listed", 20, 30),  # through a link
                ],
                tied=[("bank", "loan", "x", ""), ("bank", "guarantee", "z", "shareholder:b>a x")],
                scores=[("portal", "x", "altered", 10, 90), ("portal", "w", "altered", 25, 26)],
            )
        )
    )
    days = {
        DAY0 + timedelta(days=n): (r.named, r.linked, r.derived)
        for r in found.itertuples()
        for n in range(100)
        if r.from_day <= (DAY0 + timedelta(days=n)).isoformat() < r.to_day
    }
    told = [days[DAY0 + timedelta(days=n)] for n in (10, 20, 25, 26, 30, 69, 70, 89, 90)]
    assert told == [
        (1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 1, 0), (1, 0, 0), (1, 0, 0), (0, 0, 1), (0, 0, 1),
        (0, 0, 0),
    ]  # fmt: skip
    assert (found["wrong"] == found["uncorrected"]).all(), "nobody corrected anything"


def test_a_row_a_cell_and_what_the_correction_spared_at_the_end():
    remaining = pd.DataFrame(
        [("bank", "court_dishonest", "x", *(day_number(day(n).date()) for n in (30, 40)), "waits")],
        columns=["holder", "list", "subject_id", "a", "b", "cause"],
    )
    given = followed(difference(LISTS), difference(RIGHTED), 30)
    for name in ("lists", "measures", "scores"):
        setattr(given.remaining, name, remaining if name == "lists" else remaining.iloc[:0])
    table = rows(given)
    assert list(zip(table["holder"], table["subject_id"], table["days"], strict=True)) == [
        ("court", "x", 20), ("court", "y", 20), ("bank", "x", 28), ("bank", "z", 0),
    ]  # fmt: skip
    assert table["uncorrected_until"].tolist() == [
        "2024-03-01", "2024-03-01", "2024-03-05", "2024-03-11",
    ]  # fmt: skip
    assert table["cause"].tolist() == ["", "", "waits (10 d)", ""]
    assert table["wrong"].tolist()[-1] == "spared by the correction: wrongly listed"


def test_the_error_leaves_the_file_on_its_day_and_a_holder_when_it_is_right_again():
    ways = [
        ("court", "court_dishonest", "x", "court", "court", 0, 2, 10),
        ("bank", "court_dishonest", "x", "court>bank", "court", 1, 2, 12),
    ]
    found = spread(followed(difference(LISTS, ways=ways), difference(RIGHTED, ways=ways), 30))
    days = [day_number(DAY0 + timedelta(days=n)) for n in (9, 10, 12, 29, 30, 39, 40)]
    assert found.entries[FILE + "court"].on(days).tolist() == [0, 1, 1, 1, 0, 0, 0]
    assert found.entries["court"].on(days).tolist() == [0, 2, 2, 2, 0, 0, 0]
    assert found.entries["bank"].on(days).tolist() == [0, 0, 1, 1, 1, 1, 0]
    assert found.lit["court", "bank"].on(days).tolist() == [0, 0, 1, 1, 1, 1, 0]
    assert (FILE + "court", "court") in found.edges
    (trip,) = found.trips
    assert [trip.along(d) for d in range(trip.first - 1, trip.end + 1)] == [None, 0.5, None]


def test_a_network_is_laid_out_in_layers_from_where_the_error_starts():
    edges = [("a", "b"), ("b", "c"), ("c", "b"), ("a", "d"), ("e", "d")]
    layer = layers({"a": 0}, [("a", "b"), ("b", "c")], edges)
    assert layer == {"a": 0, "b": 1, "d": 1, "c": 2, "e": 1}
    order = ordered(layer, edges)
    assert sorted(order[1]) == ["b", "d", "e"]
    wide = placed(order, narrow=False)
    assert wide["a"][0] < wide["b"][0] < wide["c"][0]
    tall = placed(staggered([["a"], list("bcde")]), narrow=True)
    assert len({y for _, y in tall.values()}) == 3, "a layer of four stands in two rows"


# --- the story --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(story, tmp_path_factory):
    return story.home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def workdir(tmp_path_factory):
    return tmp_path_factory.mktemp("states")


@pytest.fixture(scope="module")
def told(home, workdir):
    """The noodle house, with what a page needs; its databases stay in `workdir`."""
    return replay(home, NOODLE_HOUSE, workdir=workdir, paths=True, rebuild=True)


@pytest.fixture(scope="module")
def found(told):
    return page(told)


def embedded(html):
    return json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])


def test_every_wrong_entry_and_measure_leads_to_a_line_that_is_there(told, story):
    table = rows(told)
    assert set(table["what"]) == {"entry", "measure"}, "nobody keeps scores in the story"
    assert len(table[table["what"] == "entry"]) == told.json()["residue"]["cells_on_the_eve"]
    assert table["lines"].str.contains("line").all()
    for row in told.evidence.rests.itertuples():
        lines = (story.landing / row.file).read_bytes().splitlines()
        assert 1 <= row.line <= len(lines)
    entries = table[table["what"] == "entry"]
    assert set(entries["lines"]) == {"court/court_20240313.json line 1 (the wrong record)"}
    through = table[table["way"].str.contains("shareholder", na=False)]
    assert through["lines"].str.contains("market_shareholders/").all()


def test_what_cells_rest_on_is_what_a_trace_finds(told, workdir):
    """Of each wrongly made measure, the trace of the faulty database names the same records."""
    rests = told.evidence.rests
    rests = rests[rests["what"] == "measures"]
    with open_engine("duckdb", workdir / "faulty.duckdb", read_only=True) as engine:
        made = engine.fetch(
            "SELECT measure_id, agency, measure, subject_id FROM consequences.measures"
        )
        wrong = told.faulty.measures
        wrong = wrong[wrong["kind"] == "wrongly_listed"]
        keys = set(zip(wrong["agency"], wrong["measure"], wrong["subject_id"], strict=True))
        traced: dict[tuple, set] = {}
        for measure_id, *key in made:
            if tuple(key) in keys:
                node = trace.measure_back(engine, measure_id)
                traced.setdefault(tuple(key), set()).update(places(node))
    assert traced.keys() == keys
    for key, lines in traced.items():
        mine = rests[(rests["holder"] == key[0]) & (rests["item"] == key[1])]
        mine = mine[mine["subject_id"] == key[2]]
        assert {(r.record_id, r.file, r.line) for r in mine.itertuples()} <= lines
        assert set(mine["record_id"]) == {record for record, _, _ in lines}


def places(node):
    """Every (record_id, file, line) in the tree of a trace."""
    if isinstance(node, list):
        return {place for child in node for place in places(child)}
    if not isinstance(node, dict):
        return set()
    if "file" in node:
        return {(node["record_id"], node["file"], node["line"])}
    return {place for child in node.values() for place in places(child)}


def test_the_page_tells_the_story(told, found):
    assert "柳陌小满面馆有限公司" in found and "court/court_20240313.json" in found
    assert "<del>PDY006120</del>" in found and "<ins>PDY006219</ins>" in found
    data = embedded(found)
    assert data["fault"] == "2024-03-13" and data["correction"] == "2024-04-12"
    names = {column["name"] for column in data["tables"]["wrong"]}
    assert {"subject", "way", "lines", "cause", "until", "uncorrected_until"} <= names


def test_the_page_tells_who_could_have_seen_it_and_who_did(told, found):
    """In all among the figures to remember, and holder by holder, as the JSON has it."""
    exposed = told.json()["exposure"]
    then = exposed["corrected"]
    assert exposed["enquiries"] > then["enquiries"] > 0
    assert (
        str(exposed["enquiries"]),
        f"enquiries met something wrong; {then['enquiries']} with the correction",
        f"{exposed['public_entry_days']:,} entry-days in public; {then['public_entry_days']:,} with it",
    ) in sections.tiles(told)
    table = re.search('<section id="seen">.*?</section>', found, re.S)[0]
    figures = [re.findall(r">([\d,]+)<", row) for row in table.split("<tr>")[2:]]
    corrected = {row["holder"]: row for row in then["by_holder"]}
    assert figures == [
        [
            f"{row[name]:,}"
            for name in ("public_entry_days", "enquiries")
            for row in (one, corrected[one["holder"]])
        ]
        for one in exposed["by_holder"]
    ]


def test_persons_stand_with_the_number_that_the_public_sees(told):
    table = rows(told)
    numbers = dict(zip(table["subject"], table["number"], strict=True))
    assert numbers["贺振邦"] == "8401031976****053X"
    assert numbers["柳陌小满面馆有限公司"] == "91840103PDY006219P"


def test_the_page_is_marked_as_synthetic_and_so_is_every_figure(told, found):
    assert found.count("SYNTHETIC DATA") >= 3
    for draw in FIGURES:
        for narrow in (False, True):
            notes = [note.text for note in draw(told, narrow).layout.annotations]
            assert "Synthetic data" in notes, draw.__name__


def test_the_page_needs_nothing_but_itself(found):
    head = found[: found.index("<script>")] + found[found.rindex("<script>") :]
    assert "default-src 'none'" in head
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", head)
    assert not re.findall(r"@import|url\(", head)
    assert '<html lang="en">' in head and "prefers-reduced-motion" in head


def test_the_same_replay_gives_the_same_bytes(told, found, tmp_path):
    again = replace(told, seconds=told.seconds + 1, mode="another")
    write_page(again, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes() == found.encode("utf-8")


def test_the_page_is_the_same_whether_the_states_were_rebuilt_or_not(home, found):
    assert page(replay(home, NOODLE_HOUSE, paths=True)) == found


def test_names_cannot_break_out_of_the_page(told):
    subject = told.faulty.lists["subject_id"][0]
    names = {**told.words.subjects, subject: ("</script><b>x", "enterprise")}
    html = page(replace(told, words=replace(told.words, subjects=names)))
    assert "</script><b>x" not in html
    wrong = {column["name"]: column for column in embedded(html)["tables"]["wrong"]}
    assert "</script><b>x" in wrong["subject"]["values"]


def test_frames_are_the_days_on_which_the_network_changes(told):
    figure = network(told)
    days = [frame.name for frame in figure.frames]
    assert days == sorted(set(days)) and days[0] == "2024-03-12"
    assert {"2024-03-13", "2024-03-14", "2024-03-16", "2024-03-20", "2024-04-12"} <= set(days)
    assert figure.frames[0].layout.title.text == "nothing is wrong at any holder"
    # The court's two entries on the day of the fault, and both copies of both on the way.
    assert figure.frames[1].layout.title.text.startswith("<b>2 entries</b> wrong at 1 holder")
    assert [b.label for b in figure.layout.updatemenus[0].buttons] == ["Play", "Pause"]


def test_a_replay_that_was_not_asked_for_paths_has_pictures_and_a_page_too(told):
    bare = replace(told, evidence=None)
    assert len(network(bare).frames) > 3
    assert "line 1 (the wrong record)" not in page(bare)


def test_a_fault_without_effect_or_correction_has_a_page(told, found):
    none = {
        name: getattr(told.faulty, name).iloc[:0]
        for name in ("lists", "ways", "measures", "tied", "scores", "points")
    }
    rests = told.evidence.rests.iloc[:0]
    evidence = replace(told.evidence, rests=rests, carried=told.evidence.carried.iloc[:0])
    quiet = replace(
        told,
        faulty=replace(told.faulty, **none),
        remaining=None,
        evidence=evidence,
        scenario=told.scenario,
    )
    html = page(quiet)
    assert "changed nothing that anybody shows, does or scores" in html
    assert "What remained" in found and "What remained" not in html
    assert embedded(html)["correction"] is None
    assert rows(quiet).empty
    for draw in FIGURES:
        draw(quiet)


def test_a_mishap_has_a_page_and_is_over_by_itself(home, tmp_path):
    """The bank deletes an entry on Monday and takes it again with Tuesday's list."""
    asked = {"holder": "bank", "list": "court_dishonest", "delivery": date(2024, 5, 6)}
    found = replay(home, FaultSpec("deleted_by_hand", **asked), paths=True)
    write_page(found, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "An entry deleted by hand, at bank" in text
    assert "It happened <b>2024-05-06</b> to court dishonest" in text
    assert "without anybody putting it right." in text
    until = f"it was over on {found.faulty.lists['to_day'].max():%Y-%m-%d} without"
    assert until in sentence(found)
    # A keeper of scores that reckons on the first of the month is right again last.
    days = map(pd.Timestamp, ("2024-06-01", "2027-06-01"))
    score = ("firm_rating", "s", "altered", "sound 700", "weak 580", *days)
    scores = pd.DataFrame([score], columns=found.faulty.scores.columns)
    later = replace(found, faulty=replace(found.faulty, scores=scores))
    assert "it was over on 2027-06-01 without anybody putting it right." in sentence(later)
