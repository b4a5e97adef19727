"""Dialogues with the trained bot in a real browser: written, pressed and read as visitors do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.e2e.windows import PATIENCE_MS, KeyboardWindow, VisitorWindow
from tests.e2e.words import EN, ZH
from tests.support import dialogues
from tests.support.dialogues import Dialogue, Step, language_faults, listed
from tests.support.instance import ROOT, Instance
from tests.support.office import Office
from tests.support.people import Agent
from tests.support.stage import on_duty

pytestmark = [pytest.mark.browser, pytest.mark.rasa, pytest.mark.timeout(600)]

ALL = dialogues.load(dialogues.FOLDER / "widget")
ARTICLES = ("filter-change", "pair-bluetooth")
WORDS = {"zh": ZH, "en": EN}
SIZES = {"phone": ViewportSize(width=390, height=844)}
DESKTOP = ViewportSize(width=1280, height=800)


@pytest.fixture(scope="module")
def house(instance_with_bot: Instance) -> Iterator[Office]:
    """Articles on the shelf, and after hours."""
    office = Office.of(instance_with_bot)
    files = [ROOT / "demo" / "knowledge" / f"{name}.md" for name in ARTICLES]
    with closing(office.http), office.shelf(files), office.after_hours():
        yield office
        office.clear()


@dataclass
class Reader:
    """A visitor at a window, who sees in which language it is answered."""

    window: VisitorWindow
    language: str
    read: int = 0

    async def take(self, step: Step, agent: Agent | None) -> None:
        await self.judge()
        self.language = step.language or self.language
        wanted = [re.compile(pattern) for pattern in self._wanted(step)]
        before = [await self.window.log.get_by_text(pattern).count() for pattern in wanted]
        await self._do(step, agent)
        for pattern, count in zip(wanted, before, strict=True):
            new = self.window.log.get_by_text(pattern).nth(count)
            await expect(new).to_be_visible(timeout=PATIENCE_MS)
        for title in listed(step.offers):
            await expect(self.window.choice(title)).to_be_visible(timeout=PATIENCE_MS)

    def _wanted(self, step: Step) -> list[str]:
        words = self.window.words
        shown = {"agent_joined": words.joined}
        return [*listed(step.hears), *(re.escape(shown[name]) for name in listed(step.events))]

    async def _do(self, step: Step, agent: Agent | None) -> None:
        for bubble in listed(step.say):
            await self.window.write(bubble)
        if step.press:
            await self.window.press(step.press)
        if step.agent:
            assert agent is not None
            mine = (await agent.get("/conversations?view=mine&limit=1"))["items"][0]
            await agent.say(mine["id"], step.agent)

    async def judge(self) -> None:
        """Whatever has come since was in the visitor's language."""
        told = await self.window.log.locator(".theirs .bubble").all_inner_texts()
        faults = [fault for text in told[self.read :] for fault in language_faults(text, self.language)]
        assert faults == []
        self.read = len(told)


@pytest.fixture
async def reader(dialogue: Dialogue, browser: Browser) -> AsyncIterator[Reader]:
    words = WORDS[dialogue.language]
    size = SIZES.get(dialogue.window or "", DESKTOP)
    context = await browser.new_context(locale=words.locale, viewport=size)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    kind = KeyboardWindow if dialogue.window == "keyboard" else VisitorWindow
    yield Reader(kind(page, words), dialogue.language)
    assert faults == []
    await context.close()


@pytest.mark.parametrize("dialogue", ALL, ids=[dialogue.id for dialogue in ALL])
async def test_a_visitor_gets_there_in_the_widget(
    dialogue: Dialogue, reader: Reader, instance_with_bot: Instance, house: Office
):
    async with AsyncExitStack() as stack:
        agent = None
        if dialogue.duty:
            name = f"widget-{ALL.index(dialogue)}"
            agent = await stack.enter_async_context(on_duty(instance_with_bot.url, house, name))
        await reader.window.open(instance_with_bot.url)
        for step in dialogue.steps:
            await reader.take(step, agent)
        await reader.judge()
    width = await reader.window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert width, "wider than the window"


def test_there_are_ten_in_each_language_one_on_a_phone_and_one_without_a_mouse():
    for language in WORDS:
        of_it = [dialogue for dialogue in ALL if dialogue.language == language]
        assert len(of_it) >= 10
        assert {"phone", "keyboard"} <= {dialogue.window for dialogue in of_it}
