"""What the pictures of `make screenshots` show, scene by scene."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.e2e.windows import PATIENCE_MS, VisitorWindow
from tests.e2e.words import EN, ZH, Words
from tests.support.office import Office

WORDS: dict[str, Words] = {"zh": ZH, "en": EN}
SIZES: dict[str, ViewportSize] = {
    "desktop": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
}
#: What moves: pictures are taken when it has settled.
SETTLE_MS = 900


@dataclass(frozen=True)
class Look:
    """One language at one size."""

    language: str
    size: str

    @property
    def words(self) -> Words:
        return WORDS[self.language]

    def pick(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    async def context(self, browser: Browser) -> BrowserContext:
        context = await browser.new_context(
            viewport=SIZES[self.size],
            device_scale_factor=2 if self.size == "phone" else 1,
            has_touch=self.size == "phone",
            locale=self.words.locale,
            timezone_id="Asia/Shanghai",
            color_scheme="light",
        )
        await context.add_init_script(
            f"localStorage.setItem('keting.prefs', JSON.stringify({{language: '{self.language}'}}))"
        )
        return context


@dataclass
class Camera:
    """Saves pictures as NAME-LANGUAGE-SIZE.png."""

    folder: Path
    look: Look

    async def take(self, page: Page, name: str) -> None:
        await page.wait_for_timeout(SETTLE_MS)
        path = self.folder / f"{name}-{self.look.language}-{self.look.size}.png"
        await page.screenshot(path=path)


# -- the widget ----------------------------------------------------------------------------------------------


async def left_message(browser: Browser, camera: Camera, url: str) -> None:
    """Needs an instance where nobody is on duty."""
    context = await camera.look.context(browser)
    visitor = await _at_the_shop(context, camera, url)
    await visitor.panel.get_by_role("button", name=camera.look.words.human, exact=True).first.click()
    question = visitor.panel.get_by_label(camera.look.words.question)
    await question.fill(camera.look.pick("投影仪的遥控器坏了，怎么换？", "My projector's remote is broken."))
    await visitor.panel.get_by_label(camera.look.words.contact).fill("13800138000")
    await camera.take(visitor.page, "leave-message")
    await context.close()


async def visit(browser: Browser, camera: Camera, url: str, office: Office, has_bot: bool) -> None:
    """From the shop over the bot and the line to an agent and a rating."""
    look = camera.look
    context = await look.context(browser)
    page = await context.new_page()
    await page.goto(f"{url}/?lang={look.language}")
    await page.get_by_role("button", name=look.words.open_chat).first.wait_for(timeout=PATIENCE_MS)
    await camera.take(page, "shop")
    visitor = await _at_the_shop(context, camera, url)
    await camera.take(visitor.page, "greeting")
    if has_bot:
        await visitor.say(look.pick("你好", "Hello"), look.pick("智能客服", "assistant"))
        order = look.pick("帮我查一下订单 KT20260101001", "Where is my order KT20260101001?")
        await visitor.say(order, look.pick("后四位", "last four digits"))
        await visitor.say("0001", look.pick("月白 4K", "Moonlight 4K"))
        await camera.take(visitor.page, "widget")
    await visitor.panel.get_by_role("button", name=look.words.human, exact=True).first.click()
    waiting = visitor.panel.get_by_role("status").get_by_text(look.pick("位", "in line"))
    await expect(waiting.first).to_be_visible(timeout=PATIENCE_MS)
    await camera.take(visitor.page, "waiting")
    conversation = _newest_in_line(office)
    office.call("POST", f"/conversations/{conversation}/accept")
    await expect(visitor.log.get_by_text(look.words.joined).first).to_be_visible(timeout=PATIENCE_MS)
    _say(
        office,
        conversation,
        look.pick("您好，我看到您的订单了，正在帮您查物流。", "Hi, I have your order here."),
    )
    await visitor.write(look.pick("好的，麻烦您了", "Great, thank you"))
    _say(
        office, conversation, look.pick("今天下午会送到，快递员会提前联系您。", "It arrives this afternoon.")
    )
    await visitor.reads(look.pick("今天下午会送到，快递员会提前联系您。", "It arrives this afternoon."))
    await camera.take(visitor.page, "agent")
    office.call("POST", f"/conversations/{conversation}/close", {"reason": "solved"})
    await visitor.panel.get_by_role("radio", name=look.words.rate_5).click(timeout=PATIENCE_MS)
    await camera.take(visitor.page, "rating")
    await context.close()


async def _at_the_shop(context: BrowserContext, camera: Camera, url: str) -> VisitorWindow:
    page = context.pages[0] if context.pages else await context.new_page()
    visitor = VisitorWindow(page, camera.look.words)
    await visitor.open(f"{url}/?lang={camera.look.language}")
    await expect(visitor.box).to_be_visible(timeout=PATIENCE_MS)
    return visitor


def _newest_in_line(office: Office) -> str:
    return str(max(office.call("GET", "/queue")["items"], key=lambda item: item["opened_at"])["id"])


def _say(office: Office, conversation: str, text: str) -> None:
    newest = office.call("GET", f"/conversations/{conversation}/messages?limit=1")["messages"][-1]
    body = {"client_id": newest["id"], "content": {"type": "text", "text": text}}
    office.call("POST", f"/conversations/{conversation}/messages", {**body, "seen": newest["position"]})


# -- the console ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shot:
    name: str
    path: str
    ready: str  # a selector of what must be there
    act: Callable[[Page, Look], Awaitable[None]] | None = None


async def _open_first(page: Page, look: Look) -> None:
    await page.locator(".row").first.click()
    await page.locator(".transcript article").first.wait_for(timeout=PATIENCE_MS)


async def _open_last(page: Page, look: Look) -> None:
    """The one that has gone on longest."""
    await page.locator(".row").last.click()
    await page.locator(".transcript article").first.wait_for(timeout=PATIENCE_MS)


async def _open_a_ticket(page: Page, look: Look) -> None:
    await page.locator(".ticket-row").nth(1).click()
    await page.locator(".timeline").wait_for(timeout=PATIENCE_MS)


async def _open_an_article(page: Page, look: Look) -> None:
    await page.get_by_text(look.pick("怎么申请退货？", "How do I return something?")).first.click()
    await page.locator(".markdown").first.wait_for(timeout=PATIENCE_MS)


async def _preview(page: Page, look: Look) -> None:
    await _open_an_article(page, look)
    await page.get_by_role("tab", name=look.pick("预览", "Preview")).click()
    await page.locator("article.help").wait_for(timeout=PATIENCE_MS)


async def _search_articles(page: Page, look: Look) -> None:
    await page.get_by_role("searchbox").fill(look.pick("退款要多久", "how long does a refund take"))
    await page.locator(".hit").first.wait_for(timeout=PATIENCE_MS)


async def _try_a_sentence(page: Page, look: Look) -> None:
    """Without a bot the page says that there is none, and shows what is near."""
    sentence = look.pick("我的订单KT20260101001到哪了？急！", "Where is my order KT20260101001? Hurry!")
    await page.locator("textarea").fill(sentence)
    await page.get_by_role("button", name=look.pick("试一试", "Try"), exact=True).click()
    await page.locator(".how").wait_for(timeout=PATIENCE_MS)


async def _add_an_example(page: Page, look: Look) -> None:
    """One that is there already: nothing is saved, and what was written may be left."""
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name=look.pick("添加", "Add"), exact=True).click()
    first = page.locator("form.add textarea").first
    await first.fill(look.pick("退货", "Not what I hoped for. I want to return it"))
    await first.press("Enter")
    second = page.locator("form.add textarea").nth(1)
    marked = "[音箱](product)" if look.language == "zh" else "[speaker](product)"
    await second.fill(look.pick(f"这台{marked}我想寄回给你们", f"this {marked} has to go back to you"))
    await page.locator("form.add button[type=submit]").click()
    await page.locator("form.add [role=alert]").first.wait_for(timeout=PATIENCE_MS)


#: By who sees them: a trainer, a supervisor, the administrator, an agent.
TRAINER = (
    Shot("knowledge", "knowledge", ".article-row"),
    Shot("article", "knowledge", ".article-row", _open_an_article),
    Shot("article-preview", "knowledge", ".article-row", _preview),
    Shot("knowledge-search", "knowledge/search", ".section", _search_articles),
    Shot("knowledge-import", "knowledge/transfer", ".section"),
    Shot("training", "training", ".section", _try_a_sentence),
    Shot("examples", "training/examples?intent=request_return", ".row"),
    Shot("examples-add", "training/examples?intent=request_return", ".row", _add_an_example),
    Shot("models", "training/models", ".section"),
)
SUPERVISOR = (
    Shot("board", "board", ".tile"),
    Shot("tickets", "tickets", ".ticket-row"),
    Shot("ticket", "tickets", ".ticket-row", _open_a_ticket),
)
ADMINISTRATOR = (
    Shot("settings-widget", "settings/widget", ".section"),
    Shot("settings-people", "settings/people", ".section"),
    Shot("settings-hours", "settings/hours", ".section"),
)
AGENT = (
    Shot("queue", "inbox?view=queue", ".row", _open_first),
    Shot("console", "inbox", ".row", _open_last),
)


async def work(
    browser: Browser, camera: Camera, url: str, person: tuple[str, str], shots: tuple[Shot, ...], **first: Any
) -> None:
    """Log in as person (name, password) and take the shots; with login=True the door as well."""
    context = await camera.look.context(browser)
    page = await context.new_page()
    await page.goto(f"{url}/console/login")
    await page.locator("#username").wait_for(timeout=PATIENCE_MS)
    if first.get("login"):
        await camera.take(page, "login")
    await page.locator("#username").fill(person[0])
    await page.locator("#password").fill(person[1])
    await page.keyboard.press("Enter")
    await page.locator(".shell").wait_for(timeout=PATIENCE_MS)
    for shot in shots:
        await page.goto(f"{url}/console/{shot.path}")
        await page.locator(shot.ready).first.wait_for(timeout=PATIENCE_MS)
        if shot.act is not None:
            await shot.act(page, camera.look)
        await camera.take(page, shot.name)
    await context.close()
