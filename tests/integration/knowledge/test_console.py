"""The console's side of the knowledge base."""

from __future__ import annotations

import sqlalchemy as sa

from core import schema as s
from core.ids import new_id

WORDS = {"zh": {"question": "怎么退货", "similar": ["不想要了"], "answer": "在**我的订单**里申请。"}}


async def made(person, **values):
    answer = await person.post("/knowledge/articles", {"content": WORDS, **values})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def moved(person, article, to):
    path = f"/knowledge/articles/{article['id']}/move"
    answer = await person.post(path, {"version": article["version"], "to": to})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_trainer_writes_and_publishes_and_an_agent_finds_it(desk):
    trainer, agent = await desk.person("trainer"), await desk.person("agent")
    article = await made(trainer, tags=["退货"])
    assert (article["state"], article["live"], article["languages"]) == ("draft", None, ["zh"])
    path = f"/knowledge/articles/{article['id']}"
    assert (await agent.get(path)).status_code == 404
    assert (await agent.get("/knowledge/articles")).json()["items"] == []
    article = await moved(trainer, await moved(trainer, article, "review"), "published")
    assert (await agent.get(path)).json()["content"]["zh"]["question"] == "怎么退货"
    (found,) = (await agent.get("/knowledge/search", params={"q": "退货", "language": "zh"})).json()["items"]
    assert (found["id"], found["text"]) == (article["id"], "在我的订单里申请。")
    assert found["parts"]["nearest"] is None and 0 < found["parts"]["words"]
    (typed,) = (await agent.get("/knowledge/suggest", params={"q": "退", "language": "zh"})).json()["items"]
    assert typed["question"] == "怎么退货"


async def test_agents_read_what_readers_see_and_not_the_draft_after_it(desk):
    trainer, agent = await desk.person("trainer"), await desk.person("agent")
    article = await moved(trainer, await made(trainer), "published")
    words = {"zh": {**WORDS["zh"], "answer": "新的。"}}
    path = f"/knowledge/articles/{article['id']}"
    changed = await trainer.send("PATCH", path, {"version": article["version"], "content": words})
    assert (changed.json()["state"], changed.json()["latest"], changed.json()["live"]) == ("draft", 2, 1)
    assert (await trainer.get(path)).json()["content"]["zh"]["answer"] == "新的。"
    assert (await agent.get(path)).json()["content"]["zh"]["answer"] == "在**我的订单**里申请。"
    versions = (await trainer.get(f"{path}/versions")).json()["items"]
    assert [(v["number"], v["author"]) for v in versions] == [(2, "trainer"), (1, "trainer")]
    restored = await trainer.post(f"{path}/restore", {"version": changed.json()["version"], "number": 1})
    assert restored.json()["content"]["zh"]["answer"] == "在**我的订单**里申请。"


async def test_the_second_of_two_editors_is_told_and_changes_nothing(desk):
    trainer = await desk.person("trainer")
    article = await made(trainer)
    await moved(trainer, article, "review")
    before = await desk.counts()
    answer = await trainer.send(
        "PATCH",
        f"/knowledge/articles/{article['id']}",
        {"version": 0, "content": {"zh": {"question": "别的"}}},
    )
    assert (answer.status_code, answer.json()["error"]) == (409, "changed")
    assert await desk.counts() == before


async def test_a_list_is_filtered_counted_and_paged(desk):
    trainer = await desk.person("trainer")
    category = (await trainer.post("/knowledge/categories", {"name": {"zh": "退换", "en": "Returns"}})).json()
    for i in range(3):
        desk.clock.at = desk.clock.at.replace(minute=i)
        await made(trainer, tags=[f"标签{i}"], category_id=category["id"] if i else None)
    page = (await trainer.get("/knowledge/articles", params={"limit": 2})).json()
    assert (
        len(page["items"]) == 2
        and page["counts"]["draft"] == 3
        and page["tags"] == ["标签0", "标签1", "标签2"]
    )
    rest = (await trainer.get("/knowledge/articles", params={"cursor": page["next"]})).json()
    assert len(rest["items"]) == 1 and rest["next"] is None

    async def count(**query):
        return len((await trainer.get("/knowledge/articles", params=query)).json()["items"])

    assert await count(category=category["id"]) == 2 and await count(category="none") == 1
    assert await count(tag="标签1") == 1 and await count(q="退货") == 3 and await count(q="没有") == 0
    assert await count(lacks="en") == 3 and await count(language="en") == 0
    assert await count(state="draft,review") == 3 and await count(live="1") == 0
    assert (await trainer.get("/knowledge/articles", params={"state": "gone"})).status_code == 422


async def test_every_change_leaves_one_audit_row(desk):
    trainer = await desk.person("trainer")
    article = await moved(trainer, await made(trainer), "published")
    await trainer.post("/knowledge/synonyms", {"words": ["退货", "退回"]})
    async with desk.db.begin() as tx:
        rows = await tx.all(sa.select(s.audit.c.verb, s.audit.c.object).order_by(s.audit.c.id))
    assert [(row.verb, row.object) for row in rows][:2] == [
        ("article.created", f"article:{article['id']}"),
        ("article.moved", f"article:{article['id']}"),
    ]
    assert rows[2].verb == "synonyms.created"


async def test_a_repeated_call_makes_one_article(desk):
    trainer = await desk.person("trainer")
    answers = [
        await trainer.post("/knowledge/articles", {"content": WORDS}, idempotency_key="one") for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert (await trainer.get("/knowledge/articles")).json()["counts"]["draft"] == 1


async def test_addresses_are_given_once(desk):
    trainer = await desk.person("trainer")
    await made(trainer, slug="returns")
    answer = await trainer.post("/knowledge/articles", {"content": WORDS, "slug": "returns"})
    assert (answer.status_code, answer.json()["error"]) == (409, "slug_taken")
    answer = await trainer.post("/knowledge/articles", {"content": WORDS, "slug": "Not a slug"})
    assert (answer.status_code, answer.json()["error"]) == (422, "bad_slug")


async def test_a_preview_is_what_readers_will_have(desk):
    trainer = await desk.person("trainer")
    blob = str(new_id())
    markdown = f"**粗** <script>alert(1)</script> ![图](blob:{blob}) [链接](javascript:alert(1))"
    shown = (await trainer.post("/knowledge/preview", {"markdown": markdown})).json()
    assert "<strong>粗</strong>" in shown["html"] and f'src="/files/{blob}/' in shown["html"]
    assert "<script" not in shown["html"] and 'href="javascript' not in shown["html"]
    assert shown["text"].startswith("粗")


async def test_categories_and_synonyms_are_kept_in_order(desk):
    trainer = await desk.person("trainer")
    top = (await trainer.post("/knowledge/categories", {"name": {"zh": "甲", "en": "A"}})).json()
    path = f"/knowledge/categories/{top['id']}"
    renamed = await trainer.send("PATCH", path, {"name": {"zh": "乙", "en": "B"}, "position": 3})
    assert renamed.json()["name"]["zh"] == "乙"
    below = {"name": {"zh": "丙", "en": "C"}, "parent_id": top["id"]}
    assert (await trainer.post("/knowledge/categories", below)).status_code == 201
    assert (await trainer.send("DELETE", path)).json()["error"] == "in_use"
    assert len((await trainer.get("/knowledge/categories")).json()["items"]) == 2
    made_set = (await trainer.post("/knowledge/synonyms", {"words": ["A", "b "]})).json()
    changed = await trainer.send("PUT", f"/knowledge/synonyms/{made_set['id']}", {"words": ["a", "c"]})
    assert changed.json()["words"] == ["a", "c"]
    assert (await trainer.post("/knowledge/synonyms", {"words": ["alone"]})).status_code == 422
    assert (await trainer.send("DELETE", f"/knowledge/synonyms/{made_set['id']}")).status_code == 200
    assert (await trainer.get("/knowledge/synonyms")).json()["items"] == []
