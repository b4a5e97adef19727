"""Articles from a draft to an answer and back, with two people at one of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa

from core import schema as s
from core.errors import Conflict, Invalid, NotFound
from knowledge import articles, categories, feedback
from knowledge import schema as k
from knowledge.content import Content, Side
from knowledge.placing import Placing
from tests.integration.knowledge.conftest import about


async def content_of(library, row, number):
    async with library.db.begin() as tx:
        return await articles.content_of(tx, row.id, number)


async def test_an_article_goes_through_review_to_its_readers(library):
    row = await library.draft(about("怎么退货", answer="在订单里申请。"))
    assert (row.state, row.live, row.latest) == ("draft", None, 1)
    row = await library.move(row, "review")
    assert row.live is None
    row = await library.move(row, "published")
    assert (row.state, row.live) == ("published", 1)
    assert row.published_at is not None


async def test_an_edit_waits_as_a_draft_while_readers_see_the_old_words(library):
    row = await library.published("怎么退货", answer="七天内。")
    row = await library.edit(row, content=about("怎么退货", answer="十五天内。"))
    assert (row.state, row.latest, row.live) == ("draft", 2, 1)
    assert (await content_of(library, row, 1)).zh.answer == "七天内。"
    row = await library.move(row, "published")
    assert (row.latest, row.live) == (2, 2)


async def test_an_edit_that_changes_nothing_makes_no_version(library):
    row = await library.published("怎么退货")
    again = await library.edit(row, content=about("怎么退货"), placing=Placing())
    assert (again.version, again.latest, again.state) == (row.version, 1, "published")


async def test_where_it_is_shown_changes_at_once_and_needs_no_new_version(library):
    row = await library.published("怎么退货")
    row = await library.edit(row, placing=Placing(tags=("退货", " 退货 "), channels=("web",)))
    assert (row.state, row.latest, row.tags, row.channels) == ("published", 1, ["退货"], ["web"])


async def test_the_words_of_an_earlier_version_come_back_as_a_draft(library):
    row = await library.published("怎么退货", answer="旧。")
    row = await library.edit(row, content=about("怎么退货", answer="新。"))
    async with library.db.begin() as tx:
        row = await articles.restore(tx, row.id, row.version, 1, agent_id=library.author)
    assert (row.latest, row.state, row.live) == (3, "draft", 1)
    assert (await content_of(library, row, 3)).zh.answer == "旧。"


async def test_an_archived_article_is_seen_by_nobody_and_can_come_back(library):
    row = await library.move(await library.published("怎么退货"), "archived")
    assert row.live is None
    assert (await library.move(row, "draft")).live is None


async def test_of_two_who_edit_at_once_the_second_is_told(library):
    row = await library.draft(about("怎么退货"))

    async def write(answer):
        return await library.edit(row, content=about("怎么退货", answer=answer))

    found = await asyncio.gather(write("甲"), write("乙"), return_exceptions=True)
    refused = [each for each in found if isinstance(each, Conflict)]
    assert len(refused) == 1 and refused[0].code == "changed"
    assert (await library.get(row)).latest == 2


async def test_an_article_without_an_answer_is_not_published(library):
    row = await library.draft(Content(zh=Side(question="怎么退货")))
    with pytest.raises(Invalid) as refused:
        await library.move(row, "published")
    assert refused.value.field == "zh.answer"
    assert (await library.get(row)).state == "draft"


async def test_versions_say_who_wrote_them_and_why(library):
    row = await library.draft(about("甲"), comment="first")
    await library.edit(row, content=about("乙"), comment="second")
    async with library.db.begin() as tx:
        found = await articles.versions(tx, row.id)
    assert [(v.number, v.comment, v.author_id) for v in found] == [
        (2, "second", library.author),
        (1, "first", library.author),
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"audience": "everybody"}, "audience"),
        ({"channels": ("fax",)}, "channels"),
        ({"tags": tuple(map(str, range(21)))}, "tags"),
        ({"tags": ("x" * 41,)}, "tags"),
        ({"category_id": uuid4()}, "category_id"),
    ],
)
async def test_where_it_cannot_be_shown_is_refused_and_nothing_is_made(library, values, field):
    with pytest.raises(Invalid) as refused:
        await library.draft(about("怎么退货"), placing=Placing(**values))
    assert refused.value.field == field
    async with library.db.begin() as tx:
        assert await tx.value(sa.select(sa.func.count()).select_from(k.article)) == 0


async def test_it_ends_after_it_begins(library):
    now = library.clock.now()
    with pytest.raises(Invalid):
        await library.draft(about("甲"), placing=Placing(valid_from=now, valid_until=now))


async def test_addresses_are_readable_and_each_its_own(library):
    first = await library.draft(about("甲", "How do I return something?"))
    second = await library.draft(about("乙", "How do I return something?"))
    assert first.slug.startswith("how-do-i-return-something-") and first.slug != second.slug
    with pytest.raises(asyncpg.UniqueViolationError):
        await library.draft(about("丙"), slug=first.slug)


async def test_every_change_is_in_the_log(library):
    row = await library.published("甲")
    await library.edit(row, content=about("乙"))
    async with library.db.begin() as tx:
        e = s.event.c
        found = await tx.all(sa.select(e.type, e.agent_id, e.data).order_by(e.id))
    assert [row.type for row in found] == ["article.created", "article.moved", "article.edited"]
    assert {event.agent_id for event in found} == {library.author}
    assert {event.data["article_id"] for event in found} == {str(row.id)}


async def test_categories_have_two_levels_and_no_more(library):
    async with library.db.begin() as tx:
        top = await categories.create(tx, {"zh": "售后", "en": "After-sales"})
        below = await categories.create(tx, {"zh": "退货", "en": "Returns"}, top.id)
        other = await categories.create(tx, {"zh": "支付", "en": "Payment"})
        for category_id, parent_id in ((None, below.id), (top.id, other.id), (top.id, top.id)):
            with pytest.raises(Invalid):
                if category_id is None:
                    await categories.create(tx, {"zh": "三", "en": "third"}, parent_id)
                else:
                    await categories.update(tx, category_id, parent_id=parent_id)
        with pytest.raises(Conflict):
            await categories.remove(tx, top.id)
        assert [row.id for row in await categories.all_of_them(tx)] == [top.id, other.id, below.id]


async def test_articles_outlive_their_category(library):
    key = await library.category()
    row = await library.published("怎么退货", category_id=key)
    async with library.db.begin() as tx:
        await categories.remove(tx, key)
    after = await library.get(row)
    assert (after.category_id, after.live) == (None, 1)
    assert after.version > row.version  # searching looks again


async def test_a_reader_who_thinks_again_counts_once(library):
    row = await library.published("怎么退货")

    async def say(voter, helpful, **values):
        async with library.db.begin() as tx:
            await feedback.give(
                tx, row.id, voter=voter, helpful=helpful, place="help", language="zh", **values
            )

    await say("a", True)
    await say("b", True)
    await say("a", False, reason="wrong", comment=" 不对 ")
    after = await library.get(row)
    assert (after.helpful, after.unhelpful) == (1, 1)
    async with library.db.begin() as tx:
        (latest,) = await feedback.page(tx, helpful=False)
    assert (latest.voter, latest.reason, latest.comment, latest.slug) == ("a", "wrong", "不对", row.slug)


async def test_nobody_judges_what_nobody_can_see(library):
    row = await library.draft(about("怎么退货"))
    async with library.db.begin() as tx:
        with pytest.raises(NotFound):
            await feedback.give(tx, row.id, voter="a", helpful=True, place="help", language="zh")
        assert await tx.value(sa.select(sa.func.count()).select_from(k.article_feedback)) == 0


async def test_the_clock_of_a_change_is_the_house_s(library):
    row = await library.draft(about("甲"))
    library.clock.move(timedelta(hours=1))
    row = await library.move(row, "review")
    assert row.updated_at - row.created_at == timedelta(hours=1)
