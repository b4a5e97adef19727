"""The whole way of one visitor, in Chinese and in English, in two real browser windows."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from tests.e2e.windows import NUMBER, PATIENCE_MS, AgentWindow, VisitorWindow
from tests.e2e.words import EN, ZH, Words
from tests.support.age import age
from tests.support.instance import Instance
from tests.support.people import Agent

pytestmark = [pytest.mark.browser, pytest.mark.rasa, pytest.mark.timeout(900)]


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_from_questions_over_a_ticket_and_anger_to_a_person_a_rating_and_the_next_day(
    words: Words, instance_with_bot: Instance, browser: Browser, tmp_path: Path
):
    name = f"agent-{words.locale}"
    password = instance_with_bot.add_agent(name, language=words.locale[:2])
    try:
        await play(words, instance_with_bot, browser, tmp_path, name, password)
    finally:
        await go_home(instance_with_bot, name, password)


async def go_home(instance: Instance, name: str, password: str) -> None:
    """Off duty: a window that was just closed would count as there for another minute."""
    agent = await Agent.enter(instance.url, name, password)
    await agent.go("offline")
    await agent.http.aclose()


async def play(
    words: Words, instance: Instance, browser: Browser, tmp_path: Path, name: str, password: str
) -> None:
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
    for line in words.angry:
        if await visitor.log.get_by_text(words.joined).count() == 0:
            await visitor.write(line)
            await visitor.page.wait_for_timeout(4000)  # the pace of somebody who is angry
    await expect(visitor.log.get_by_text(words.joined).first).to_be_visible(timeout=PATIENCE_MS)

    # The agent sees why, and all that was said.
    await agent.open_first()
    await expect(
        agent.page.get_by_role("complementary").get_by_text(words.packet_reason).first
    ).to_be_visible()
    await expect(agent.log.get_by_text(words.questions[0][0]).first).to_be_attached()
    await expect(agent.log.get_by_text(number).first).to_be_attached()

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
