"""Pictures of the help centre and of the widget's questions, for `make screenshots`."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.e2e.windows import PATIENCE_MS
from tests.pictures import Camera, Look


async def empty(browser: Browser, camera: Camera, url: str) -> None:
    """Needs an instance without articles."""
    context = await camera.look.context(browser)
    page = await context.new_page()
    await _open(page, camera.look, f"{url}/help/")
    await camera.take(page, "help-empty")
    await context.close()


async def read(browser: Browser, camera: Camera, url: str) -> None:
    """From the front page to an article, a search, and the questions of the widget."""
    look = camera.look
    context = await look.context(browser)
    page = await context.new_page()
    topic = look.pick("退换与退款", "Returns & refunds")
    await _open(page, look, f"{url}/help/")
    while not await page.get_by_role("heading", name=topic).count():  # the demo wrote them in another process
        await page.wait_for_timeout(1000)
        await page.reload()
    await camera.take(page, "help")
    await page.get_by_role("heading", name=topic).get_by_role("link").click()
    await camera.take(page, "help-topic")
    await _open(page, look, f"{url}/help/a/return-policy")
    await camera.take(page, "help-article")
    for name, zh, en in (
        ("search", "怎么退款", "refund my money"),
        ("nothing", "宇宙飞船", "tell me a joke"),
    ):
        await _open(page, look, f"{url}/help/search?q={look.pick(zh, en)}")
        await camera.take(page, f"help-{name}")
    await _open(page, look, f"{url}/help/")
    await page.locator("[data-chat]").click()
    field = page.locator("#keting-widget .composer textarea")
    await expect(page.locator("#keting-widget .hot")).to_be_visible(timeout=PATIENCE_MS)
    await field.press_sequentially(look.pick("退货", "return"))
    await expect(page.locator("#keting-widget .suggested")).to_be_visible(timeout=PATIENCE_MS)
    await camera.take(page, "questions")
    await context.close()


async def _open(page: Page, look: Look, url: str) -> None:
    await page.goto(f"{url}{'&' if '?' in url else '?'}lang={look.language}")
    await page.locator("[data-chat]").wait_for(timeout=PATIENCE_MS)
