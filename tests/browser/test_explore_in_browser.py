"""The pages of `islands explore` in a browser: from a name to what remains, and to a link for others."""

from __future__ import annotations

import pytest

from tests.browser.test_page_in_browser import PHONE, WIDE, browser, hard_to_use, wait
from tests.pipelines.explore.conftest import served

__all__ = ["browser"]

DECORATOR = "柳陌鼎远装饰工程有限公司"


@pytest.fixture(scope="module")
def address(story, tmp_path_factory):
    """The story's pages."""
    with served(story.home(tmp_path_factory.mktemp("home"))) as (client, _):
        yield f"http://127.0.0.1:{client.port}"


@pytest.mark.long
@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")], ids=["projector", "phone"]
)
def test_from_a_name_to_what_remains(browser, address, size, scheme) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
    )
    context.set_default_timeout(120_000)
    asked, said = [], []

    def watched(tab):
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda told: said.append(f"{told.type}: {told.text}"))
        tab.on("pageerror", lambda error: said.append(str(error)))
        return tab

    tab = watched(context.new_page())
    tab.goto(address)
    # Search, by keyboard alone.
    tab.keyboard.press("/")
    tab.keyboard.type(DECORATOR[:6])
    tab.keyboard.press("Enter")
    tab.click(f"text={DECORATOR}")
    # The subject, on another day.
    assert tab.inner_text("h1").startswith(DECORATOR)
    tab.fill("input[type=date]", "2024-04-01")
    tab.wait_for_url("**day=2024-04-01")
    assert "2024-04-01" in tab.inner_text("#shown")
    fits(tab, size)
    # The record, and another code in it.
    tab.click("#held a[href^='/records/']:has-text('judgment default')")
    assert "PDY006120" in tab.inner_text("#file")
    tab.select_option("#column", "cardNum")
    assert tab.input_value("#value") == "PDY006120"
    tab.fill("#value", "PDY006219")
    fits(tab, size)
    tab.click("#cell button")
    # Watch it go, day by day.
    tab.wait_for_selector("#network .scatterlayer")
    assert "Nobody ever corrects it" in tab.inner_text("main")
    tab.click("#forth")
    wait(tab, "document.getElementById('told').textContent.includes('wrong at')")
    tab.click("#forth")
    day = tab.inner_text("#today")
    wait(tab, f"location.search.includes('on={day}')")
    # Correct it; what remains.
    tab.fill("#ends input[name=correct_after]", "30")
    tab.click("#ends button")
    tab.wait_for_url("**correct_after=30*")
    tab.wait_for_selector("#network .scatterlayer")
    assert "after 30 days" in tab.inner_text(".remains")
    fits(tab, size)
    # Into the world with the fault in it: a subject, who shows it, and back to the replay.
    replay = tab.url
    tab.click("#table a[href^='/subjects/']")
    tab.wait_for_url("**/subjects/**replay=**")
    for link in (
        "#shown a[href^='/holders/court?']",
        "#wrong a[href^='/subjects/']",
        ".world a >> nth=0",
    ):
        assert "faulty world" in tab.inner_text(".world")
        assert tab.locator(".otherwise").count() > 0
        fits(tab, size)
        tab.click(link)
    tab.wait_for_url("**/replay?**")
    assert "after 30 days" in tab.inner_text(".remains")
    tab.goto(replay)
    # Keep it, and open the link in a window of its own.
    name = f"mine-{size[0]}-{scheme}"
    tab.fill("#keep input[name=name]", name)
    tab.click("#keep button")
    tab.wait_for_url(f"**scenario={name}")
    other = watched(context.new_page())
    other.goto(tab.url)
    other.wait_for_selector("#network .scatterlayer")
    assert other.inner_text(".lead") == tab.inner_text(".lead")
    # Back, to where it was broken.
    tab.go_back()
    tab.wait_for_url("**correct_after=30*")
    context.close()
    assert not [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert not said


def fits(tab, size) -> None:
    """See that nothing is wider than the screen, and that everyone can use it."""
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert hard_to_use(tab) == []


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_kind_of_page_fits_and_can_be_used(browser, address, scheme) -> None:
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, color_scheme=scheme
    )
    context.set_default_timeout(120_000)
    tab, said = context.new_page(), []
    tab.on("console", lambda told: said.append(f"{told.type}: {told.text}"))
    tab.on("pageerror", lambda error: said.append(str(error)))
    seen, ahead = {}, ["/"]
    while ahead:
        path = ahead.pop(0)
        if (kind := _kind(path)) in seen:
            continue
        seen[kind] = path
        tab.goto(f"{address}{path}")
        fits(tab, PHONE)
        ahead += tab.evaluate(
            "[...document.querySelectorAll('a[href]')].filter((a) =>"
            " a.origin === location.origin && !a.pathname.includes('.') && !a.hasAttribute('download'))"
            ".map((a) => a.pathname + a.search)"
        )
    context.close()
    assert not said
    assert len(seen) >= 15, sorted(seen)


def _kind(path: str) -> str:
    """Which page an address is of: `/lists/rescue?day=…` and `/lists/adopted` are of one."""
    first, *rest = path.partition("?")[0].strip("/").split("/")
    return f"{first}/{len(rest)}"


def test_a_name_is_found_by_keyboard_alone(browser, address) -> None:
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    context.set_default_timeout(120_000)
    tab, said = context.new_page(), []
    tab.on("console", lambda told: said.append(f"{told.type}: {told.text}"))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(address)
    tab.keyboard.press("/")
    tab.keyboard.type(DECORATOR[:6])
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?**")
    assert DECORATOR in tab.inner_text("main")
    fits(tab, PHONE)
    context.close()
    assert not said


def test_without_a_script_the_forms_still_lead_on(browser, address) -> None:
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, java_script_enabled=False
    )
    context.set_default_timeout(120_000)
    tab = context.new_page()
    tab.goto(f"{address}/search?q={DECORATOR[:4]}")
    tab.click(f"text={DECORATOR}")
    tab.click("#held a[href^='/records/']:has-text('judgment default')")
    tab.select_option("#column", "cardNum")
    tab.fill("#value", "PDY006219")
    tab.click("#cell button")
    assert "5 holders" in tab.inner_text(".lead")
    context.close()
