"""Visitors and the bot: what they find, what they may not see, what they say of it."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from knowledge import schema as k
from knowledge.content import Button, ButtonTitle, Content, Side
from tests.integration.knowledge.conftest import Library
from tests.support.house import House

VISITOR = "/api/visitor/v1/knowledge"
INTERNAL = "/internal/v1/knowledge"


async def shelf(desk) -> Library:
    return Library(desk.db, desk.clock, await House(desk.db).agent("作者", "trainer"))


async def rows(desk, table):
    async with desk.db.begin() as tx:
        return await tx.all(sa.select(table))


async def test_a_visitor_searches_reads_and_is_heard_without_a_token(desk):
    library = await shelf(desk)
    row = await library.published("怎么退货", "How to return", answer="七天内**无理由**。")
    reader = desk.client(headers={"Accept-Language": "zh"})
    found = (await reader.get(f"{VISITOR}/search", params={"q": "退货 电话13812345678"})).json()
    (item,) = found["items"]
    assert (item["slug"], item["excerpt"], item["fallback"]) == (row.slug, "七天内无理由。", False)
    page = await reader.get(f"{VISITOR}/articles/{row.slug}", params={"search_id": found["search_id"]})
    assert "<strong>无理由</strong>" in page.json()["html"]
    (search,) = await rows(desk, k.article_search)
    assert (search.query, search.chosen) == ("退货 电话[phone]", row.id)
    voice = {"article_id": str(row.id), "helpful": False, "reason": "unclear", "comment": "看不懂"}
    for _ in range(2):
        assert (await reader.post(f"{VISITOR}/feedback", json=voice)).status_code == 200
    assert (await library.get(row)).unhelpful == 1


async def test_each_reader_gets_his_language_and_the_other_one_where_there_is_no_better(desk):
    library = await shelf(desk)
    both = await library.published("退货怎么办", "How to return")
    zh = await library.published("退货地址")
    english = desk.client(headers={"Accept-Language": "en"})
    items = (await english.get(f"{VISITOR}/search", params={"q": "退货"})).json()["items"]
    shown = {item["id"]: (item["question"], item["language"], item["fallback"]) for item in items}
    assert shown[str(both.id)] == ("How to return", "en", False)
    assert shown[str(zh.id)] == ("退货地址", "zh", True)
    taiwan = desk.client(headers={"Accept-Language": "zh-TW"})
    (first, *_) = (await taiwan.get(f"{VISITOR}/suggest", params={"q": "退貨地"})).json()["items"]
    assert first["question"] == "退貨地址"


async def test_what_is_not_for_visitors_is_not_there_for_them(desk):
    library = await shelf(desk)
    hidden = [
        await library.published("退货审批", audience="internal"),
        await library.published("退货活动", valid_until=desk.clock.now()),
        await library.published("退货微信", channels=("wechat",)),
        await library.draft(Content(zh=Side(question="退货草稿", answer="x"))),
    ]
    reader = desk.client()
    for path in ("suggest?q=退货", "search?q=退货", "hot", "categories"):
        joint = "&" if "?" in path else "?"
        answer = await reader.get(f"{VISITOR}/{path}{joint}channel=web")
        assert "退货" not in answer.text, path
    for row in hidden[:2] + hidden[3:]:
        for key in (row.id, row.slug):
            assert (await reader.get(f"{VISITOR}/articles/{key}")).status_code == 404
        voice = await reader.post(f"{VISITOR}/feedback", json={"article_id": str(row.id), "helpful": True})
        assert voice.status_code == 404
    assert await rows(desk, k.article_feedback) == []


async def test_the_hot_questions_are_what_is_asked_most(desk):
    library = await shelf(desk)
    quiet, hot = await library.published("怎么开发票"), await library.published("怎么退货")
    reader = desk.client()
    found = (await reader.get(f"{VISITOR}/search", params={"q": "怎么退货"})).json()
    await reader.get(f"{VISITOR}/articles/{hot.id}", params={"search_id": found["search_id"]})
    items = (await reader.get(f"{VISITOR}/hot")).json()["items"]
    assert [item["id"] for item in items] == [str(hot.id), str(quiet.id)]


async def test_the_table_of_contents_has_every_public_article_once(desk):
    library = await shelf(desk)
    key = await library.category()
    inside, outside = await library.published("怎么退货", category_id=key), await library.published("发票")
    shown = (await desk.client(headers={"Accept-Language": "en"}).get(f"{VISITOR}/categories")).json()
    (category,) = shown["items"]
    assert category["name"] == "Returns"
    assert [entry["id"] for entry in category["articles"]] == [str(inside.id)]
    assert [entry["id"] for entry in shown["others"]] == [str(outside.id)]


async def test_payloads_of_buttons_stay_with_the_house(desk):
    library = await shelf(desk)
    buttons = (
        Button(title=ButtonTitle(zh="退货", en="Return"), payload="/request_return"),
        Button(title=ButtonTitle(zh="详情", en="More"), url="https://shop.example/returns"),
    )
    row = await library.draft(Content(zh=Side(question="怎么退货", answer="x"), buttons=buttons))
    await library.move(row, "published")
    shown = (await desk.client().get(f"{VISITOR}/articles/{row.id}")).json()["buttons"]
    assert shown == [
        {"title": "退货", "url": None, "says": "退货"},
        {"title": "详情", "url": "https://shop.example/returns", "says": None},
    ]


async def test_who_asks_too_often_waits_and_leaves_no_trace(desk):
    desk.app.ctx.settings = replace(desk.app.ctx.settings, host="0.0.0.0")
    reader = desk.client()
    answers = [(await reader.get(f"{VISITOR}/search", params={"q": "x"})).status_code for _ in range(40)]
    assert answers.count(429) > 0
    assert len(await rows(desk, k.article_search)) == answers.count(200)


async def bot(desk):
    token = desk.app.ctx.settings.internal_token.reveal()
    accepted = await House(desk.db).says("somebody", "退货")
    return desk.client(headers={"X-Keting-Token": token}), str(accepted.conversation_id)


async def test_the_bot_gets_an_answer_when_it_is_good_enough_and_what_is_near_otherwise(desk):
    library = await shelf(desk)
    row = await library.published("怎么退货", "How to return", answer="七天内**无理由**。")
    await library.published("退货运费谁出")
    actions, conversation = await bot(desk)
    ask = {"conversation_id": conversation, "query": "怎么退货", "language": "zh"}
    found = (await actions.post(f"{INTERNAL}/search", json=ask)).json()
    assert found["answer"]["id"] == str(row.id) and found["answer"]["text"] == "七天内无理由。"
    assert found["confidence"] > 0.9
    assert [item["question"] for item in found["related"]] == ["退货运费谁出"]
    found = (await actions.post(f"{INTERNAL}/search", json={**ask, "query": "运费能不能便宜一点呢亲"})).json()
    assert found["answer"] is None and found["related"]
    assert [search.answered_by for search in await rows(desk, k.article_search)] == [row.id, None]


async def test_a_visitor_s_not_helpful_counts_once_a_conversation(desk):
    library = await shelf(desk)
    row = await library.published("怎么退货")
    actions, conversation = await bot(desk)
    voice = {"conversation_id": conversation, "article_id": str(row.id), "helpful": False}
    for _ in range(2):
        assert (await actions.post(f"{INTERNAL}/feedback", json=voice)).status_code == 200
    (kept,) = await rows(desk, k.article_feedback)
    assert (kept.place, str(kept.conversation_id)) == ("bot", conversation)
    assert (await library.get(row)).unhelpful == 1


async def test_without_the_token_of_the_actions_nothing_is_answered_or_kept(desk):
    library = await shelf(desk)
    await library.published("怎么退货")
    _, conversation = await bot(desk)
    ask = {"conversation_id": conversation, "query": "怎么退货"}
    assert (await desk.client().post(f"{INTERNAL}/search", json=ask)).status_code == 403
    assert await rows(desk, k.article_search) == []
