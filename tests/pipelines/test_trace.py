"""Tracing: from anything back to file and line, and from a record forward to all it reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.engine import open_engine
from pipelines.trace import NotFound, rows, steps_of, trace

SAMPLE = 6  # of each kind, spread over all ids


@pytest.fixture(scope="module")
def engine(one_tiny):
    with open_engine("duckdb", one_tiny.database, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def told(story):
    """The story world's database, where it is known what is reached."""
    with open_engine("duckdb", story.database, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def in_file(one_tiny):
    """Reads a line again and gives its record_id and version."""
    from schemas.contract import feeds
    from schemas.record_id import record_id, version
    from sources.files import read

    contracts, kept = feeds(), {}

    def get(feed: str, file: str, line: int) -> tuple[str, str]:
        if file not in kept:
            table, _ = read(contracts[feed], Path(one_tiny.landing) / file)
            kept[file] = {row["line"]: row for row in table.to_pylist()}
        row = kept[file][line]
        return record_id(contracts[feed], row), version(contracts[feed], row)

    return get


def spread(engine, sql: str) -> list[str]:
    """A few ids, from the first to the last."""
    ids = sorted(row["id"] for row in rows(engine, sql))
    assert ids, sql
    return ids[:: max(1, len(ids) // SAMPLE)]


def lines_in(node) -> list[dict]:
    """Every line anywhere in a tree."""
    if isinstance(node, list):
        return [line for item in node for line in lines_in(item)]
    if not isinstance(node, dict):
        return []
    own = [node] if "file" in node and "line" in node else []
    return own + [line for value in node.values() for line in lines_in(value)]


IDS = {
    "entry": "SELECT DISTINCT entry_version AS id FROM exchange.entries",
    "copy": "SELECT DISTINCT path || '|' || entry_version AS id FROM exchange.copies",
    "measure": "SELECT DISTINCT measure_id AS id FROM consequences.measures",
    "measure along a link": (
        "SELECT DISTINCT measure_id AS id FROM consequences.measures WHERE link_path <> ''"
    ),
    "points": (
        "SELECT DISTINCT keeper || '|' || subject_id || '|' || CAST(day AS VARCHAR) AS id "
        "FROM scores.points"
    ),
}


@pytest.mark.parametrize("kind", IDS)
def test_back_to_lines_that_hold_the_record(kind, engine, in_file) -> None:
    for given in spread(engine, IDS[kind]):
        node = trace(engine, given)
        assert node["kind"] == kind.split()[0]
        places = lines_in(node)
        assert places, f"{given} leads to no line"
        for place in places:
            record, version = in_file(place["feed"], place["file"], place["line"])
            assert (record, version) == (place["record_id"], place["version"]), place
        if kind == "measure along a link":
            assert any(rest["kind"] == "link" and rest["lines"] for rest in node["rests_on"])


def test_every_branch_ends_in_a_line(engine) -> None:
    """No entry or record in a tree rests on nothing, also where others beside it do not."""

    def see(node) -> None:
        if node["kind"] in ("record", "link"):
            assert node["lines"], node
        else:
            assert node["rests_on"], node
            for below in node["rests_on"]:
                see(below)

    for sql in IDS.values():
        for given in spread(engine, sql)[:2]:
            see(trace(engine, given))


def test_forward_and_back_agree(engine) -> None:
    """What a measure or entry rests on reaches that measure or entry."""
    for measure in spread(engine, IDS["measure along a link"])[:4]:
        back = trace(engine, measure)
        for record in {line["record_id"] for line in lines_in(back)}:
            forward = trace(engine, record)
            direct = {m["measure_id"] for e in forward["entries"] for m in e["measures"]}
            along = {m["measure_id"] for m in forward["measures_along_links"]}
            role = "link" if record in {r.get("record_id") for r in back["rests_on"]} else "entry"
            if role == "entry":
                assert measure in direct
            else:
                assert measure in along


def test_what_was_said_of_a_link_at_another_time_is_no_reason(engine) -> None:
    """Of whoever leads a firm, whose record said so in another version before the measure or after it."""
    found = rows(
        engine,
        "SELECT m.measure_id, l.version FROM consequences.measures AS m INNER JOIN merge.links AS l "
        "ON m.link_path = 'legal_representative:b>a ' || id_text(l.b_id) AND m.subject_id = l.a_id "
        "AND l.link_kind = 'legal_representative' "
        "AND NOT meet(l.from_day, l.to_day, m.from_day, m.to_day) ORDER BY ALL",
    )
    assert found
    for row in found:
        links = [r for r in trace(engine, row["measure_id"])["rests_on"] if r["kind"] == "link"]
        assert links and row["version"] not in {link["version"] for link in links}


def test_a_record_forward_in_the_story(told) -> None:
    """The court's entry about Dingyuan: 1 native and 3 adopted entries, copied to 5 holders."""
    (record,) = rows(told, "SELECT DISTINCT record_id FROM landing.court WHERE id = '0000000001'")
    node = trace(told, record["record_id"][:12])
    assert [line["file"] for line in node["lines"]] == ["court/court_20240313.json"]
    assert [s["name"] for s in node["speaks_of"]] == ["柳陌鼎远装饰工程有限公司"]
    lists = sorted(entry["list"] for entry in node["entries"])
    assert lists == ["bank_watchlist", "bank_watchlist", "court_dishonest", "joint_punishment"]
    holders = {copy["holder"] for entry in node["entries"] for copy in entry["copies"]}
    assert holders == {"court", "ncisp", "bank", "city_bureau", "republisher"}
    partners = [
        m["name"]
        for entry in node["entries"]
        for m in entry["measures"]
        if m["measure"] == "inspection_raised_partner"
    ]
    assert partners == ["榆东归舟货运有限公司"]


def test_a_record_kept_aside_can_still_be_traced(engine) -> None:
    found = rows(
        engine,
        "SELECT feed, record_id FROM quality.verdicts AS v WHERE outcome = 'quarantine' "
        "AND NOT EXISTS (SELECT 1 FROM conform.events AS e WHERE e.record_id = v.record_id) "
        "ORDER BY feed, record_id LIMIT 1",
    )
    for row in found:
        assert lines_in(trace(engine, row["record_id"]))


def test_steps_of_a_path() -> None:
    assert steps_of("legal_representative:b>a F parent_child:a>b L", "C") == [
        ("legal_representative", "L", "F"),
        ("parent_child", "L", "C"),
    ]
    assert steps_of("", "C") == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("abc", "too short: give at least 6"),
        ("zzzzzzzz", "Nothing here has an id that begins with"),
        ("court>bank|zzzzzz", "none begins with 'zzzzzz'"),
        ("court>bank|zz", "too short"),
        ("city_portal|zzzzzz|2024-01-01", "none begins"),
    ],
)
def test_unknown_ids(given, sentence, engine) -> None:
    with pytest.raises(NotFound, match=sentence):
        trace(engine, given)


def test_a_copy_that_never_was(told) -> None:
    (entry,) = rows(
        told, "SELECT min(entry_version) AS v FROM exchange.copies WHERE list = 'bank_watchlist'"
    )
    with pytest.raises(NotFound, match="came by court>bank"):
        trace(told, f"court>bank|{entry['v']}")


def test_points_on_no_day(engine) -> None:
    (row,) = rows(engine, "SELECT min(subject_id) AS s FROM scores.points")
    with pytest.raises(ValueError, match="must be a day as YYYY-MM-DD, not 'soon'"):
        trace(engine, f"city_portal|{row['s']}|soon")
