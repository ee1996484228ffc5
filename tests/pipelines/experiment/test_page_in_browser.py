"""The page of an experiment in a browser, from disk: it asks nobody for anything, fits, and exports."""

from __future__ import annotations

import pytest

from pipelines.experiment.page import SECTIONS, write_page
from pipelines.experiment.summary import summarise
from tests.browser.test_page_in_browser import PHONE, SIZES, WIDE, browser, wait

pytestmark = pytest.mark.long
__all__ = ["browser"]  # a fixture


@pytest.fixture(scope="module")
def page(done, tmp_path_factory):
    """The page of the small experiment."""
    path = tmp_path_factory.mktemp("page") / "experiment.html"
    write_page(summarise(done), done, path)
    return path


@pytest.fixture
def tab(browser, page):
    """A tab with the page; at the end nothing may have gone wrong or been asked for."""
    context = browser.new_context(accept_downloads=True)
    tab = context.new_page()
    asked, said = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda told: said.append(f"{told.type}: {told.text}"))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    tab.goto(page.as_uri())
    yield tab
    abroad = [u for u in asked if u != page.as_uri() and not u.startswith(("blob:", "data:"))]
    context.close()
    assert not abroad
    assert not said


@SIZES
def test_nothing_is_cut_or_wider_than_the_screen(tab, size):
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    wait(tab, f"document.getElementById('cost').layout.width < {size[0]}")
    tab.wait_for_timeout(300)
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
    for name in SECTIONS:
        box = tab.locator(f"#{name} .main-svg").first.bounding_box()
        assert box["width"] <= size[0] and box["height"] > 150
        # Every word of a figure lies inside it, and no two of its axes' numbers lie on each other.
        outside = tab.evaluate(
            """(name) => { const box = document.querySelector(`#${name} .main-svg`)
                .getBoundingClientRect();
            return [...document.querySelectorAll(`#${name} text`)].filter((one) => {
                const at = one.getBoundingClientRect();
                return at.width && (at.left < box.left - 1 || at.right > box.right + 1
                    || at.top < box.top - 1 || at.bottom > box.bottom + 1); })
                .map((one) => one.textContent); }""",
            name,
        )
        assert outside == [], name
        touching = tab.evaluate(
            """(name) => ["xtick", "annotation"].flatMap((kind) => {
            const boxes = [...document.querySelectorAll(`#${name} .${kind} text`)]
                .map((one) => [one.textContent, one.getBoundingClientRect()]);
            return boxes.flatMap(([a, p], n) => boxes.slice(n + 1).filter(([b, q]) =>
                a && b && p.left < q.right - 1 && q.left < p.right - 1
                && p.top < q.bottom - 3 && q.top < p.bottom - 3).map(([b]) => `${a} on ${b}`)); })""",
            name,
        )
        assert touching == [], name


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["projector", "phone"])
def test_figures_are_exported_as_they_are_printed(tab, size):
    """Without network; the same wide figure on any screen."""
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    for form, begins in (("svg", b"<svg"), ("png", b"\x89PNG")):
        with tab.expect_download() as waiting:
            tab.click(f"[data-figure=residue][data-export={form}]")
        assert waiting.value.suggested_filename == f"synthetic-residue.{form}"
        content = waiting.value.path().read_bytes()
        assert content.startswith(begins)
        if form == "svg":
            text = content.decode("utf-8")
            assert 'width="900"' in text and "Synthetic data" in text and "60 d" in text
