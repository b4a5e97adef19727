"""The help centre over HTTP: what readers and search engines get of it, and what they do not."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree

import httpx
import pytest
import sqlalchemy as sa

from core.settings_store import Business, Words, write
from knowledge import categories
from knowledge import schema as k
from knowledge.content import Button, ButtonTitle, Content, Side
from tests.fixtures.desk import ORIGIN
from tests.integration.knowledge.conftest import Library
from tests.support.house import House

HOSTILE = """<script>alert(1)</script> "><img src=x onerror=alert(1)> </script><!-- {{ 7*7 }} &amp;"""
LINKS = "[x](javascript:alert(1)) ![p](https://evil.example/p)"


@pytest.fixture
async def library(desk) -> Library:
    return Library(desk.db, desk.clock, await House(desk.db).agent("作者", "trainer"))


class Page(HTMLParser):
    """What a browser makes of a page: elements with their attributes, and the text that is read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.data = ""  # of the last script
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            self.data = data
        else:
            self.text += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.elements if t == tag and attributes.items() <= a.items()]

    def links(self, rel: str) -> dict[str | None, str | None]:
        return {a.get("hreflang"): a["href"] for a in self.all("link", rel=rel)}


async def read(reader: httpx.AsyncClient, path: str, status: int = 200, **headers: str) -> Page:
    answer = await reader.get(path, headers=headers)
    assert answer.status_code == status, answer.text
    return Page(answer.text)


async def rows(desk, table):
    async with desk.db.begin() as tx:
        return await tx.all(sa.select(table))


@pytest.mark.parametrize(
    ("path", "header", "language", "words"),
    [
        ("/help/", "zh-CN", "zh-Hans", "有什么可以帮您"),
        ("/help/", "zh-TW,zh;q=0.9", "zh-Hant", "有什麼可以幫您"),
        ("/help/", "zh-HK", "zh-Hant", "有什麼可以幫您"),
        ("/help/", "en-GB", "en", "How can we help"),
        ("/help/", "fr", "zh-Hans", "有什么可以帮您"),
        ("/help", "en", "en", "How can we help"),
        ("/help/?lang=en", "zh-CN", "en", "How can we help"),
        ("/help/?lang=zh-Hant", "en", "zh-Hant", "有什麼可以幫您"),
        ("/help/?lang=klingon", "en", "en", "How can we help"),
    ],
)
async def test_the_address_decides_the_language_and_the_browser_otherwise(
    desk, path, header, language, words
):
    page = await read(desk.client(), path, **{"Accept-Language": header})
    assert page.all("html")[0]["lang"] == language
    assert words in page.text


async def test_a_traditional_reader_gets_questions_answers_and_categories_in_his_characters(desk, library):
    key = await library.category(zh="产品信息")
    row = await library.published("怎么退货", answer="请在**软件**里申请。", category_id=key)
    reader = desk.client(headers={"Accept-Language": "zh-HK"})
    article = await read(reader, f"/help/a/{row.slug}")
    assert "怎麼退貨" in article.text and "請在軟體裡申請" in article.text and "產品資訊" in article.text
    found = await read(reader, "/help/search?q=退貨")
    assert "怎麼退貨" in found.text and "請在軟體裡申請" in found.text


async def test_the_front_page_leads_to_hot_questions_topics_and_the_chat(desk, library):
    key = await library.category()
    hot = await library.published("怎么退货", "How to return", category_id=key)
    await library.published("怎么开发票", "How to get an invoice")
    page = await read(desk.client(), "/help/?lang=en")
    places = [a["href"] for a in page.all("a")]
    assert f"/help/a/{hot.slug}?lang=en" in places
    assert f"/help/c/{key}?lang=en" in places and "/help/c/other?lang=en" in places
    assert page.all("form", role="search")[0]["action"] == "/help/search"
    assert {"src": "/widget.js", "async": None, "data-language": "en"} in page.all("script")
    assert [a["href"] for a in page.all("a", hreflang="zh-Hant")] == ["/help/?lang=zh-Hant"]


async def test_a_topic_has_what_is_below_it_and_empty_ones_are_nowhere(desk, library):
    above = await library.category("订单", "Orders")
    async with desk.db.begin() as tx:
        below = await categories.create(tx, {"zh": "物流", "en": "Delivery"}, above)
        empty = await categories.create(tx, {"zh": "空的", "en": "Nothing"})
    row = await library.published("多久送到", "How long is delivery", category_id=below.id)
    reader = desk.client(headers={"Accept-Language": "en"})
    page = await read(reader, f"/help/c/{above}")
    assert f"/help/a/{row.slug}?lang=en" in [a["href"] for a in page.all("a")]
    assert "Orders" in page.text and "Delivery" in page.text and "Nothing" not in page.text
    article = await read(reader, f"/help/a/{row.slug}")
    assert [a["href"] for a in article.all("a") if (a["href"] or "").startswith("/help/c/")] == [
        f"/help/c/{above}?lang=en",
        f"/help/c/{below.id}?lang=en",
    ]
    for key in (empty.id, "nonsense", "other"):
        await read(reader, f"/help/c/{key}", 404)


async def test_hostile_words_are_shown_and_do_nothing(desk, library):
    async with desk.db.begin() as tx:
        await write(tx, Business(name=Words(zh="<u>店</u>", en="<u>shop</u>")))
    key = await library.category(zh=HOSTILE, en=HOSTILE)
    evil = 'https://shop.example/?a=1&b="><script>'
    content = Content(
        zh=Side(
            question=f"退货 {HOSTILE}",
            answer=f"{HOSTILE}\n\n[x](javascript:alert(1)) ![p](https://evil.example/p)",
        ),
        buttons=(
            Button(title=ButtonTitle(zh='"><script>'), url=evil),
            Button(title=ButtonTitle(zh="'\"<i>"), payload="/x"),
        ),
    )
    row = await library.move(await library.draft(content), "published")
    async with desk.db.begin() as tx:
        await tx.run(k.article.update().values(category_id=key))
    reader = desk.client(headers={"Accept-Language": "zh"})
    search = {"q": HOSTILE[:120]}
    for path in (
        "/help/",
        f"/help/c/{key}",
        f"/help/a/{row.slug}",
        f"/help/search?{httpx.QueryParams(search)}",
    ):
        page = await read(reader, path)
        scripts = {a.get("src") or a.get("type") for a in page.all("script")}
        assert {name for name in scripts if not str(name).startswith("/help/assets/")} <= {
            "/widget.js",
            "application/ld+json",
        }, path
        assert not page.all("img") and not page.all("u") and not page.all("i"), path
        assert not any(name.startswith("on") for _, a in page.elements for name in a), path
        assert not any((a.get("href") or "").startswith("javascript") for a in page.all("a")), path
        assert "{{ 7*7 }}" in page.text, path
    article = await read(reader, f"/help/a/{row.slug}")
    question = next(part for part in json.loads(article.data)["@graph"] if part["@type"] == "FAQPage")
    assert question["mainEntity"][0]["name"] == row_question(content)


def row_question(content: Content) -> str:
    return " ".join(content.zh.question.split())


async def test_what_is_not_for_the_public_here_and_now_is_nowhere(desk, library):
    hidden = [
        await library.published("退货审批", audience="internal"),
        await library.published("退货旧闻", valid_until=desk.clock.now()),
        await library.published("退货预告", valid_from=desk.clock.now() + timedelta(hours=1)),
        await library.published("退货微信", channels=("wechat",)),
        await library.draft(Content(zh=Side(question="退货草稿", answer="x"))),
    ]
    seen = await library.published("退货地址", channels=("help",))
    reader = desk.client()
    for path in ("/help/", "/help/c/other", "/help/search?q=退货", "/sitemap.xml", f"/help/a/{seen.slug}"):
        text = (await reader.get(path)).text
        assert seen.slug in text, path
        assert not [row.slug for row in hidden if row.slug in text], path
    for row in hidden:
        await read(reader, f"/help/a/{row.slug}", 404)
        voice = {"helpful": "yes"}
        assert (await reader.post(f"/help/a/{row.slug}/feedback", data=voice)).status_code == 404
    assert await rows(desk, k.article_feedback) == []
    desk.clock.move(timedelta(hours=1))
    await read(reader, f"/help/a/{hidden[2].slug}")


async def test_an_article_in_one_language_is_shown_in_it_and_says_so(desk, library):
    row = await library.published("怎么退货")
    reader = desk.client()
    page = await read(reader, f"/help/a/{row.slug}?lang=en")
    assert "available in Chinese only" in page.text and page.all("article")[0]["lang"] == "zh-Hans"
    assert page.links("canonical") == {None: f"{ORIGIN}/help/a/{row.slug}?lang=zh"}
    assert page.links("alternate").keys() == {"zh-Hans", "zh-Hant", "x-default"}


async def test_each_page_tells_search_engines_its_one_address_and_its_languages(desk, library):
    key = await library.category()
    row = await library.published("怎么退货", "How to return", answer="七天内**无理由**。", category_id=key)
    reader = desk.client(headers={"Accept-Language": "zh"})
    for place in ("", f"c/{key}", f"a/{row.slug}"):
        page = await read(reader, f"/help/{place}?lang=zh")
        assert page.links("canonical") == {None: f"{ORIGIN}/help/{place}?lang=zh"}
        assert page.links("alternate") == {
            "zh-Hans": f"{ORIGIN}/help/{place}?lang=zh",
            "zh-Hant": f"{ORIGIN}/help/{place}?lang=zh-Hant",
            "en": f"{ORIGIN}/help/{place}?lang=en",
            "x-default": f"{ORIGIN}/help/{place}",
        }
        assert page.all("meta", name="description")[0]["content"]
        assert not page.all("meta", name="robots")
    article = await read(reader, f"/help/a/{row.slug}?thanks=yes&search=x")
    assert article.links("canonical") == {None: f"{ORIGIN}/help/a/{row.slug}?lang=zh"}
    parts = {part["@type"]: part for part in json.loads(article.data)["@graph"]}
    assert parts["Article"]["headline"] == "怎么退货" and parts["Article"]["inLanguage"] == "zh-Hans"
    assert "<strong>无理由</strong>" in parts["FAQPage"]["mainEntity"][0]["acceptedAnswer"]["text"]
    steps = parts["BreadcrumbList"]["itemListElement"]
    assert [step["name"] for step in steps] == [
        "帮助中心",
        "退换",
        "怎么退货",
    ]


async def test_results_and_apologies_are_not_for_search_engines_or_stores(desk, library):
    await library.published("怎么退货")
    for path, status in (("/help/search?q=退货", 200), ("/help/a/nothing", 404), ("/help/x/y", 404)):
        answer = await desk.client().get(path)
        assert answer.status_code == status
        assert answer.headers["cache-control"] == "private, no-store" and "etag" not in answer.headers
        assert Page(answer.text).all("meta", name="robots", content="noindex")


async def test_the_site_map_has_every_page_in_every_language_it_is_written_in(desk, library):
    both, zh = await library.published("怎么退货", "How to return"), await library.published("怎么开发票")
    answer = await desk.client().get("/sitemap.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    found = {node.text for node in ElementTree.fromstring(answer.content).findall("s:url/s:loc", space)}
    expected = {
        ("", "zh"),
        ("", "zh-Hant"),
        ("", "en"),
        ("c/other", "zh"),
        ("c/other", "zh-Hant"),
        ("c/other", "en"),
    }
    expected |= {(f"a/{both.slug}", "zh"), (f"a/{both.slug}", "zh-Hant"), (f"a/{both.slug}", "en")}
    expected |= {(f"a/{zh.slug}", "zh"), (f"a/{zh.slug}", "zh-Hant")}
    assert found == {f"{ORIGIN}/help/{place}?lang={script}" for place, script in expected}
    robots = (await desk.client().get("/robots.txt")).text
    assert f"Sitemap: {ORIGIN}/sitemap.xml" in robots and "Disallow: /help/search" in robots


async def test_an_unchanged_page_is_not_sent_again_and_a_changed_one_is(desk, library):
    row = await library.published("怎么退货", "How to return")
    reader = desk.client(headers={"Accept-Language": "zh"})
    for path in ("/help/?lang=zh", f"/help/a/{row.slug}?lang=zh", "/help/c/other?lang=zh", "/sitemap.xml"):
        first = await reader.get(path)
        assert first.headers["cache-control"].startswith("public")
        assert "vary" not in first.headers
        again = await reader.get(path, headers={"If-None-Match": f'"x", {first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    negotiated = await reader.get(f"/help/a/{row.slug}")
    assert negotiated.headers["vary"] == "Accept-Language"
    etag = negotiated.headers["etag"]
    edited = await library.edit(row, content=Content(zh=Side(question="怎么退货", answer="新的答案")))
    await library.move(edited, "published")
    fresh = await reader.get(f"/help/a/{row.slug}", headers={"If-None-Match": etag})
    assert fresh.status_code == 200 and "新的答案" in fresh.text


async def test_pages_run_scripts_and_styles_of_ours_alone_and_leave_nothing_with_the_reader(desk, library):
    row = await library.published("怎么退货", answer="**看**\n\n| a | b |\n|:-|-:|\n| 1 | 2 |")
    answer = await desk.client().get(f"/help/a/{row.slug}")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert not re.search(r"""\sstyle=|\son\w+=|<style""", answer.text)
    assert "set-cookie" not in answer.headers


async def test_searching_shows_answers_and_takes_down_what_was_asked_and_opened(desk, library):
    row = await library.published("怎么退货", "How to return", answer="七天内**无理由**。")
    reader = desk.client(headers={"Accept-Language": "zh"})
    page = await read(reader, "/help/search?q=怎么退货，电话13812345678")
    opened = next(
        a["href"] for a in page.all("a") if row.slug in (a["href"] or "") and "search=" in (a["href"] or "")
    )
    assert "七天内无理由" in page.text
    await read(reader, str(opened))
    (kept,) = await rows(desk, k.article_search)
    assert (kept.query, kept.place, kept.results, kept.chosen) == (
        "怎么退货，电话[phone]",
        "help",
        [row.id],
        row.id,
    )


async def test_a_mangled_address_of_a_result_still_shows_the_article(desk, library):
    row = await library.published("怎么退货")
    await read(desk.client(), f"/help/a/{row.slug}?search=garbage")
    assert await rows(desk, k.article_search) == []


async def test_where_nothing_is_found_there_are_other_ways_on(desk, library):
    row = await library.published("怎么退货", "How to return")
    page = await read(desk.client(), "/help/search?lang=en&q=zzzz")
    assert "Nothing found for “zzzz”" in page.text
    assert f"/help/a/{row.slug}?lang=en" in [a["href"] for a in page.all("a")]
    assert page.all("button", **{"data-chat": None})  # type: ignore[arg-type]
    empty = await read(desk.client(), "/help/search?lang=en")
    assert "Nothing found" not in empty.text
    (search,) = await rows(desk, k.article_search)
    assert (search.query, search.results) == ("zzzz", [])


async def test_before_the_first_article_the_chat_is_offered_and_nothing_is_indexed(desk):
    answer = await desk.client().get("/help/?lang=en")
    assert "Articles are on their way" in answer.text and "data-chat" in answer.text
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "<loc>" not in (await desk.client().get("/sitemap.xml")).text


async def test_a_reader_is_heard_once_an_article_and_may_think_again(desk, library):
    row = await library.published("怎么退货")
    reader = desk.client(headers={"Origin": ORIGIN})
    path = f"/help/a/{row.slug}"
    no = {"helpful": "no", "reason": "unclear", "comment": "看不懂\x00"}
    answer = await reader.post(f"{path}/feedback?lang=zh", data=no)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?lang=zh&thanks=no#feedback")
    assert "我们会改进" in (await read(reader, f"{path}?lang=zh&thanks=no")).text
    (voice,) = await rows(desk, k.article_feedback)
    assert (voice.helpful, voice.reason, voice.comment, voice.place) == (False, "unclear", "看不懂", "help")
    await reader.post(f"{path}/feedback", data={"helpful": "yes"})
    (voice,) = await rows(desk, k.article_feedback)
    assert (voice.helpful, voice.reason) == (True, None)
    body = {"article_id": str(row.id), "helpful": False}
    await reader.post("/api/visitor/v1/knowledge/feedback", json=body)
    assert (await library.get(row)).unhelpful == 1 and len(await rows(desk, k.article_feedback)) == 1


@pytest.mark.parametrize(
    ("form", "headers", "status"),
    [
        ({}, {}, 422),
        ({"helpful": "perhaps"}, {}, 422),
        ({"helpful": "no", "reason": "nonsense"}, {}, 422),
        ({"helpful": "no", "comment": "x" * 1001}, {}, 422),
        ({"helpful": "yes"}, {"Origin": "https://evil.example"}, 403),
        ({"helpful": "yes"}, {"Origin": "null"}, 403),
        ({"helpful": "yes"}, {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_a_form_that_is_not_ours_changes_nothing(desk, library, form, headers, status):
    row = await library.published("怎么退货")
    answer = await desk.client(headers=headers).post(f"/help/a/{row.slug}/feedback", data=form)
    assert answer.status_code == status and "text/html" in answer.headers["content-type"]
    assert await rows(desk, k.article_feedback) == []


async def test_who_votes_or_asks_too_often_waits_reads_why_and_leaves_no_trace(desk, library):
    row = await library.published("怎么退货")
    desk.app.ctx.settings = replace(desk.app.ctx.settings, host="0.0.0.0")
    reader = desk.client(headers={"Accept-Language": "en"})
    asked = [await reader.get("/help/search?q=x") for _ in range(40)]
    refused = [answer for answer in asked if answer.status_code == 429]
    assert refused and "Please wait" in refused[0].text and refused[0].headers["retry-after"]
    assert len(await rows(desk, k.article_search)) == len(asked) - len(refused)
    voices = [await reader.post(f"/help/a/{row.slug}/feedback", data={"helpful": "yes"}) for _ in range(30)]
    assert {answer.status_code for answer in voices} == {303, 429}
    other = await desk.client("203.0.113.9").get("/help/search?q=x")
    assert other.status_code == 200


@pytest.mark.parametrize(
    "path", ["/help/search?q=%00", "/help/search?q=" + "x" * 401, "/help/a/%00", "/help/c/%F0%9F"]
)
async def test_addresses_that_nobody_would_write_get_an_apology(desk, library, path):
    await library.published("怎么退货")
    answer = await desk.client().get(path)
    assert answer.status_code in {404, 422} and "text/html" in answer.headers["content-type"]
