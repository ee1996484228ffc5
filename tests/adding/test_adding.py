"""What the README says is all there is to write: each test adds just that to a copy of the project.

The new thing is then built, listed and checked in the story world, the simulator finds the same days,
and the story's fault reaches it: replayed, and rebuilt with the same result. An island is added in
`tests/promises/test_one_folder.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.engine.lint import lint
from tests.adding.tree import ROOT, Tree

TELLS = "| to add | do | see it with |"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def named_by_the_readme(thing: str) -> str:
    """The row of the README's table that says how a thing is added."""
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition(TELLS)[2]
    return next(line for line in table.splitlines() if line.startswith(f"| {thing}"))


def of_list(replayed: dict, name: str) -> list[tuple]:
    """(holder, wrongly listed, wrongly missing) of each holder of a list that a fault reaches."""
    found = [row for row in replayed["lists"] if row["list"] == name]
    return [(row["holder"], row["wrongly_listed"], row["wrongly_missing"]) for row in found]


def names(rows: list[dict], column: str) -> list[str]:
    return [row[column] for row in rows]


LIST = """\
-- Persons and firms who could have paid what a court ordered and would not: for a year from the day on
-- which the court decided to enter them, once that is published.
-- source: ours
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, severity, from_day, parent_id
SELECT
    record_id AS entry_key,
    subject_id,
    ground,
    severity,
    greatest(from_day, event_day) AS from_day,
    least(to_day, event_day + 365) AS to_day,
    'event' AS parent_kind,
    concat_ws(':', record_id, version) AS parent_id
FROM merge.events
WHERE event_kind = 'judgment_default'
    AND ground = 'able_but_refuses'
    AND event_day IS NOT NULL
    AND greatest(from_day, event_day) < until(least(to_day, event_day + 365))
"""
LIST_ROW = (
    "court_unwilling,court,negative,public,judicial,story,Court list of the unwilling,拒不履行名单,no,"
    "365,a year: ours\n"
)
LIST_SIMULATED = '''

def court_unwilling(act: Any, day: int) -> Listing | None:
    """For a year, whoever could pay and would not."""
    refuses = act.event_kind == "judgment_default" and act.ground == "able_but_refuses"
    return (act.ground, act.severity, None) if refuses and within(act, day, YEAR) else None


RULES = (*RULES, ("court_unwilling", court_unwilling))
'''


def test_a_list(tree: Tree) -> None:
    tree.write("pipelines/lists/court_unwilling.sql", LIST)
    tree.append("schemas/codes/lists.csv", LIST_ROW)
    tree.append("tests/naive/lists.py", LIST_SIMULATED)
    found = tree.follow(
        listed="lists", sql="SELECT list, from_day, to_day FROM lists.entries ORDER BY ALL"
    )
    assert "court_unwilling" in names(found["listed"], "list")
    # Dingyuan, from publication until a year from the decision.
    assert found["rows"][-1] == ["court_unwilling", "2024-03-13", "2025-03-04"]
    assert found["broken"] == []
    assert found["walked"]["lists.entries"] == 8
    assert "lists.court_unwilling" in found["replayed"]["fault"]["tables"]
    assert of_list(found["replayed"], "court_unwilling") == [("court", 1, 1)]
    assert lint(tree.root / "pipelines/lists/court_unwilling.sql") == []
    for file in ("lists.csv", "pipelines/lists", "tests/naive/lists.py"):
        assert file in named_by_the_readme("a list")


@pytest.mark.long
def test_a_list_whose_entries_are_told_apart_by_a_text(tree: Tree) -> None:
    text = LIST.replace(
        "record_id AS entry_key", "concat_ws(':', document_no, ground) AS entry_key"
    )
    assert text != LIST
    tree.write("pipelines/lists/court_unwilling.sql", text)
    tree.append("schemas/codes/lists.csv", LIST_ROW)
    found = tree.follow(
        listed="lists",
        sql="SELECT list, from_day, to_day FROM lists.entries ORDER BY ALL",
        walk=False,
    )
    assert found["rows"][-1] == ["court_unwilling", "2024-03-13", "2025-03-04"]
    assert found["broken"] == []
    assert of_list(found["replayed"], "court_unwilling") == [("court", 1, 1)]


EDGE = """\
  - {from: court, to: street_office, lists: [court_dishonest], every: 10, offset: 0, lag: 2, mode: expire,
     expiry: 20, match: code, join: full, tier: story, basis: ours}
"""
HOLDER_ROW = (
    "street_office,intergovernmental,Office,街道办事处,a government body,office,Keeps it too.\n"
)
EDGES_END = "\n# A holder that makes an entry of its own"
COPIES = "SELECT from_day, to_day FROM exchange.copies WHERE holder = '{}' ORDER BY ALL"


@pytest.mark.long  # that an edge brings what it brings is a test for each edge
def test_an_edge(tree: Tree) -> None:
    tree.insert("pipelines/exchange/network.yml", EDGES_END, EDGE)
    tree.append("schemas/codes/holders.csv", HOLDER_ROW)
    found = tree.follow(listed="edges", sql=COPIES.format("street_office"))
    assert "court-street_office" in names(found["listed"], "edge")
    # Zhou Ming is seen from the first day on, last on 30 May; Dingyuan from 21 March, He from 18 August.
    assert found["rows"] == [
        ["2024-01-03", "2024-06-21"],
        ["2024-03-23", "2026-03-23"],
        ["2024-08-20", "2026-08-20"],
    ]
    assert found["broken"] == []
    assert found["walked"]["exchange.copies"] == 48
    assert ("street_office", 1, 1) in of_list(found["replayed"], "court_dishonest")
    for file in ("network.yml", "holders.csv"):
        assert file in named_by_the_readme("an edge")


@pytest.mark.long
def test_a_mode_of_edge(tree: Tree) -> None:
    """A yearbook: printed on, kept for a year after it last named somebody, and never recalled."""
    row = "yearbook,365,no,no,keeps it for a year and cannot be recalled\n"
    tree.append("schemas/codes/edge_modes.csv", row)
    policy = {"court-bank.mode": "yearbook", "court-bank.match": "name"}
    found = tree.follow(
        policy=policy,
        listed="edges",
        sql=COPIES.format("bank' AND list = 'court_dishonest") + " LIMIT 1",
    )
    # Last seen on 4 June, shown a day later, and for 365 days.
    assert found["rows"] == [["2024-01-03", "2025-06-05"]]
    assert found["broken"] == []
    assert found["walked"]["exchange.copies"] == 47
    assert ("bank", 1, 1) in of_list(found["replayed"], "court_dishonest")
    assert "edge_modes.csv" in named_by_the_readme("a mode of edge")


@pytest.mark.long  # a list and an island in every run
def test_a_measure(tree: Tree) -> None:
    row = "deposit_asked,bank,court_dishonest,serious,legal_representative:b>a,,,,,Deposit asked,收取保证金,"
    tree.append("schemas/codes/measures.csv", row + "ours\n")
    found = tree.follow(
        sql="SELECT count(*) FROM consequences.measures WHERE measure = 'deposit_asked'"
    )
    assert found["rows"] == [[1]]
    assert found["broken"] == []
    (reached,) = [row for row in found["replayed"]["measures"] if row["measure"] == "deposit_asked"]
    assert (reached["wrongly_listed"], reached["wrongly_missing"]) == (1, 1)
    assert "measures.csv" in named_by_the_readme("a measure")


CHECK = """\
-- Whoever a record means by a code has borne the name that the record gives.
-- table: merge.events
-- outcome: warn
SELECT
    events.record_id,
    events.version,
    events.subject_id
FROM merge.events
INNER JOIN conform.events AS said
    ON said.record_id = events.record_id
    AND said.version = events.version
LEFT JOIN resolve.names
    ON names.subject_id = events.subject_id
    AND names.name_key = name_key(said.name)
WHERE said.name IS NOT NULL
    AND names.subject_id IS NULL
"""
CHECK_LINE = (
    "exchange.copies,shown_within_steps,holds,distance <= 1,warn,Nothing comes over two hands.\n"
)


@pytest.mark.long
def test_a_check(tree: Tree) -> None:
    tree.write("quality/merge/name_was_borne.sql", CHECK)
    tree.append("quality/checks.csv", CHECK_LINE)
    found = tree.follow(listed="gates", sql="SELECT 1", walk=False, check_fault=True)
    assert {"name_was_borne", "shown_within_steps"} <= set(names(found["listed"], "expectation"))
    assert found["broken"] == ["exchange.copies shown_within_steps"]
    # The story's fault, which no other check sees: the court gives another firm's code beside the name.
    assert "merge.events name_was_borne" in found["broken_by_the_fault"]
    row = named_by_the_readme("a check")
    assert "quality/<stage>" in row and "checks.csv" in row
