"""The whole way of one visitor, in Chinese and in English, in two real browser windows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.e2e.words import EN, ZH, Words
from tests.support.age import age
from tests.support.instance import Instance

pytestmark = [pytest.mark.browser, pytest.mark.rasa, pytest.mark.timeout(900)]

NUMBER = re.compile(r"T\d{6}-\d{4}")
PATIENCE_MS = 20_000


class VisitorWindow:
    """The shop's page with the widget open."""

    def __init__(self, page: Page, words: Words) -> None:
        self.page, self.words = page, words
        self.panel = page.get_by_role("dialog").first
        self.log = self.panel.get_by_role("log")

    async def open(self, url: str) -> None:
        await self.page.goto(url)
        await self.page.get_by_role("button", name=self.words.open_chat).first.click()
        await expect(self.panel).to_be_visible()

    async def say(self, text: str, answer: str | re.Pattern[str]) -> None:
        """Write, and wait until something new says answer."""
        before = await self.log.get_by_text(answer).count()
        box = self.panel.get_by_role("textbox", name=self.words.message)
        await box.fill(text)
        await box.press("Enter")
        await expect(self.log.get_by_text(answer).nth(before)).to_be_visible(timeout=PATIENCE_MS)


class AgentWindow:
    """The console of one agent."""

    def __init__(self, page: Page, words: Words) -> None:
        self.page, self.words = page, words

    async def open(self, url: str, name: str, password: str) -> None:
        await self.page.goto(f"{url}/console/")
        await self.page.get_by_label(self.words.user, exact=True).fill(name)
        await self.page.get_by_label(self.words.password, exact=True).fill(password)
        await self.page.get_by_role("button", name=self.words.login, exact=True).click()
        await self.page.get_by_role("button", name=self.words.go_online, exact=True).click()

    async def open_first(self) -> None:
        """The conversation that was just assigned."""
        await self.page.get_by_role("tabpanel").get_by_role("button").first.click(timeout=PATIENCE_MS)

    async def reply_with_image(self, image: Path) -> None:
        await self.page.locator("form.composer input[type=file]").set_input_files(image)
        send = self.page.get_by_role("button", name=self.words.send, exact=True)
        await expect(send).to_be_enabled(timeout=PATIENCE_MS)
        await send.click()

    async def reply(self, text: str) -> None:
        box = self.page.get_by_role("textbox", name=self.words.reply, exact=True)
        await box.fill(text)
        await box.press("Enter")

    async def write_note(self, text: str) -> None:
        await self.page.get_by_role("tab", name=self.words.note, exact=True).click()
        box = self.page.get_by_role("textbox", name=self.words.note, exact=True)
        await box.fill(text)
        await box.press("Enter")
        await expect(self.page.get_by_role("log").get_by_text(text)).to_be_visible(timeout=PATIENCE_MS)

    async def close(self) -> None:
        name = self.words.close
        await self.page.get_by_role("button", name=name, exact=True).first.click()
        await self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).last.click()


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_from_questions_over_a_ticket_and_anger_to_a_person_a_rating_and_the_next_day(
    words: Words, instance_with_bot: Instance, browser: Browser, tmp_path: Path
):
    instance = instance_with_bot
    name = f"agent-{words.locale}"
    password = instance.add_agent(name, language=words.locale[:2])
    visitor_context = await browser.new_context(locale=words.locale)
    agent_context = await browser.new_context(locale=words.locale)
    visitor = VisitorWindow(await visitor_context.new_page(), words)
    agent = AgentWindow(await agent_context.new_page(), words)
    await agent.open(instance.url, name, password)

    # Three questions that the bot can answer.
    await visitor.open(instance.url)
    for question, answer in words.questions:
        await visitor.say(question, answer)

    # A repair form with a correction ends in a ticket number.
    for line, answer in words.repair[:-1]:
        await visitor.say(line, answer)
    await expect(visitor.log.get_by_text(words.corrected_product).last).to_be_visible()
    await visitor.say(words.repair[-1][0], NUMBER)
    found = NUMBER.search(await visitor.log.inner_text())
    assert found is not None
    number = found[0]

    # Anger brings a person.
    box = visitor.panel.get_by_role("textbox", name=words.message)
    for line in words.angry:
        if await visitor.log.get_by_text(words.joined).count() == 0:
            await box.fill(line)
            await box.press("Enter")
            await visitor.page.wait_for_timeout(4000)  # the pace of somebody who is angry
    await expect(visitor.log.get_by_text(words.joined).first).to_be_visible(timeout=PATIENCE_MS)

    # The agent sees why, and all that was said.
    await agent.open_first()
    await expect(
        agent.page.get_by_role("complementary").get_by_text(words.packet_reason).first
    ).to_be_visible()
    transcript = agent.page.get_by_role("log")
    await expect(transcript.get_by_text(words.questions[0][0]).first).to_be_attached()
    await expect(transcript.get_by_text(number).first).to_be_attached()

    # The agent answers with an image and words, notes, closes.
    picture = tmp_path / "label.png"
    Image.new("RGB", (320, 200), "#2a6f97").save(picture)
    await agent.reply_with_image(picture)
    await expect(visitor.log.get_by_role("img").last).to_be_visible(timeout=PATIENCE_MS)
    await agent.reply(f"{number} OK")
    await expect(visitor.log.get_by_text(f"{number} OK")).to_be_visible(timeout=PATIENCE_MS)
    await agent.write_note("VIP 42")
    await agent.close()

    # The visitor rates; the note stayed in the house.
    await visitor.panel.get_by_role("radio", name=words.rate_5).click(timeout=PATIENCE_MS)
    await visitor.panel.get_by_role("button", name=words.send_rating).click()
    await expect(visitor.panel.get_by_text(words.thanks)).to_be_visible(timeout=PATIENCE_MS)
    assert "VIP 42" not in await visitor.log.inner_text()

    # A day later everything is still there.
    await visitor.page.close()
    await age(instance)
    again = VisitorWindow(await visitor_context.new_page(), words)
    await again.open(instance.url)
    await expect(again.log.get_by_text(f"{number} OK")).to_be_visible(timeout=PATIENCE_MS)
    await again.log.evaluate("element => { element.scrollTop = 0; }")
    await expect(again.log.get_by_text(words.questions[0][0]).first).to_be_attached(timeout=PATIENCE_MS)
    await visitor_context.close()
    await agent_context.close()
