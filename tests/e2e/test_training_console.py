"""A trainer tries a sentence in a real browser, sees what is near, and makes it an example."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.windows import PATIENCE_MS, AgentWindow
from tests.e2e.words import EN, ZH, Words
from tests.support import instance as instances
from tests.support.instance import ROOT, Instance
from tests.support.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Labels:
    """What the trainer's desk says, as far as it is looked for here, and what is written there."""

    words: Words
    attempt: str
    take: str
    save: str
    added: str
    examples: str
    find: str
    edit: str
    keep: str
    saved: str
    angry: str
    add: str
    repeats: str
    remove: str
    sentence: str
    near: str


CHINESE = Labels(
    words=ZH,
    attempt="试一试",
    take="把这句话加为例句…",
    save="添加 1 个例句",
    added="已添加 1 个例句",
    examples="例句",
    find="在例句中查找",
    edit="编辑",
    keep="保存",
    saved="已保存",
    angry="生气",
    add="添加",
    repeats="重复",
    remove="删除",
    sentence="这台音箱跟描述差太远，我要把它退掉",
    near="退",
)
ENGLISH = Labels(
    words=EN,
    attempt="Try",
    take="Add this sentence as an example…",
    save="Add one example",
    added="One example was added",
    examples="Examples",
    find="Find in the examples",
    edit="Edit",
    keep="Save",
    saved="Saved",
    angry="Angry",
    add="Add",
    repeats="repeats",
    remove="Delete",
    sentence="This lamp is nothing like the photo, I am sending it straight back",
    near="back",
)


@dataclass(frozen=True)
class School:
    """An instance whose trainers work on a copy of the training data."""

    instance: Instance
    data: Path
    office: Office

    def content(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.data.rglob("*.yml"))}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    data = tmp_path_factory.mktemp("school") / "data"
    shutil.copytree(ROOT / "data", data)
    with instances.running(with_bot=False, KETING_TRAINING_DATA=str(data)) as instance:
        office = Office.of(instance)
        yield School(instance, data, office)
        office.http.close()


async def at_the_desk(browser: Browser, school: School, labels: Labels) -> Page:
    language = labels.words.locale[:2]
    name = f"trainer-{language}"
    password = school.office.hire(name, role="trainer", language=language)
    context = await browser.new_context(locale=labels.words.locale)
    page = await context.new_page()
    await AgentWindow(page, labels.words).log_in(school.instance.url, name, password)
    await page.locator(".shell").wait_for(timeout=PATIENCE_MS)
    await page.goto(f"{school.instance.url}/console/training")
    return page


@pytest.mark.parametrize("labels", [CHINESE, ENGLISH], ids=["zh", "en"])
async def test_a_sentence_is_tried_becomes_an_example_is_changed_and_goes_again(
    labels: Labels, school: School, browser: Browser
):
    start = school.content()
    page = await at_the_desk(browser, school, labels)

    # What is near, and why.
    await page.locator("textarea").fill(labels.sentence)
    await page.get_by_role("button", name=labels.attempt, exact=True).click()
    nearest = page.locator("article", has=page.locator(".how")).locator("li")
    await expect(nearest).to_have_count(8, timeout=PATIENCE_MS)
    await expect(nearest.locator("code", has_text=labels.near).first).to_be_visible()

    # It becomes an example of what is near.
    await page.get_by_role("button", name=labels.take).click()
    await page.get_by_role("button", name=labels.save).click()
    await expect(page.get_by_text(labels.added)).to_be_visible(timeout=PATIENCE_MS)
    grown = {name for name, content in school.content().items() if content != start[name]}
    assert grown == {"returns.yml"}
    written = school.content()["returns.yml"].decode()
    assert (
        labels.sentence in written and len(written.splitlines()) == len(start["returns.yml"].splitlines()) + 4
    )

    # It is found among the others, and its emotion is corrected in its place.
    await page.get_by_role("link", name=labels.examples, exact=True).click()
    await page.get_by_role("searchbox", name=labels.find).fill(labels.sentence)
    row = page.locator(".row")
    await expect(row).to_have_count(1, timeout=PATIENCE_MS)
    await row.get_by_role("button", name=labels.edit).click()
    await row.locator(".emotions").click()
    await page.locator(".n-base-select-option", has_text=labels.angry).click()
    await row.get_by_role("button", name=labels.keep, exact=True).click()
    await expect(page.get_by_text(labels.saved, exact=True)).to_be_visible(timeout=PATIENCE_MS)
    await expect(row).to_contain_text(labels.angry)
    assert (
        f"{labels.sentence}\n    metadata:\n      emotion: angry\n"
        in school.content()["returns.yml"].decode()
    )

    # The linter refuses it a second time, at its line and with no effect.
    before = school.content()
    await page.get_by_role("button", name=labels.add, exact=True).click()
    form = page.locator("form.add")
    await form.locator(".intents").click()
    await page.keyboard.type("request_return")
    await page.keyboard.press("Enter")
    await form.locator("textarea").fill(f"{labels.sentence}!")
    await form.locator("button[type=submit]").click()
    await expect(form.locator("li [role=alert]")).to_contain_text(labels.repeats, timeout=PATIENCE_MS)
    assert school.content() == before

    # Deleted, the files are what they were, byte for byte.
    await form.locator("textarea").fill("")
    await row.get_by_role("button", name=labels.remove).click()
    await page.get_by_role("dialog").get_by_role("button", name=labels.remove).click()
    await expect(row).to_have_count(0, timeout=PATIENCE_MS)
    assert school.content() == start
    await page.context.close()
