"""The pages of Great Expectations in a browser, from disk: no error, no other place, and they fit."""

from __future__ import annotations

import pytest

from pipelines.run import check_home
from tests.browser.test_page_in_browser import SIZES, browser, hard_to_use  # noqa: F401

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def docs(story, tmp_path_factory):
    """The pages of the story's checks."""
    home = story.home(tmp_path_factory.mktemp("home"))
    check_home(home)
    return home.docs


@SIZES
def test_every_page_opens_without_an_error(browser, docs, size):  # noqa: F811
    tab = browser.new_page(viewport={"width": size[0], "height": size[1]})
    asked, said = set(), []
    tab.on("request", lambda request: asked.add(request.url))
    tab.on("console", lambda told: said.append(f"{tab.url}: {told.text}"))
    tab.on("pageerror", lambda error: said.append(f"{tab.url}: {error}"))
    pages = {page.as_uri() for page in docs.rglob("*.html")}
    for page in sorted(pages):
        tab.goto(page)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), page
    assert said == []
    assert {url for url in asked if not url.startswith("data:")} == pages
    tab.goto((docs / "index.html").as_uri())
    assert hard_to_use(tab) == []
    tab.click("text=landing.court")
    assert "Evaluated Expectations" in tab.inner_text("body")
    assert hard_to_use(tab) == []
    tab.close()
