"""The page of a replay in a browser, from disk: it works, asks nobody for anything, and fits."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pandas as pd
import pytest

from pipelines.replay import FaultSpec, replay
from pipelines.replay.tell.page import write_page

pytestmark = pytest.mark.long

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, PHONE = (1280, 800), (390, 844)
SIZES = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["projector", "phone"])
NOODLE_HOUSE = FaultSpec(
    "free_edit",
    feed="court",
    record="0000000001",
    values={"cardNum": "PDY006219"},
    correct_after=30,
)
MANY = 4000  # rows of the long table


@pytest.fixture(scope="module")
def browser():
    """A browser of this machine."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"there is no browser here: none of {', '.join(BROWSERS)} is on the path")
    with driver.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


def hard_to_use(tab) -> list[str]:
    """What axe-core finds on a page that keeps some people from using it."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    found = axe.Axe().run(tab).response["violations"]
    return [
        f"{one['id']}: {node['html']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.fixture(scope="module")
def told(story, tmp_path_factory):
    """The noodle house, followed."""
    home = story.home(tmp_path_factory.mktemp("home"))
    return replay(home, NOODLE_HOUSE, paths=True)


@pytest.fixture(scope="module")
def file(told, tmp_path_factory):
    """Its page."""
    path = tmp_path_factory.mktemp("page") / "noodle.html"
    write_page(told, path)
    return path


@contextmanager
def opened(browser, path, size, **options) -> Iterator:
    """The page as a reader sees it; at the end nothing may have gone wrong or been asked for."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, accept_downloads=True, **options
    )
    tab = context.new_page()
    asked, said = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda told: said.append(f"{told.type}: {told.text}"))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(path.as_uri())
    tab.wait_for_selector("#network .scatterlayer")
    yield tab
    abroad = [
        url for url in asked if url != path.as_uri() and not url.startswith(("blob:", "data:"))
    ]
    context.close()
    assert not abroad
    assert not said


def wait(tab, condition: str) -> None:
    """Wait until an expression holds; playwright's own way would need `eval`, which the page bars."""
    for _ in range(100):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(100)
    raise AssertionError(f"never: {condition}")


def today(tab) -> str:
    return tab.inner_text("#today")


@SIZES
def test_play_pause_and_slider_move_the_days(browser, file, size):
    with opened(browser, file, size) as tab:
        assert today(tab) == "2024-03-12"
        assert tab.inner_text("#told") == "nothing is wrong at any holder"
        tab.click("#play")
        assert tab.inner_text("#play") == "Pause"
        wait(tab, "document.getElementById('today').textContent > '2024-03-14'")
        tab.click("#play")
        assert tab.inner_text("#play") == "Play"
        paused = today(tab)
        tab.wait_for_timeout(1000)
        assert today(tab) == paused
        assert "wrong at" in tab.inner_text("#told")
        # By keyboard: the slider by a day, and to its end.
        tab.focus("#day")
        tab.keyboard.press("ArrowRight")
        assert today(tab) > paused
        tab.keyboard.press("End")
        assert today(tab) == "2027-12-30"
        assert tab.get_attribute("#day", "aria-valuetext").startswith("2027-12-30: ")
        tab.click("[data-day=correction]")
        assert today(tab) == "2024-04-12"
        tab.click("#back")
        assert today(tab) < "2024-04-12"
        tab.click("#forth")
        assert today(tab) == "2024-04-12"


@SIZES
def test_nothing_is_wider_than_the_screen(browser, file, size):
    with opened(browser, file, size) as tab:
        for _ in range(2):
            width = tab.evaluate("document.documentElement.scrollWidth")
            assert width <= size[0]
            tab.click("[data-zoom=intervals][data-span=near]")
        for name in ("network", "intervals", "days"):
            box = tab.locator(f"#{name} .main-svg").first.bounding_box()
            assert box["width"] <= size[0] and box["height"] > 100


def test_the_pictures_follow_the_width_of_the_screen(browser, file):
    with opened(browser, file, WIDE) as tab:
        wide = tab.evaluate("document.getElementById('network').layout.xaxis.range[1]")
        tab.click("[data-day=correction]")
        tab.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        wait(tab, f"document.getElementById('network').layout.xaxis.range[1] !== {wide}")
        tab.wait_for_timeout(300)
        assert today(tab) == "2024-04-12"
        # Turned on its side the phone is still narrow; the pictures keep their heights.
        tab.set_viewport_size({"width": 600, "height": 390})
        wait(tab, "document.getElementById('network').layout.width > 400")
        for name in ("network", "intervals", "days"):
            assert tab.locator(f"#{name} .main-svg").first.bounding_box()["height"] > 300
        tab.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        wait(tab, "document.getElementById('network').layout.width < 390")
        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_shorter_time_can_be_looked_at(browser, file):
    with opened(browser, file, WIDE) as tab:
        until = "document.getElementById('intervals').layout.xaxis.range[1].slice(0, 10)"
        whole = tab.evaluate(until)
        tab.click("[data-zoom=intervals][data-span=near]")
        wait(tab, f"{until} === '2024-06-11'")  # 60 days after the correction
        tab.click("[data-zoom=intervals][data-span=all]")
        wait(tab, f"{until} === '{whole}'")


@SIZES
def test_the_table_is_found_in_sorted_and_downloaded(browser, file, size):
    with opened(browser, file, size) as tab:
        lines = tab.locator("#table tbody tr")
        every = int(tab.inner_text("#count").split(" of ")[1].split()[0])
        tab.fill("#find", "republisher")
        assert lines.count() == 2
        assert tab.inner_text("#count") == f"2 of {every} rows"
        assert "court/court_20240313.json line 1" in " ".join(lines.first.inner_text().split())
        assert download(tab, "#some") == (every_column(tab), 2)
        assert download(tab, "[data-csv=wrong]") == (every_column(tab), every)
        tab.fill("#find", "nobody of that name")
        assert lines.count() == 0 and tab.is_disabled("#some")
        tab.fill("#find", "")
        tab.select_option("#what", "measure")
        assert set(lines.locator("td.what").all_inner_texts()) == {"measure"}
        tab.select_option("#what", "")
        tab.select_option("#sort", "days")
        tab.click("#turn")
        first = lines.first.locator("td.days").inner_text()
        assert int(first.replace(",", "")) > 1000
        if size == WIDE:
            tab.click("#table th.days button")
            assert tab.get_attribute("#table th.days", "aria-sort") == "ascending"


def download(tab, button) -> tuple[list[str], int]:
    """The header and the number of rows of what a button gives; its first line marks it."""
    with tab.expect_download() as waiting:
        tab.click(button)
    path = waiting.value.path()
    assert waiting.value.suggested_filename == "synthetic-wrong.csv"
    text = path.read_text(encoding="utf-8-sig")
    notice, _, rest = text.partition("\n")
    assert notice.startswith("# SYNTHETIC DATA")
    header, *lines = csv.reader(io.StringIO(rest))
    assert len(pd.read_csv(path, comment="#", encoding="utf-8-sig")) == len(lines)
    return header, len(lines)


def every_column(tab) -> list[str]:
    return tab.evaluate(
        "JSON.parse(document.getElementById('data').textContent).tables.wrong.map((c) => c.name)"
    )


@SIZES
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_use_it(browser, file, size, scheme):
    with opened(browser, file, size, color_scheme=scheme) as tab:
        assert hard_to_use(tab) == []
        assert tab.get_attribute("html", "lang") == "en"


def test_what_is_hard_to_use_is_found(browser):
    tab = browser.new_page()
    tab.set_content("<button></button>")
    assert "button-name: <button></button>" in hard_to_use(tab)
    tab.close()


def test_with_reduced_motion_it_steps_from_change_to_change(browser, file):
    with opened(browser, file, WIDE, reduced_motion="reduce") as tab:
        tab.click("[data-day=correction]")
        tab.click("#play")
        tab.wait_for_timeout(500)
        first = today(tab)
        tab.wait_for_timeout(500)
        assert first == today(tab) == "2024-04-13", "a change stays for a second and a half"


def test_a_table_of_thousands_stays_quick(browser, told, tmp_path):
    lists = told.faulty.lists
    copies = [
        lists.assign(subject_id=[f"{n:04d}{s[4:]}" for s in lists["subject_id"]])
        for n in range(MANY // len(lists))
    ]
    many = replace(told.faulty, lists=pd.concat([lists, *copies], ignore_index=True))
    path = tmp_path / "many.html"
    write_page(replace(told, faulty=many), path)
    with opened(browser, path, WIDE) as tab:
        assert tab.locator("#table tbody tr").count() == 25
        took = tab.evaluate(
            """() => { const start = performance.now(); const find = document.getElementById('find');
            find.value = 'bank missing'; find.dispatchEvent(new Event('input'));
            return performance.now() - start; }"""
        )
        assert took < 1000  # milliseconds; a tenth of it where nothing else runs
        tab.click("#later")
        assert tab.inner_text("#page").startswith("Page 2 of ")
