"""The page of a matrix in a browser, from disk: it fits, says no error, and a cell opens an example."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.matrix.page import write_page
from pipelines.matrix.plan import Plan
from pipelines.matrix.running import CAUGHT, INSTANCES, Tables
from pipelines.matrix.summary import summarise
from tests.browser.test_page_in_browser import PHONE, SIZES, browser, hard_to_use  # noqa: F401

pytestmark = pytest.mark.long

KIND, GATE = "mistyped_code", "landing.check_digit"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The page of one fault that one gate catches."""
    fault = dict.fromkeys(INSTANCES) | {
        "fault": KIND,
        "number": 0,
        "world": 0,
        "place": "court",
        "day": pd.Timestamp("2024-03-13").date(),
        "file": "court/court_20240313.json",
        "line": 7,
        "before": {"cardNum": "PDY006120"},
        "after": {"cardNum": "PDY006129"},
        "cells": 2,
        "replay": "--fault mistyped_code",
    }
    catch = dict.fromkeys(CAUGHT) | {
        "fault": KIND,
        "number": 0,
        "gate": GATE,
        "flagged": 1,
        "day": fault["day"],
        "spread": 0,
        "example": {},
    }
    gate = {
        "gate": GATE,
        "stage": "landing",
        "sentence": "A column passes its check.",
        "outcome": "quarantine",
        "flagged": 3,
        "false_alarms": 1,
        "judged": 100,
        "seconds": None,
        "world": 0,
    }
    tables = Tables(pd.DataFrame([fault]), pd.DataFrame([catch]), pd.DataFrame([gate]))
    folder = tmp_path_factory.mktemp("matrix")
    plan = Plan(faults=(KIND,), n=1, worlds=1, size="story")
    write_page(summarise(plan, tables), tables, folder, folder / "matrix.html")
    return folder / "matrix.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@SIZES
def test_a_cell_opens_an_example_down_to_file_and_line(browser, file, size, scheme):  # noqa: F811
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(file.as_uri())
    assert page.locator(".frontier circle").count() == 1
    page.locator(f"button[data-cell='{KIND}|{GATE}']").click()
    told = page.locator("#example").inner_text()
    assert "court/court_20240313.json" in told and "7" in told and "PDY006129" in told
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size == PHONE
    assert hard_to_use(page) == []
    assert wrong == []
    page.close()
