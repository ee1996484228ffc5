"""The pages of `islands explore`: every page of the story, what it refuses, and what it writes."""

from __future__ import annotations

import json
import re
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipelines.explore.asked import RequestError, pairs_of
from pipelines.explore.pages import pages
from pipelines.explore.serving import listening
from pipelines.home import Home, write_json
from tests.pipelines.explore.conftest import served

CELL = "feed=court&record=0000000001&set=cardNum%3DPDY006219"
DECORATOR, NOODLE_HOUSE = "柳陌鼎远装饰工程有限公司", "柳陌小满面馆有限公司"


@pytest.fixture(scope="module")
def record(story) -> str:
    """The record_id of the story's wrong cell."""
    ((record_id,),) = story.rows(
        "SELECT DISTINCT record_id FROM landing.court WHERE id = '0000000001'"
    )
    return record_id


@pytest.fixture(scope="module")
def decorator(client) -> str:
    """The subject_id of the firm it is about, as the search gives it."""
    return client.get("/search.json", q=DECORATOR).json()["subjects"][0]["subject_id"]


def written(home: Home) -> set[str]:
    """Files a reader of pages could have made in a home; what is laid out for replays is not theirs."""
    kept = {"prepared", "levels"}
    return {p.name for p in home.path.rglob("*") if not kept & set(p.relative_to(home.path).parts)}


def test_every_page_has_its_json_and_marks_its_data(client, record, decorator, home) -> None:
    before = written(home)
    entry = client.get(f"/records/{record}.json").json()["entries"][0]
    measure = entry["measures"][0]["measure_id"]
    file = "file=court/court_20240313.json&line=1"
    addresses = {
        "/": "/index.json",
        f"/search?q={NOODLE_HOUSE}": None,
        f"/subjects/{decorator}?day=2024-04-01": None,
        f"/records/{record}": None,
        f"/records/{record}/faults": None,
        f"/files?{file}": None,
        f"/why/{measure}": None,
        f"/why/bank|{entry['entry_version']}".replace("bank|", "court>bank|"): None,
        "/holders/ncisp?day=2026-05-01": None,
        "/edges/court-bank": None,
        f"/replay?{CELL}&correct_after=30": None,
        f"/compare?{CELL}&correct_after=30&other_remedy=dispute": None,
        f"/dispute?{CELL}": None,
        "/present": None,
        "/present/4": None,
        "/tables?stage=exchange": None,
        "/tables/exchange.copies?column=holder&value=ncisp": None,
        "/tables/landing.court": None,
        "/sql?q=SELECT 1": None,
        "/gates": None,
        "/gates?table=landing.court": None,
        "/quarantine": None,
        "/results": None,
        "/matrix": None,
        "/experiments": None,
    }
    shown = {page.path.partition("{")[0].rstrip("/") for page in pages()}
    assert {re.match("/[a-z]*", a)[0].rstrip("/") for a in addresses} >= {
        re.match("/?[a-z]*", p)[0] for p in shown
    }, "a page without a test"
    for address, machine in addresses.items():
        page = client.get(address)
        assert page.status == 200, (address, page.text)
        assert "SYNTHETIC DATA" in page.text and 'lang="en"' in page.text
        path, _, query = address.partition("?")
        told = client.get(machine or f"{path}.json?{query}")
        assert told.status == 200 and told.json()["synthetic"] is True, address
    assert written(home) == before, "a page that is only read writes nothing"


def test_a_subject_on_a_day(client, decorator) -> None:
    told = client.get(f"/subjects/{decorator}.json?day=2024-03-13").json()
    courts = [row for row in told["shown_by"] if row["list"] == "court_dishonest"]
    assert [row["holder"] for row in courts] == ["court"]
    assert told["after"] == "2024-03-14"
    assert {row["holder"] for row in told["seen"]["public"]} >= {"republisher"}
    outside = client.get(f"/subjects/{decorator}?day=1990-01-01")
    assert outside.status == 400 and "lies outside" in outside.text


def test_a_line_stands_as_it_stands_in_the_file(client, story) -> None:
    told = client.get("/files.json?file=court/court_20240313.json&line=1").json()
    (line,) = [one for one in told["lines"] if one["line"] == 1]
    assert line["text"] in (story.landing / "court/court_20240313.json").read_text("utf-8")
    assert json.loads(line["text"])["cardNum"] == "PDY006120"
    assert len(line["record_id"]) == 32
    for file in ("../../etc/passwd", "/etc/passwd", "court/nothing.json"):
        assert client.get("/files", file=file).status == 404


def test_breaking_the_cell_tells_what_the_story_tells(client) -> None:
    asked = {"feed": "court", "record": "0000000001", "column": "cardNum", "value": "PDY006219"}
    told = client.get("/replay.json", **asked, correct_after="30", on="2024-04-01").json()
    assert told["totals"]["holders"] == 5 and told["residue"]["cells"] == 5
    beside = client.get(
        "/compare.json", **asked, correct_after="30", other_correct_after="1"
    ).json()
    met = [side["exposure"]["corrected"]["enquiries"] for side in beside["sides"]]
    assert met[0] == told["exposure"]["corrected"]["enquiries"] >= met[1]
    assert "set=cardNum%3DPDY006219" in told["link"]
    assert "--correct-after 30" in told["command"]
    assert "court_20240313.json line 1" in client.get(told["link"] + "&lines=yes").text
    same = client.get(told["link"].replace("/replay?", "/replay.json?")).json()
    assert {**same, "seconds": 0, "link": ""} == {**told, "seconds": 0, "link": ""}


def test_another_end_of_a_fault_that_was_drawn_is_one_of_the_same_fault(client) -> None:
    """Where there need not be room for a correction after 200 days, another record would be drawn."""
    asked = {"fault": "wrong_unit", "feed": "court", "correct_after": "200"}
    beside = client.get("/compare.json", **asked, other_correct_after="30").json()
    links = [side["link"].replace("/replay?", "/replay.json?") for side in beside["sides"]]
    faults = [client.get(link).json()["fault"] for link in links]
    assert [fault["correct_after"] for fault in faults] == [200, 30]
    places = [(fault["record_id"], fault["delivery"], fault["changed"]) for fault in faults]
    assert places[0] == places[1]


def test_saving_and_disputing_write_into_the_home(client, home) -> None:
    address = f"/replay?{CELL}&correct_after=30"
    done = client.post(address, client.own, name="mine", title="Ours")
    assert (done.status, done.headers["location"]) == (303, "/replay?scenario=mine")
    assert (home.path / "scenarios" / "mine.yml").read_text("utf-8").startswith("title: Ours")
    assert "Ours" in client.get(done.headers["location"]).text
    assert client.post(address, client.own, name="mine").status == 409
    with ThreadPoolExecutor(4) as many:  # at one moment
        at_once = many.map(lambda _: client.post(address, client.own, name="both").status, range(4))
        assert sorted(at_once) == [303, 409, 409, 409]
    for name in ("", "../mine", "a/b", "x" * 61):
        assert client.post(address, client.own, name=name).status == 400
    saved = home.path / "scenarios" / "mine.yml"
    edited = saved.read_text("utf-8").replace("PDY006219", "PDY005036")
    saved.write_text(edited, "utf-8")
    assert "PDY005036" in client.get("/replay?scenario=mine").text

    address = f"/dispute?{CELL}"
    assert client.get("/dispute.json?" + CELL).json()["noticed"]["holder"] == "republisher"
    done = client.post(address, client.own, text="这不是我们的代码。")
    (kept,) = (home.path / "disputes").iterdir()
    assert json.loads(kept.read_text("utf-8"))["text"] == "这不是我们的代码。"
    assert done.headers["location"].endswith(f"remedy=dispute&dispute={kept.stem}#travels")
    page = client.get(done.headers["location"]).text
    assert "the page deletes its own copy" in page and "Where the correction travels" in page
    beside = done.headers["location"].replace("/replay", "/compare").partition("#")[0]
    assert client.get(f"{beside}&other_correct_after=3").status == 200
    assert client.post(address, client.own, text="x" * 2001).status == 400
    assert client.post(address, client.own, text=" ").status == 400


def test_an_entry_that_is_right_can_be_disputed_and_comes_back_or_does_not(
    client, decorator
) -> None:
    shown = client.get(f"/subjects/{decorator}.json?day=2024-04-01").json()["shown_by"]
    entry = next(row["entry_id"] for row in shown if row["holder"] == "republisher")
    told = client.get(f"/dispute.json?entry={entry}&holder=republisher&day=2024-04-01").json()
    assert "fault=deleted_by_hand&day=2024-04-01&holder=republisher" in told["link"]
    assert client.get(told["link"].replace("/replay?", "/replay.json?")).status == 200
    other = client.get(f"/dispute?entry={entry}&holder=bank")
    assert other.status == 400 and "no public page" in other.text


def test_of_two_who_are_shown_of_one_entry_one_alone_disputes_it(client, story) -> None:
    """The republisher goes by name, and shows both men called Zhou Ming for what one of them did."""
    ((entry, *both),) = story.rows(
        "SELECT entry_id, min(subject_id), max(subject_id) FROM exchange.copies WHERE "
        "holder = 'republisher' AND from_day < DATE '2024-04-01' GROUP BY entry_id "
        "HAVING count(DISTINCT subject_id) = 2 ORDER BY entry_id LIMIT 1"
    )
    for subject in both:
        page = client.get(f"/subjects/{subject}?day=2024-04-01").text
        query = f"entry={entry}&holder=republisher&subject={subject}&day=2024-04-01"
        assert f"/dispute?{query}" in page.replace("&amp;", "&")
        told = client.get(f"/dispute.json?{query}").json()
        assert told["noticed"]["subject_id"] == subject
        done = client.get(told["link"].replace("/replay?", "/replay.json?")).json()
        (row,) = [row for row in done["lists"] if row["holder"] == "republisher"]
        assert (row["wrongly_missing"], done["fault"]["mishap"]["subject_id"]) == (1, subject)


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/nothing", 404, "no page"),
        ("/search?q=" + "x" * 101, 400, "at most 100"),
        ("/search?q=%00", 400, "control character"),
        ("/search?q=%ff", 400, "UTF-8"),
        ("/search?quarry=1", 400, "does not know"),
        ("/search?q=1&q=2", 400, "give it once"),
        ("/subjects/nobody", 404, "Nobody here"),
        ("/records/zzz", 404, "no record_id"),
        ("/why/123456", 404, "Nothing here has an id"),
        ("/holders/nobody", 404, "no holder"),
        ("/edges/nobody", 404, "no edge"),
        ("/files?file=court/court_20240313.json&line=x", 400, "whole number"),
        ("/quarantine?feed=zz", 400, "not &#39;zz&#39;"),
        ("/quarantine?rule=zz", 400, "&#39;zz&#39; is no expectation"),
        ("/replay", 400, "Say what goes wrong: `fault` KIND, `column` and `value` or `scenario`."),
        ("/replay?fault=wrong_unit&policy=a", 400, "`policy` takes NAME=VALUE"),
        ("/tables/exchange.copies?value=x", 400, "`value` is given without the `column`"),
        ("/replay?fault=nothing", 400, "nothing"),
        ("/replay?fault=wrong_unit&day=today", 400, "takes a day"),
        ("/replay?fault=wrong_unit&join=all", 400, "is one of"),
        ("/replay?fault=wrong_unit&policy=a=b", 400, "a"),
        ("/replay?scenario=..%2Fcurrent", 404, "no scenario"),
        ("/replay?fault=wrong_unit&remedy=dispute&dispute=..%2F..%2Fcurrent", 404, "no dispute"),
        ("/replay?fault=wrong_unit&correct_after=3&remedy=notice", 400, "leave out either"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_one_clear_sentence(client, address, status, says) -> None:
    page = client.get(address)
    assert page.status == status, page.text
    assert says in page.text and "Traceback" not in page.text
    path, _, query = address.partition("?")
    told = client.get(f"{path}.json?{query}").json()
    assert told["status"] == status and told["error"].rstrip().endswith((".", "?"))


def test_only_its_own_pages_may_ask_and_send(client) -> None:
    stranger = client.get("/", {"host": f"evil.example:{client.port}"})
    assert stranger.status == 403 and "evil" not in stranger.text
    address, form = f"/replay?{CELL}", {"name": "theirs"}
    for origin in (None, "null", "http://evil.example", "http://127.0.0.1:9"):
        headers = {} if origin is None else {"origin": origin}
        assert client.post(address, headers, **form).status == 403
    for method in ("PUT", "PATCH", "OPTIONS", "FORGET"):
        for path in (address, "/static/explore.css", "/nowhere"):
            reply = client.ask(method, path, client.own)
            assert reply.status == 405 and f"{method} is not known here; there are" in reply.text
            assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert client.post("/", client.own, **form).status == 405
    as_json = {**client.own, "content-type": "application/json"}
    assert client.ask("POST", address, as_json, json.dumps(form)).status == 415
    assert client.post(address, client.own, title="x" * 70_000).status == 413
    assert client.get("/search?q=" + "x" * 17_000).status == 414
    page = client.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    asked_for = re.findall(r'(?:src|href|action)="([^"]*)"', page.text)
    assert all(one.startswith(("/", "#", "data:,")) for one in asked_for)
    assert client.get("/static/plotly.js").status == 200
    assert client.get("/static/../app.py").status == 404


# What a browser says of a request for a page of another site -> whether it is answered.
FROM_ELSEWHERE = {
    "a link that is followed": ("navigate", "document", None, 200),
    "the same, fetched ahead": ("navigate", "document", "prefetch;prerender", 403),
    "a frame": ("navigate", "iframe", None, 403),
    "a picture": ("no-cors", "image", None, 403),
    "a script": ("cors", "empty", None, 403),
}


@pytest.mark.parametrize("what", FROM_ELSEWHERE)
def test_a_page_of_another_site_can_link_and_start_nothing(client, what) -> None:
    mode, dest, purpose, status = FROM_ELSEWHERE[what]
    said = {"sec-fetch-mode": mode, "sec-fetch-dest": dest}
    said |= {"sec-purpose": purpose} if purpose else {}
    for site in ("cross-site", "same-site"):
        assert client.get("/sql?q=SELECT 1", {**said, "sec-fetch-site": site}).status == status
    for site in ("same-origin", "none"):
        assert client.get("/sql?q=SELECT 1", {**said, "sec-fetch-site": site}).status == 200


def test_a_database_that_takes_the_place_of_another_is_found(story, home, tmp_path) -> None:
    place = Home(tmp_path)
    about = json.loads(home.pointer.read_text("utf-8"))
    write_json(place.pointer, about | {"seed": 1})
    with served(place) as (client, opened):
        assert client.get("/index.json").json()["world"]["seed"] == 1
        before = opened.laboratory()
        copy = tmp_path / "other.duckdb"
        shutil.copyfile(story.database, copy)
        write_json(place.pointer, about | {"seed": 22, "database": str(copy)})
        assert client.get("/index.json").json()["world"]["seed"] == 22
        assert opened.laboratory() is not before
        place.pointer.unlink()
        gone = client.get("/")
        assert gone.status == 503 and "No database in" in gone.text


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ValueError, match=f"Port {port} is taken"):
            listening(port)
    with pytest.raises(ValueError, match="--port takes a number"):
        listening(70_000)


def test_too_many_names_are_refused() -> None:
    with pytest.raises(RequestError, match="at most 80"):
        pairs_of("&".join(["a=1"] * 81))
