"""Pages in the world of a replay: what it has beside the clean one, and links that stay in it."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from pipelines.explore.beside import beside

CELL = "feed=court&record=0000000001&set=cardNum%3DPDY006219"
REPLAY = f"replay={quote(CELL, safe='')}"
DECORATOR, NOODLE_HOUSE = "柳陌鼎远装饰工程有限公司", "柳陌小满面馆有限公司"


def subject(client, name: str) -> str:
    """The subject_id of somebody, as the search gives it."""
    return client.get("/search.json", q=name).json()["subjects"][0]["subject_id"]


def test_who_is_wrongly_listed_is_shown_so_in_the_faulty_world_alone(client) -> None:
    page = f"/subjects/{subject(client, NOODLE_HOUSE)}"
    told = client.get(f"{page}.json?day=2024-04-01&{REPLAY}").json()
    shown = {
        world: {(row["list"], row["path"]) for row in told[world]["shown_by"]}
        for world in ("there", "clean")
    }
    assert ("court_dishonest", "court>ncisp") in shown["there"] and not shown["clean"]
    wrongly = {"world": "there", "where": "shown_by"}
    assert [row for row in told["otherwise"] if wrongly.items() <= row.items()]
    html = client.get(f"{page}?day=2024-04-01&{REPLAY}").text
    assert "This is the <b>faulty world</b>" in html and "+ only in the faulty world" in html
    assert "only in" not in client.get(f"{page}?day=2024-04-01").text
    # Who should be listed is shown as missing, beside.
    missing = client.get(f"/subjects/{subject(client, DECORATOR)}?day=2024-04-01&{REPLAY}").text
    assert "− only in the clean world" in missing
    # Links to other pages stay in that world; the one back to the clean world does not.
    links = re.findall(r'href="(/(?:subjects|records|why|holders|edges)/[^"]*)"', html)
    assert len(links) > 5
    assert [one for one in links if "replay=" not in one] == [f"{page}?day=2024-04-01"]
    for link in {
        re.match("/[a-z]+/", one)[0]: one
        for one in links
        if ".json" not in one and "replay=" in one
    }.values():
        other = client.get(link.replace("&amp;", "&"))
        assert other.status == 200 and "This is the <b>faulty world</b>" in other.text, link


def test_what_a_holder_shows_differs_by_what_the_replay_counts(client) -> None:
    case = "fault=row_lost&feed=court&record=0000000001"
    told = client.get(f"/replay.json?{case}").json()["lists"]
    (row,) = [r for r in told if (r["holder"], r["list"]) == ("ncisp", "court_dishonest")]
    assert row["wrongly_missing"] == 1 and row["wrongly_listed"] == 0
    page = client.get("/holders/ncisp.json", replay=case, day=row["first_day"]).json()
    there, clean = (
        {one["list"]: one["subjects"] for one in page[world]["held"]}
        for world in ("there", "clean")
    )
    counted = {
        r["list"]: r["wrongly_listed"] - r["wrongly_missing"]
        for r in told
        if r["holder"] == "ncisp"
    }
    differs = {name: there.get(name, 0) - clean.get(name, 0) for name in {*there, *clean}}
    assert {name: n for name, n in differs.items() if n} == counted
    assert {one["kind"] for one in page["wrong"]} == {"wrongly_missing"}
    assert {one["list"] for one in page["wrong"]} == set(counted)


def test_the_cell_the_edge_and_the_corrected_world(client, story) -> None:
    ((record,),) = story.rows(
        "SELECT DISTINCT record_id FROM landing.court WHERE id = '0000000001'"
    )
    html = client.get(f"/records/{record}?{REPLAY}").text
    assert "≠ in the clean world: value PDY006120" in html and "go back to it" in html
    assert "So the row is read in the faulty world" in html and "cardNum: PDY006219" in html
    told = client.get(f"/edges/court-bank.json?{REPLAY}&day=2024-04-01").json()
    assert [(one["list"], one["kind"], one["name"]) for one in told["wrong"]] == [
        ("court_dishonest", "wrongly_missing", DECORATOR),
        ("court_dishonest", "wrongly_listed", NOODLE_HOUSE),
    ]
    fixed = f"replay={quote(CELL + '&correct_after=30', safe='')}"
    page = f"/subjects/{subject(client, NOODLE_HOUSE)}.json"
    lists = {}
    for state in ("faulty", "corrected"):
        told = client.get(f"{page}?{fixed}&state={state}&day=2024-04-12").json()
        lists[state] = {row["holder"] for row in told["there"]["shown_by"]}
    assert "court" in lists["faulty"] and "court" not in lists["corrected"]


def test_a_saved_scenario_is_named(client, home) -> None:
    assert client.post(f"/replay?{CELL}", client.own, name="mine", title="Ours").status == 303
    page = client.get(f"/subjects/{subject(client, NOODLE_HOUSE)}?scenario=mine&day=2024-04-01")
    assert "of <b>Ours</b>" in page.text and "/why/" in page.text
    assert all("scenario=mine" in one for one in re.findall('href="(/why/[^"]*)"', page.text))
    theirs = (home.path / "scenarios" / "mine.yml").read_text("utf-8")
    (home.path / "scenarios" / "theirs.yml").write_text(theirs.replace("size: story", "size: tiny"))
    told = client.get("/holders/court.json?scenario=theirs").json()
    assert told["status"] == 400 and "made in another world" in told["error"]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("scenario=nothing", 404, "no scenario"),
        ("replay=nothing", 404, "no replay"),
        ("replay=", 200, ""),
        ("replay=quarry%3D1", 404, "no replay"),
        (f"scenario=mine&{REPLAY}", 400, "one replay"),
        ("state=corrected", 400, "Say by"),
        (f"{REPLAY}&state=right", 400, "is one of"),
        (f"{REPLAY}&state=corrected", 404, "no corrected world"),
        (f"{REPLAY}&built=00000000", 404, "another database"),
        ("replay=fault%3Dnothing", 400, "nothing"),
    ],
)
def test_a_world_that_is_not_there_is_one_clear_sentence(client, query, status, says) -> None:
    told = client.get(f"/holders/court.json?{query}")
    assert told.status == status, told.text
    if says:
        assert says in told.json()["error"] and told.json()["error"].endswith((".", "?"))


def test_rows_are_paired_by_what_they_are_of() -> None:
    there = {"held": [{"list": "a", "n": 2}, {"list": "b", "n": 1}], "title": "x"}
    clean = {
        "held": [{"list": "b", "n": 1}, {"list": "a", "n": 1}, {"list": "c", "n": 3}],
        "title": "y",
    }
    shown, marks = beside(there, clean, "corrected")
    assert marks == 2 and shown["title"] == "x"
    assert [(row["list"], row["world"], row.get("mark")) for row in shown["held"]] == [
        ("a", "altered", "≠ in the clean world: n 1"),
        ("b", "both", None),
        ("c", "clean", "− only in the clean world"),
    ]


def test_a_line_of_a_file_written_anew_is_told_as_it_is_read(client, story) -> None:
    """Once the court sends all it has for what is new; the file that landed that day holds other rows."""
    case = "fault=full_for_increment&feed=court&day=2024-08-29"
    ((record,),) = story.rows(
        "SELECT DISTINCT record_id FROM landing.court WHERE id = '0000000001'"
    )
    told = client.get(f"/records/{record}.json", replay=case, delivery="2024-08-29").json()
    assert told["there"]["line"]["delivery"] == "2024-08-29"
    assert not told["there"]["lies_there"]
    (text,) = told["there"]["as_it_stands"]
    assert "id: 0000000001" in text
