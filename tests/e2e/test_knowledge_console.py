"""A trainer writes an article in a real browser, and a visitor finds it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.windows import PATIENCE_MS, AgentWindow
from tests.e2e.words import EN, ZH, Words
from tests.support.instance import Instance
from tests.support.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Labels:
    """What the editor says, as far as it is looked for here."""

    words: Words
    new: str
    slug: str
    save: str
    saved: str
    preview: str
    publish: str
    published: str
    keep_mine: str


CHINESE = Labels(
    words=ZH,
    new="新建文章",
    slug="balcony-delivery",
    save="保存",
    saved="已保存",
    preview="预览",
    publish="保存并发布",
    published="已发布，马上就能搜到",
    keep_mine="保留我的，再保存一次",
)
ENGLISH = Labels(
    words=EN,
    new="New article",
    slug="balcony-delivery-again",
    save="Save",
    saved="Saved",
    preview="Preview",
    publish="Save and publish",
    published="Published; it is found at once",
    keep_mine="Keep mine, then save again",
)


async def at_the_desk(browser: Browser, instance: Instance, office: Office, labels: Labels) -> Page:
    """The knowledge base as a trainer sees it, who lands there."""
    language = labels.words.locale[:2]
    name = f"trainer-{labels.slug}"
    password = office.hire(name, role="trainer", language=language)
    context = await browser.new_context(locale=labels.words.locale)
    page = await context.new_page()
    await AgentWindow(page, labels.words).log_in(instance.url, name, password)
    await expect(page.get_by_role("button", name=labels.new).first).to_be_visible(timeout=PATIENCE_MS)
    return page


#: Asks as a visitor does, whoever is logged in.
_FINDS = """async ([question, language, slug]) => {
  const address = `/api/visitor/v1/knowledge/search?q=${encodeURIComponent(question)}`;
  const answer = await fetch(address, { headers: { "Accept-Language": language } });
  return (await answer.json()).items.some((item) => item.slug === slug);
}"""


async def finds(page: Page, question: str, language: str, slug: str) -> bool:
    """Whether a visitor finds that article."""
    return bool(await page.evaluate(_FINDS, [question, language, slug]))


async def will_find(page: Page, question: str, language: str, slug: str) -> None:
    """The meaning of new words is worked out in the background."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    while not await finds(page, question, language, slug):
        assert time.monotonic() < ends, f"{slug} is not found"
        await page.wait_for_timeout(1000)


@pytest.mark.parametrize("labels", [CHINESE, ENGLISH], ids=["zh", "en"])
async def test_an_article_in_two_languages_is_written_previewed_published_and_found_by_visitors(
    labels: Labels, plain_instance: Instance, office: Office, browser: Browser
):
    page = await at_the_desk(browser, plain_instance, office, labels)
    await page.get_by_role("button", name=labels.new).first.click()
    await page.locator("#article-zh-question").fill("阳台能不能送货上门")
    await page.locator("#article-zh-answer").fill("可以，**三楼以下**免费。")
    await page.locator("#article-en-question").fill("Do you deliver to the balcony?")
    await page.locator("#article-en-answer").fill("Yes, **up to the third floor** it is free.")
    await page.locator("#article-slug").fill(labels.slug)

    # Readers' looks, before anything is saved.
    await page.get_by_role("tab", name=labels.preview).click()
    help_page, chat = page.locator("article.help"), page.locator(".chat")
    await page.get_by_role("button", name="简").click()
    await expect(help_page.locator("strong")).to_have_text("三楼以下", timeout=PATIENCE_MS)
    await expect(chat).to_contain_text("可以，三楼以下免费。")
    await page.get_by_role("button", name="En").first.click()
    await expect(help_page.locator("strong")).to_have_text("up to the third floor", timeout=PATIENCE_MS)
    assert not await finds(page, "阳台能不能送货上门", "zh", labels.slug)

    await page.get_by_role("button", name=labels.publish, exact=True).click()
    await expect(page.get_by_text(labels.published)).to_be_visible(timeout=PATIENCE_MS)
    await will_find(page, "阳台能不能送货上门", "zh", labels.slug)
    await will_find(page, "Do you deliver to the balcony?", "en", labels.slug)

    # What is live is also shown in the characters of Taiwan and Hong Kong.
    await page.get_by_role("tab", name=labels.preview).click()
    await page.get_by_role("button", name="繁").click()
    await expect(help_page).to_contain_text("陽臺能不能送貨上門", timeout=PATIENCE_MS)
    await page.context.close()


async def test_the_second_of_two_editors_sees_the_other_version_and_keeps_what_was_written(
    plain_instance: Instance, office: Office, browser: Browser
):
    made = office.call(
        "POST",
        "/knowledge/articles",
        {"content": {"en": {"question": "Do you gift-wrap?", "answer": "Not yet."}}, "slug": "gift-wrap"},
    )
    labels = replace(ENGLISH, slug="gift-wrap")
    page = await at_the_desk(browser, plain_instance, office, labels)
    await page.get_by_text("Do you gift-wrap?").click()
    await expect(page.locator("#article-en-answer")).to_have_value("Not yet.", timeout=PATIENCE_MS)
    theirs = {"en": {"question": "Do you gift-wrap?", "answer": "From May on."}}
    office.call(
        "PATCH",
        f"/knowledge/articles/{made['id']}",
        {"version": made["version"], "content": theirs, "tags": ["theirs"]},
    )

    await page.locator("#article-en-answer").fill("Yes, for free.")
    await page.get_by_role("button", name=labels.save, exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("From May on.", timeout=PATIENCE_MS)
    present = office.call("GET", f"/knowledge/articles/{made['id']}")
    assert present["content"]["en"]["answer"] == "From May on."  # nothing was overwritten

    await dialog.get_by_role("button", name=labels.keep_mine).click()
    await page.get_by_role("button", name=labels.save, exact=True).click()
    await expect(page.get_by_text(labels.saved, exact=True)).to_be_visible(timeout=PATIENCE_MS)
    present = office.call("GET", f"/knowledge/articles/{made['id']}")
    assert present["content"]["en"]["answer"] == "Yes, for free."
    assert present["tags"] == ["theirs"]
    await page.context.close()
