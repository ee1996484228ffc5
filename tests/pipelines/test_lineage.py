"""Where columns come from: small queries by hand, and a few columns of the real models."""

import pytest

from pipelines.graph import all_models
from pipelines.landing.keys import landing_columns
from pipelines.lineage import column_lineage
from pipelines.model import Model, make_model, output_columns
from schemas.contract import feeds

SCHEMA = {
    "merge.events": dict.fromkeys(("record_id", "day", "cardNum"), "VARCHAR"),
    "merge.facts": dict.fromkeys(("record_id", "value", "rank"), "VARCHAR"),
    "codes.grounds": dict.fromkeys(("code", "severity"), "VARCHAR"),
    "lists.tried": {"a": "VARCHAR"},
}
RECORD, DAY, CARD = (("merge.events", c) for c in ("record_id", "day", "cardNum"))
VALUE, RANK = (("merge.facts", c) for c in ("value", "rank"))


def lineage(sql: str) -> dict:
    return column_lineage(make_model("lists.tried", sql, "here"), SCHEMA)


@pytest.mark.parametrize(
    ("sql", "origins"),
    [
        ("SELECT e.day AS a FROM merge.events AS e", (DAY,)),
        ("SELECT 'x' AS a FROM merge.events AS e", ()),
        ("SELECT coalesce(e.day, e.record_id) AS a FROM merge.events AS e", (DAY, RECORD)),
        ("SELECT name_key(e.day) AS a FROM merge.events AS e", (DAY,)),
        # What decides which rows there are is not counted, only what a value is made of.
        (
            "SELECT e.day AS a FROM merge.events AS e INNER JOIN merge.facts AS f "
            "ON f.record_id = e.record_id WHERE f.value = 'x'",
            (DAY,),
        ),
        ("SELECT t.b AS a FROM (SELECT e.day AS b FROM merge.events AS e) AS t", (DAY,)),
        (
            "WITH t AS (SELECT e.day AS b FROM merge.events AS e), u AS (SELECT t.b AS c FROM t) "
            "SELECT concat_ws('|', u.c, f.value) AS a FROM u CROSS JOIN merge.facts AS f",
            (DAY, VALUE),
        ),
        # A union goes by place, not by name.
        (
            "SELECT e.day AS a FROM merge.events AS e "
            "UNION ALL SELECT f.value AS other FROM merge.facts AS f",
            (DAY, VALUE),
        ),
        (
            "SELECT row_number() OVER (PARTITION BY f.value ORDER BY f.rank) AS a "
            "FROM merge.facts AS f",
            (RANK, VALUE),
        ),
        (
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM merge.facts AS f WHERE f.value = e.day) "
            "THEN 1 END AS a FROM merge.events AS e",
            (DAY, VALUE),
        ),
        ("SELECT t.* FROM (SELECT e.day AS a FROM merge.events AS e) AS t", (DAY,)),
        # Names are as the tables spell them.
        ('SELECT e."cardNum" AS a FROM merge.events AS e', (CARD,)),
        ("SELECT g.severity AS a FROM codes.grounds AS g", (("codes.grounds", "severity"),)),
    ],
)
def test_a_column_comes_from(sql, origins):
    assert lineage(sql) == {"a": tuple(sorted(origins))}


def test_a_query_nobody_can_follow_has_no_lineage():
    assert column_lineage(Model("lists.tried", "SELECT (", (), "here"), SCHEMA) == {}


@pytest.fixture(scope="module")
def real():
    """Lineage of every model of the whole network, column by column."""
    schema = {f"landing.{f.name}": dict.fromkeys(landing_columns(f), "") for f in feeds().values()}
    found = {}
    for model in all_models("whole", "full"):
        schema[model.name] = dict.fromkeys(output_columns(model.sql), "")
        found[model.name] = column_lineage(model, schema)
    return schema, found


def test_every_model_can_be_followed(real):
    schema, found = real
    for model in all_models("whole", "full"):
        assert list(found[model.name]) == list(schema[model.name]), model.name
        if model.reads:  # else it is written out in full
            assert any(found[model.name].values()), model.name


def test_origins_are_columns_of_tables_the_model_reads(real):
    schema, found = real
    for model in all_models("whole", "full"):
        for origins in found[model.name].values():
            for table, column in origins:
                assert table in model.reads, model.name
                assert column in schema.get(table, (column,)), (model.name, table, column)


def test_by_hand(real):
    _, found = real
    events = "merge.events"
    assert found["lists.court_dishonest"]["to_day"] == (
        (events, "event_day"),
        (events, "to_day"),
        (events, "valid_to"),
    )
    assert found["lists.court_dishonest"]["parent_kind"] == ()
    assert found["lists.court_dishonest"]["parent_id"] == (
        (events, "record_id"),
        (events, "version"),
    )
    assert found[events]["subject_id"] == (("resolve.matches", "subject_id"),)
    assert found[events]["from_day"] == (
        ("conform.events", "from_day"),
        ("resolve.matches", "from_day"),
    )
    assert found["conform.court"]["cardNum"] == (("landing.court", "cardNum"),)
    assert ("conform.court", "cardNum") in found["conform.events"]["id_value"]
    assert ("lists.court_dishonest", "ground") in found["lists.entries"]["ground"]
