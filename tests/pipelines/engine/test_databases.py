"""Rows of many universes taken apart and put together."""

from __future__ import annotations

import pandas as pd

from pipelines.engine.databases import Databases

NOTHING = pd.DataFrame(columns=["name"])  # its column is not of texts


def test_rows_are_taken_apart_in_their_order():
    rows = pd.DataFrame({"universe": [4, 1, 4], "name": ["b", "c", "a"]})
    parts = Databases.split(rows)
    assert {u: part["name"].tolist() for u, part in parts.items()} == {1: ["c"], 4: ["b", "a"]}
    assert [part.index.tolist() for part in parts.values()] == [[0], [0, 1]]
    assert list(Databases.split(rows[:0])) == []


def test_whoever_is_asked_for_gets_an_answer():
    rows = pd.DataFrame({"universe": [4], "name": ["b"]})
    parts = Databases.split(rows, [1, 4, 6])
    assert {u: part["name"].tolist() for u, part in parts.items()} == {1: [], 4: ["b"], 6: []}


def test_what_was_taken_apart_is_put_together():
    rows = pd.DataFrame({"name": ["c", "b", "a"], "universe": [1, 4, 4]})
    parts = Databases.split(rows)
    pd.testing.assert_frame_equal(Databases.together({3: NOTHING, **parts}), rows)
    assert len(Databases.together({3: NOTHING})) == 0
