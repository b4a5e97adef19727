"""The help centre in a real browser: with scripts and without, by keyboard, and over to the chat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.windows import PATIENCE_MS, VisitorWindow
from tests.e2e.words import EN
from tests.support.instance import Instance
from tests.support.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

QUESTIONS = {"returns": "How do I return something?", "return-cost": "Who pays for return shipping?"}


@pytest.fixture
def shelf(office: Office) -> Iterator[Office]:
    """Two published articles, gone again after the test."""
    kept = []
    for slug, question in QUESTIONS.items():
        answer = "**Within 7 days.**\n\n| what | who |\n|---|---:|\n| faulty | we |"
        content = {"en": {"question": question, "answer": answer}}
        article = office.call("POST", "/knowledge/articles", {"slug": slug, "content": content})
        kept.append(_move(office, article, "published"))
    yield office
    for article in kept:
        gone = _move(office, article, "archived")
        again = {"version": gone["version"], "slug": f"gone-{gone['id']}"}  # the next test has the same ones
        office.call("PATCH", f"/knowledge/articles/{gone['id']}", again)


def _move(office: Office, article: Any, to: str) -> Any:
    path = f"/knowledge/articles/{article['id']}/move"
    return office.call("POST", path, {"version": article["version"], "to": to})


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page that complains of nothing: no error, nothing that the policy of the page refused."""
    context = await browser.new_context(locale=EN.locale)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield page
    assert faults == []


async def test_questions_come_while_writing_and_the_keyboard_opens_one(shelf, page, plain_instance: Instance):
    await page.goto(f"{plain_instance.url}/help/")
    field = page.get_by_role("combobox", name="Search the help centre")
    await field.press_sequentially("return")
    options = page.get_by_role("option")
    await expect(options).to_have_count(2, timeout=PATIENCE_MS)
    await field.press("Escape")
    await expect(options).to_have_count(0)
    await field.press_sequentially(" shipping")
    await expect(options.first).to_be_visible(timeout=PATIENCE_MS)
    await field.press("ArrowDown")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await field.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(QUESTIONS["return-cost"])


async def test_without_a_script_it_is_searched_read_and_rated(shelf, browser, plain_instance: Instance):
    context = await browser.new_context(locale=EN.locale, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{plain_instance.url}/help/")
    await page.get_by_role("searchbox").fill("return something")
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("main").get_by_role("link", name=QUESTIONS["returns"]).first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(QUESTIONS["returns"])
    await expect(page.get_by_role("button", name="Chat with us")).to_be_hidden()
    await page.get_by_text("No", exact=True).click()
    await page.get_by_label("It is unclear").check()
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you. We will improve this article.")
    given = shelf.call("GET", "/knowledge/feedback")["items"][0]
    assert (given["helpful"], given["reason"], given["place"]) == (False, "unclear", "help")


async def test_who_goes_on_to_the_chat_says_what_it_is_about(shelf, page, plain_instance: Instance):
    await page.goto(f"{plain_instance.url}/help/a/returns?lang=en")
    await page.get_by_role("button", name="Chat with us").click()
    visitor = VisitorWindow(page, EN)
    await expect(visitor.box).to_have_value(f"About “{QUESTIONS['returns']}”: ", timeout=PATIENCE_MS)
    await visitor.box.press_sequentially("my parcel is wet")
    await visitor.box.press("Enter")
    sent = visitor.log.locator(".mine[data-seq]")  # numbered by the service: it is committed
    await expect(sent).to_contain_text("my parcel is wet", timeout=PATIENCE_MS)
    (conversation,) = shelf.call("GET", "/conversations?view=all&limit=1")["items"]
    beside = shelf.call("GET", f"/conversations/{conversation['id']}")["visitor"]["page"]
    assert beside["url"] == f"{plain_instance.url}/help/a/returns?lang=en"
    assert QUESTIONS["returns"] in beside["title"]


@pytest.mark.parametrize("width", [320, 390, 1440])
async def test_nothing_is_wider_than_the_window(shelf, page, plain_instance: Instance, width):
    await page.set_viewport_size({"width": width, "height": 844})
    for place in ("", "c/other", "a/returns", "search?q=return"):
        await page.goto(f"{plain_instance.url}/help/{place}")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
