"""What people do in their browser windows, by what they read there."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.e2e.words import Words

PATIENCE_MS = 30_000
NUMBER = re.compile(r"T\d{6}-\d{4}")


class VisitorWindow:
    """The shop's page with the widget open."""

    def __init__(self, page: Page, words: Words) -> None:
        self.page, self.words = page, words
        self.panel = page.get_by_role("dialog").first
        self.log = self.panel.get_by_role("log")
        self.box = self.panel.get_by_role("textbox", name=words.message)

    async def open(self, url: str) -> None:
        await self.page.goto(url)
        await self.page.get_by_role("button", name=self.words.open_chat).first.click(timeout=PATIENCE_MS)
        await expect(self.panel).to_be_visible(timeout=PATIENCE_MS)

    async def write(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def say(self, text: str, answer: str | re.Pattern[str]) -> None:
        """Write, and wait until something new says answer."""
        before = await self.log.get_by_text(answer).count()
        await self.write(text)
        await expect(self.log.get_by_text(answer).nth(before)).to_be_visible(timeout=PATIENCE_MS)

    def choice(self, title: str) -> Locator:
        """The newest button of the bot with a title that begins so."""
        return self.log.get_by_role("button", name=re.compile(f"^{re.escape(title)}"), disabled=False).last

    async def press(self, title: str) -> None:
        await self.choice(title).click(timeout=PATIENCE_MS)

    async def send_image(self, image: Path) -> None:
        await self.panel.locator("input[type=file]").set_input_files(image)

    async def reads(self, text: str) -> None:
        """Somebody wrote this, once."""
        await expect(self.log.get_by_text(text, exact=True)).to_have_count(1, timeout=PATIENCE_MS)


#: The name of what has the focus, also inside a shadow root.
_FOCUSED = """() => {
  let it = document.activeElement;
  while (it?.shadowRoot?.activeElement) it = it.shadowRoot.activeElement;
  return it?.getAttribute("aria-label") || it?.textContent || "";
}"""


class KeyboardWindow(VisitorWindow):
    """The same for somebody who has no mouse: what is written goes to where the focus is."""

    async def open(self, url: str) -> None:
        await self.page.goto(url)
        await expect(self.page.get_by_role("button", name=self.words.open_chat).first).to_be_visible()
        await self._go("Tab", self.words.open_chat)
        await self.page.keyboard.press("Enter")
        await expect(self.box).to_be_focused(timeout=PATIENCE_MS)

    async def write(self, text: str) -> None:
        await expect(self.box).to_be_focused()
        await self.page.keyboard.insert_text(text)
        await self.page.keyboard.press("Enter")

    async def press(self, title: str) -> None:
        await expect(self.choice(title)).to_be_visible(timeout=PATIENCE_MS)
        await self._go("Shift+Tab", title)
        await self.page.keyboard.press("Enter")

    async def _go(self, key: str, name: str) -> None:
        """Press a key until the focus is on what is called so."""
        for _ in range(40):
            if str(await self.page.evaluate(_FOCUSED)).startswith(name):
                return
            await self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not lead to {name}")


class AgentWindow:
    """The console of one agent."""

    def __init__(self, page: Page, words: Words) -> None:
        self.page, self.words = page, words
        self.log = page.get_by_role("log")

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name=self.words.reply, exact=True)

    @property
    def send(self) -> Locator:
        return self.page.get_by_role("button", name=self.words.send, exact=True)

    async def log_in(self, url: str, name: str, password: str) -> None:
        await self.page.goto(f"{url}/console/")
        await self.page.get_by_label(self.words.user, exact=True).fill(name)
        await self.page.get_by_label(self.words.password, exact=True).fill(password)
        await self.page.get_by_role("button", name=self.words.login, exact=True).click()

    async def open(self, url: str, name: str, password: str) -> None:
        await self.log_in(url, name, password)
        await self.page.get_by_role("button", name=self.words.go_online, exact=True).click(
            timeout=PATIENCE_MS
        )

    async def open_first(self) -> None:
        """The conversation that was just assigned."""
        await self.page.get_by_role("tabpanel").get_by_role("button").first.click(timeout=PATIENCE_MS)

    async def reply_with_image(self, image: Path) -> None:
        await self.page.locator("form.composer input[type=file]").set_input_files(image)
        await expect(self.send).to_be_enabled(timeout=PATIENCE_MS)
        await self.send.click()

    async def reply(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def write_note(self, text: str) -> None:
        await self.page.get_by_role("tab", name=self.words.note, exact=True).click()
        box = self.page.get_by_role("textbox", name=self.words.note, exact=True)
        await box.fill(text)
        await box.press("Enter")
        await expect(self.log.get_by_text(text)).to_be_visible(timeout=PATIENCE_MS)

    async def reads(self, text: str) -> None:
        """Somebody wrote this, once."""
        await expect(self.log.get_by_text(text, exact=True)).to_have_count(1, timeout=PATIENCE_MS)

    async def close(self) -> None:
        name = self.words.close
        await self.page.get_by_role("button", name=name, exact=True).first.click()
        await self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).last.click()
