"""Tables, SQL, gates, rows kept aside, results and the steps to present, as a browser asks for them."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from pipelines.ask.questions import questions
from pipelines.engine import open_engine
from pipelines.exchange.unroll import mishaps_model
from pipelines.explore.pages import sql as sql_page
from pipelines.explore.pages.holders import HAPPENED, HELD, MOST, STALE
from pipelines.explore.pages.presenter import STEPS
from pipelines.explore.results import pairs_of_command
from pipelines.home import Home, write_json
from pipelines.options import options_of
from pipelines.trace import rows as rows_of
from tests.pipelines.explore.conftest import served


def test_a_table_tells_its_columns_values_and_sql(client, story) -> None:
    every = client.get("/tables.json").json()
    assert {"exchange.copies", "landing.court", "codes.holders"} <= {
        t["table"] for t in every["tables"]
    }
    told = client.get("/tables/exchange.copies.json").json()
    ((rows,),) = story.rows("SELECT count(*) FROM exchange.copies")
    assert told["rows"] == rows and told["sql"] and "exchange.shown" not in told["title"]
    assert all(column["meaning"] and column["zh"] for column in told["columns"])
    (holders,) = [facet for facet in told["facets"] if facet["column"] == "holder"]
    assert sum(value["rows"] for value in holders["values"]) == rows
    some = client.get("/tables/exchange.copies.json", column="holder", value="ncisp").json()
    assert some["rows"] == next(v["rows"] for v in holders["values"] if v["value"] == "ncisp")
    assert {row["holder"] for row in some["sample"]} == {"ncisp"}
    court = client.get("/tables/landing.court.json").json()
    assert court["contract"]["natural key"] == "id"
    assert next(c for c in court["columns"] if c["column"] == "cardNum")["zh"]
    assert client.get("/tables/exchange.nothing").status == 404
    assert client.get("/tables/exchange.copies", column="x").status == 400


def test_the_box_answers_explains_and_refuses(client, monkeypatch) -> None:
    told = client.get("/sql.json", q="SELECT count(*) AS n FROM today.copies").json()
    assert told["answer"]["columns"] == [{"name": "n", "type": "BIGINT"}] and told["error"] is None
    wrong = client.get("/sql", q="SELECT hodler\nFROM exchange.copies")
    assert wrong.status == 200 and "<ins>hodler</ins>" in wrong.text and "DESCRIBE" in wrong.text
    for sql in (
        "DROP TABLE exchange.copies",
        "FROM read_text('/etc/passwd')",
        "SELECT 1; SELECT 2",
    ):
        told = client.get("/sql.json", q=sql).json()
        assert told["answer"] is None and told["error"]["sentence"].endswith(".")
    assert client.get("/sql", q="<script>alert(1)</script>").text.count("<script>") == 0
    with monkeypatch.context() as soon:
        soon.setattr(sql_page, "SECONDS", 0.5)
        one_call = "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))"
        told = client.get("/sql.json", q=one_call).json()
        assert told["error"]["sentence"] == "It took longer than 0.5 seconds and was stopped."
    assert client.get("/sql.json", q="SELECT 1").json()["answer"]["rows"] == [[1]]
    ready = client.get("/sql.json").json()["questions"]
    assert [one["name"] for one in ready] == list(questions())


def test_every_number_of_the_steps_is_the_replays(client) -> None:
    cell = {
        "feed": "court",
        "record": "0000000001",
        "set": "cardNum=PDY006219",
        "correct_after": "30",
    }
    replay = client.get("/replay.json", **cell).json()
    steps = [client.get(f"/present/{n}.json").json() for n in range(1, len(STEPS))]
    assert [step["step"] for step in steps] == list(range(1, len(STEPS)))
    assert all(step["sentence"] and step["notes"] for step in steps)
    values = [[figure["value"] for figure in step["figures"]] for step in steps]
    totals = replay["totals"]
    assert values[3] == [totals[k] for k in ("holders", "lists", "cells", "entry_days")]
    met = replay["exposure"]["enquiries"]
    assert values[4] == [*(totals[k] for k in ("measures", "measures_linked", "subjects")), met]
    assert values[5] == [f"{s['share']:.0%}" for s in replay["residue"]["share_after_days"]]
    assert "5 are still wrong" in steps[5]["sentence"]
    assert steps[2]["table"]["rows"] == [
        {"column": "cardNum", "before": "PDY006120", "after": "PDY006219"}
    ]
    page = client.get("/present/2").text
    assert 'rel="prev" href="/present/1"' in page and 'rel="next" href="/present/3"' in page
    assert client.get("/present/9").status == 404


@pytest.fixture(scope="module")
def dirty(one_tiny, tmp_path_factory) -> Home:
    """A home with rows kept aside, and with results of a matrix."""
    home = one_tiny.home(tmp_path_factory.mktemp("dirty"))
    own = {name: home.current()[name] for name in ("size", "seed", "days", "dirt", "tier")}
    folder = home.path / "mine" / "matrix"
    for name, same in (("000", own), ("001", own | {"seed": own["seed"] + 1})):
        (folder / "worlds" / name).mkdir(parents=True)
        write_json(folder / "worlds" / name / "manifest.json", same)
    tables = {
        "faults": [
            {"fault": "wrong_unit", "title": "Wrong unit", "n": 2, "caught": 1, "share": 0.5, "reached": 2}
        ],
        "gates": [{"gate": "conform.amount_usual", "caught": 1}],
        "cells": [{"fault": "wrong_unit", "gate": "conform.amount_usual", "share": 0.5}],
        "cover": [{"gate": "conform.amount_usual", "more": 1, "share": 0.5, "false_alarms": 0}],
        "instances": [
            {"fault": "wrong_unit", "number": n, "world": n, "place": "court", "day": "2024-01-05",
             "file": "court/x.json", "line": 1, "before": '{"a": "1"}', "after": '{"a": "10000"}',
             "cells": 3, "replay": f"--fault wrong_unit --seed {n}"}
            for n in (0, 1)
        ],
        "caught": [{"fault": "wrong_unit", "number": 0, "gate": "conform.amount_usual", "day": "2024-01-06"}],
    }  # fmt: skip
    for name, rows in tables.items():
        pd.DataFrame(rows).to_parquet(folder / f"{name}.parquet", index=False)
    write_json(folder / "manifest.json", {"command": "islands matrix"})
    return home


@pytest.fixture(scope="module")
def theirs(dirty):
    with served(dirty) as (client, _):
        yield client


def test_a_row_kept_aside_is_shown_and_decided(theirs, dirty) -> None:
    told = theirs.get("/quarantine.json").json()
    assert told["rows"] and {row["state"] for row in told["rows"]} == {"open"}
    first = next(row for row in told["rows"] if row["line"])
    place = f"/quarantine/{first['row']}"
    page = theirs.get(place)
    assert page.status == 200 and first["verdicts"][0]["rule"] in page.text
    for form, says in (
        ({"what": "discard", "who": "", "why": "x"}, "Say who decides and why"),
        ({"what": "forget", "who": "a", "why": "b"}, "is one of correct, release, discard"),
        ({"what": "correct", "who": "a", "why": "b"}, "Name the column"),
        (
            {"what": "release", "who": "a", "why": "b", "column": "x", "value": "1"},
            "correct the row first, with `column` and `value`",
        ),
    ):
        refused = theirs.post(place, theirs.own, **form)
        assert refused.status == 400 and says in refused.text
    assert not list(dirty.path.glob("*.jsonl"))
    many = theirs.get(
        place, done="correct", still=", ".join(f"required_column_{n}" for n in range(50))
    )
    assert many.status == 200 and "required_column_49" in many.text
    assert theirs.post(place, {}, what="discard", who="张", why="wrong").status == 403
    done = theirs.post(place, theirs.own, what="discard", who="张", why="no such row")
    assert (done.status, done.headers["location"]) == (303, f"{place}?done=discard")
    after = theirs.get(f"{place}.json").json()
    assert after["state"] == "discarded"
    assert [(s["who"], s["what"], s["why"]) for s in after["log"]] == [
        ("张", "discard", "no such row")
    ]
    assert theirs.get("/quarantine/nothing:2024-01-01:1").status == 400


def test_gates_tell_what_they_found(theirs, dirty) -> None:
    told = theirs.get("/gates.json").json()
    assert any(row["outcome"] == "quarantine" for row in told["found"])
    court = theirs.get("/gates.json", table="landing.court").json()
    assert {row["table"] for row in court["expectations"]} == {"landing.court"}
    assert theirs.get("/gates", table="landing.courts").status == 400
    assert told["docs"]["page"] is None
    assert f"islands check --docs --home {dirty.path}" in theirs.get("/gates").text
    page = dirty.docs / "index.html"
    page.parent.mkdir()
    page.touch()
    assert str(page) in theirs.get("/gates").text


def test_results_are_found_and_lead_to_replays(theirs, client, dirty) -> None:
    found = {s["what"]: s["results"] for s in theirs.get("/results.json").json()["sorts"]}
    assert found == {
        "matrix": [{"folder": "mine/matrix", "made_by": "islands matrix"}],
        "experiment": [],
    }
    for damaged in (
        b"{",
        b"[]",
        b"\xff",
    ):  # it does not say what made it, and is shown all the same
        other = dirty.path / "other"
        if not other.exists():
            shutil.copytree(dirty.path / "mine" / "matrix", other)
        (other / "manifest.json").write_bytes(damaged)
        sorts = theirs.get("/results.json").json()["sorts"]
        assert {"folder": "other", "made_by": None} in sorts[0]["results"]
    shutil.rmtree(other)
    told = theirs.get("/matrix/mine/matrix.json", fault="wrong_unit").json()
    assert told["faults"][0]["cells"] == [0.5]
    here, other = told["examples"]
    assert here["address"] == "/replay?fault=wrong_unit&seed=0" and other["address"] is None
    assert other["command"].endswith("worlds/001 --fault wrong_unit --seed 1")
    assert here["changed"] == {"a": ["1", "10000"]} and not other["caught"]
    caught = theirs.get(
        "/matrix/mine/matrix.json", fault="wrong_unit", gate="conform.amount_usual"
    ).json()
    assert len(caught["examples"]) == 1
    assert theirs.get("/matrix/mine/matrix").status == 200
    assert (
        theirs.get("/matrix/../x").status == 404 and client.get("/matrix/mine/matrix").status == 404
    )
    assert "none in this home" in client.get("/matrix").text


def test_stale_is_what_is_gone_at_its_owner() -> None:
    shown = [  # holder, entry, version, distance, first day, end
        ("owner", "kept", "v1", 0, "2024-01-01", "2024-02-01"),
        ("owner", "kept", "v2", 0, "2024-02-01", ""),
        ("owner", "dropped", "v1", 0, "2024-01-01", "2024-02-01"),
        ("owner", "to come", "v1", 0, "2024-04-01", ""),
        ("holder", "kept", "v1", 1, "2024-01-02", ""),
        ("holder", "dropped", "v1", 1, "2024-01-02", ""),
        ("holder", "to come", "v1", 1, "2024-01-02", ""),
        ("holder", "by hand", "v1", 1, "2024-01-02", ""),
    ]
    given = ", ".join(
        f"('{holder}', '{entry}', '{entry}:{version}', {distance}, DATE '{first}', "
        f"CAST(nullif('{end}', '') AS DATE))"
        for holder, entry, version, distance, first, end in shown
    )
    with open_engine("duckdb") as engine:
        engine.create_table(
            "exchange.copies",
            "SELECT *, 'a_list' AS list, 's' AS subject_id, 'owner' AS came_from, 'owner>x' AS path "
            f"FROM (VALUES {given}) "
            "AS t (holder, entry_id, entry_version, distance, from_day, to_day)",
        )
        engine.create_table("merge.subjects", "SELECT 's' AS subject_id, 'S' AS name")
        (held,) = rows_of(engine, HELD, "holder", "2024-03-01")
        (stale,) = rows_of(engine, STALE, "holder", "2024-03-01", None)
    assert (held["entries"], held["stale"]) == (4, 1)
    assert stale["entry_version"] == "dropped:v1" and stale["days_stale"] == 29


def test_an_edge_tells_what_went_stale_along_it_however_much_more_did_elsewhere() -> None:
    with open_engine("duckdb") as engine:
        engine.create_table(
            "exchange.copies",
            "SELECT holder, n AS entry_id, n AS entry_version, distance, 'a_list' AS list, "
            "'s' AS subject_id, "
            f"CASE WHEN n < {MOST} THEN 'one' ELSE 'other' END AS came_from, 'p' AS path, "
            "DATE '2024-01-01' AS from_day, CASE distance WHEN 0 THEN DATE '2024-02-01' END AS to_day "
            f"FROM range({MOST + 1}) AS r(n) CROSS JOIN (VALUES ('owner', 0), ('holder', 1)) "
            "AS h(holder, distance)",
        )
        engine.create_table("merge.subjects", "SELECT 's' AS subject_id, 'S' AS name")
        along = rows_of(engine, STALE, "holder", "2024-03-01", "other")
        assert len(rows_of(engine, STALE, "holder", "2024-03-01", None)) == MOST
    assert [row["entry_version"] for row in along] == [MOST]


def test_a_holder_is_told_the_mishaps_that_happened_at_it_and_not_those_of_who_sends_to_it() -> (
    None
):
    place = {"from_holder": "owner", "at_holder": "holder", "list": "a_list"}
    happened = [
        {"kind": "sync_missed", "from_day": "2024-02-01", "to_day": "2024-02-05", **place},
        {"kind": "lost_on_the_way", "from_day": "2024-01-01", "entry_id": "0" * 32, **place},
        {"kind": "sync_missed", "from_day": "2024-01-01", **place, "at_holder": "owner"},
    ]
    with open_engine("duckdb") as engine:
        engine.create_table("exchange.mishaps", mishaps_model(happened).sql)
        found = rows_of(engine, HAPPENED, "holder")
    told = [
        (row["kind"], str(row["from_day"]), row["to_day"] and str(row["to_day"])) for row in found
    ]
    assert told == [
        ("lost_on_the_way", "2024-01-01", None),
        ("sync_missed", "2024-02-01", "2024-02-05"),
    ]


def test_options_of_a_command_are_names_of_an_address() -> None:
    said = [("fault", "x"), ("day", "2024-01-01"), ("set", "a=b c|$(d)"), ("seed", None)]
    assert pairs_of_command(options_of(said)) == said[:-1]
    assert pairs_of_command("--delivery 2024-01-01") == [("day", "2024-01-01")]
    assert json.dumps(pairs_of_command("")) == "[]"
