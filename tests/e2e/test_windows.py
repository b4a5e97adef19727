"""Visitors and agents in real browser windows, on an instance without a bot."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, expect

from supervisor.postgres import running_url
from tests.e2e.shop import shop
from tests.e2e.windows import NUMBER, PATIENCE_MS, AgentWindow, VisitorWindow
from tests.e2e.words import EN, ZH, Words
from tests.support.instance import Instance
from tests.support.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PHONE: ViewportSize = {"width": 390, "height": 844}


async def window(browser: Browser, words: Words, viewport: ViewportSize | None = None) -> Page:
    """A page in a context of its own: another person."""
    context = await browser.new_context(
        locale=words.locale, viewport=viewport or {"width": 1280, "height": 800}
    )
    return await context.new_page()


async def rows(instance: Instance, *tables: str) -> list[int]:
    url = running_url(instance.data_dir)
    assert url is not None
    db = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://"))
    try:
        return [await db.fetchval(f"select count(*) from {table}") for table in tables]
    finally:
        await db.close()


async def met(
    office: Office, instance: Instance, browser: Browser, name: str, words: Words = EN
) -> tuple[VisitorWindow, AgentWindow]:
    """A visitor who has been picked up by an agent, each in a window."""
    password = office.hire(name, language=words.locale[:2])
    agent = AgentWindow(await window(browser, words), words)
    await agent.open(instance.url, name, password)
    visitor = VisitorWindow(await window(browser, words), words)
    await visitor.open(instance.url)
    await visitor.say("hello there", words.joined)
    await agent.open_first()
    await agent.reads("hello there")
    return visitor, agent


async def test_chinese_characters_are_drawn_each_in_its_own_shape(browser: Browser):
    page = await window(browser, ZH)
    await page.goto("about:blank")
    drawn = await page.evaluate(
        """() => ["客", "厅", " "].map((character) => {
          const canvas = document.createElement("canvas");
          canvas.width = canvas.height = 64;
          const pen = canvas.getContext("2d");
          pen.font = "48px sans-serif";
          pen.textBaseline = "top";
          pen.fillText(character, 4, 4);
          return [...pen.getImageData(0, 0, 64, 64).data].filter((_, i) => i % 4 === 3).join();
        })"""
    )
    assert len(set(drawn)) == 3, "no Chinese font: install fonts-noto-cjk"


async def test_the_widget_works_on_a_page_of_another_origin_that_is_on_the_list(
    plain_instance: Instance, office: Office, browser: Browser, tmp_path: Path
):
    password = office.hire("lin")
    agent = AgentWindow(await window(browser, EN), EN)
    await agent.open(plain_instance.url, "lin", password)
    with shop(plain_instance.url) as origin:
        office.allow(origin)
        visitor = VisitorWindow(await window(browser, EN), EN)
        await visitor.open(origin)
        await visitor.say("is this in stock", EN.joined)
        await agent.open_first()
        await agent.reads("is this in stock")
        await agent.reply("yes, three of them")
        await visitor.reads("yes, three of them")

        picture = tmp_path / "shelf.png"
        Image.new("RGB", (240, 160), "#6b8f71").save(picture)
        await visitor.send_image(picture)
        shown = visitor.log.get_by_role("img", name="shelf.png").last
        await expect(shown).to_be_visible(timeout=PATIENCE_MS)
        await expect(agent.log.get_by_role("img", name="shelf.png")).to_be_visible(timeout=PATIENCE_MS)
        # What came over the network, and not only what the page had at hand, is a picture.
        await visitor.open(origin)
        await expect(shown).to_have_js_property("naturalWidth", 240, timeout=PATIENCE_MS)


async def test_a_page_of_an_origin_that_is_not_on_the_list_is_refused_and_makes_nothing(
    plain_instance: Instance, office: Office, browser: Browser
):
    tables = ("visitor", "identity", "conversation", "message", "event")
    with shop(plain_instance.url) as origin:
        office.allow("https://shop.example", f"http://localhost:{urlsplit(origin).port}")
        before = await rows(plain_instance, *tables)
        visitor = VisitorWindow(await window(browser, EN), EN)
        await visitor.open(origin)
        # The browser keeps the refusal from the page: without a CORS header nobody learns anything.
        told = visitor.panel.get_by_role("alert").get_by_text(EN.unreachable)
        await expect(told).to_be_visible(timeout=PATIENCE_MS)
        assert await rows(plain_instance, *tables) == before


async def test_a_console_without_a_network_refuses_to_send_and_catches_up(
    plain_instance: Instance, office: Office, browser: Browser
):
    visitor, agent = await met(office, plain_instance, browser, "wang")
    await agent.box.fill("typed before the drop")

    await agent.page.context.set_offline(True)
    await expect(agent.page.get_by_text(EN.paused)).to_be_visible(timeout=PATIENCE_MS)
    await agent.box.press("Enter")
    await expect(agent.send).to_be_disabled()
    await expect(agent.box).to_have_value("typed before the drop")
    for line in ("are you there", "my order is 20240001", "please answer"):
        await visitor.write(line)
        await visitor.reads(line)

    await agent.page.context.set_offline(False)
    for line in ("are you there", "my order is 20240001", "please answer"):
        await agent.reads(line)
    await expect(agent.send).to_be_enabled(timeout=PATIENCE_MS)
    await agent.box.press("Enter")
    await visitor.reads("typed before the drop")
    await agent.reads("typed before the drop")
    await expect(agent.box).to_have_value("")


async def test_what_both_write_while_the_service_dies_arrives_once(
    plain_instance: Instance, office: Office, browser: Browser
):
    visitor, agent = await met(office, plain_instance, browser, "chen")

    assert plain_instance.kill("service")
    await asyncio.gather(agent.reply("one moment please"), visitor.write("the light is red"))
    await visitor.write("and it beeps")

    for line in ("the light is red", "and it beeps"):
        await visitor.reads(line)
        await agent.reads(line)
    if await agent.box.input_value():  # the console knew already, so it kept the words in the box
        await expect(agent.send).to_be_enabled(timeout=PATIENCE_MS)
        await agent.box.press("Enter")
    await visitor.reads("one moment please")
    await agent.reads("one moment please")
    await visitor.open(plain_instance.url)
    for line in ("one moment please", "the light is red", "and it beeps"):
        await visitor.reads(line)


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_a_message_left_on_a_phone_while_nobody_is_on_duty_is_a_ticket_in_the_console(
    words: Words, plain_instance: Instance, office: Office, browser: Browser
):
    visitor = VisitorWindow(await window(browser, words, PHONE), words)
    await visitor.open(plain_instance.url)
    await visitor.panel.get_by_role("button", name=words.human, exact=True).click(timeout=PATIENCE_MS)
    await visitor.panel.get_by_label(words.question).fill("遥控器坏了 remote is broken")
    await visitor.panel.get_by_label(words.contact).fill("13800138000")
    await visitor.panel.get_by_role("button", name=words.submit_left, exact=True).click()
    number = visitor.panel.get_by_text(NUMBER).first
    await expect(number).to_be_visible(timeout=PATIENCE_MS)
    found = NUMBER.search(await number.inner_text())
    assert found is not None

    name = f"staff-{words.locale[:2]}"
    office.hire(name, "supervisor", words.locale[:2])
    console = AgentWindow(await window(browser, words), words)
    await console.log_in(plain_instance.url, name, "a long enough password")
    await console.page.get_by_role("link", name=words.tickets).click(timeout=PATIENCE_MS)
    await console.page.get_by_role("button", name=found[0]).click(timeout=PATIENCE_MS)
    await expect(console.page.get_by_text("13800138000").first).to_be_visible(timeout=PATIENCE_MS)
    await expect(console.page.get_by_text("remote is broken").first).to_be_visible()


async def test_an_agent_with_a_phone_logs_in_at_the_second_attempt_and_answers(
    plain_instance: Instance, office: Office, browser: Browser
):
    password = office.hire("mei", language="zh")
    agent = AgentWindow(await window(browser, ZH, PHONE), ZH)
    await agent.log_in(plain_instance.url, "mei", "not the password")
    await expect(agent.page.get_by_role("alert").get_by_text(ZH.wrong_password)).to_be_visible(
        timeout=PATIENCE_MS
    )
    await agent.open(plain_instance.url, "mei", password)

    visitor = VisitorWindow(await window(browser, ZH), ZH)
    await visitor.open(plain_instance.url)
    await visitor.say("手机屏幕不亮了", ZH.joined)
    await agent.open_first()
    await agent.reads("手机屏幕不亮了")
    await agent.box.fill("请先充电半小时")
    await agent.send.click()
    await visitor.reads("请先充电半小时")
    width = await agent.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
