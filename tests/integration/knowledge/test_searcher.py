"""The index follows the articles, in this process and in others, at once."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from core.db import Database
from encoder import EncoderMissing
from knowledge import synonyms
from knowledge.search.articles import Wanted
from knowledge.search.searcher import Searcher
from tests.integration.knowledge.conftest import about
from tests.unit.knowledge.conftest import Meanings


@asynccontextmanager
async def searching(library, encoder=lambda: None):
    searcher = Searcher(library.db, encoder)
    try:
        yield searcher
    finally:
        searcher.close()


def reader(library, **values):
    return Wanted("zh", library.clock.now(), **values)


async def questions(searcher, library, query, **values):
    found = await searcher.search(query, reader(library, **values))
    return [hit.article.content.zh.question for hit in found]


async def test_what_is_published_is_found_at_once(library):
    async with searching(library) as searcher:
        assert await questions(searcher, library, "退款") == []
        await library.published("退款多久到账")
        assert await questions(searcher, library, "退款") == ["退款多久到账"]


async def test_who_asks_while_a_change_is_being_taken_up_finds_it_too(library):
    async with searching(library) as searcher:
        await questions(searcher, library, "退款")
        await library.published("退款多久到账")
        both = await asyncio.gather(*(questions(searcher, library, "退款") for _ in range(2)))
        assert both == [["退款多久到账"]] * 2


async def test_a_draft_is_found_by_nobody(library):
    await library.draft(about("退款多久到账"))
    async with searching(library) as searcher:
        assert await questions(searcher, library, "退款", internal=True) == []


async def test_an_edit_is_found_when_it_is_published_and_not_before(library):
    row = await library.published("退款多久到账")
    async with searching(library) as searcher:
        await searcher.refresh()
        row = await library.edit(row, content=about("发票怎么开"))
        assert await questions(searcher, library, "发票") == []
        await library.move(row, "published")
        assert await questions(searcher, library, "发票") == ["发票怎么开"]
        assert await questions(searcher, library, "退款") == []


async def test_an_archived_article_is_gone_at_once(library):
    row = await library.published("退款多久到账")
    async with searching(library) as searcher:
        assert await questions(searcher, library, "退款")
        await library.move(row, "archived")
        assert await questions(searcher, library, "退款") == []


async def test_new_synonyms_count_at_once(library):
    await library.published("扫拖机器人怎么用")
    async with searching(library) as searcher:
        before = (await searcher.search("吸尘器", reader(library)))[0:1]
        async with library.db.begin() as tx:
            await synonyms.create(tx, ["扫拖机器人", "吸尘器"])
        (after,) = await searcher.search("吸尘器", reader(library))
        assert not before or after.words > before[0].words


async def test_another_process_without_hints_sees_it_when_it_compares_versions(library, recycled_database):
    other = Database(recycled_database, clock=library.clock, pool_size=2)  # hints of its own
    searcher = Searcher(other)
    assert await questions(searcher, library, "退款") == []
    await library.published("退款多久到账")
    searcher._checked_at = -1e9  # as if the time had passed
    assert await questions(searcher, library, "退款") == ["退款多久到账"]
    searcher.close()
    await other.close()


async def test_meanings_are_used_as_soon_as_there_are_articles(library):
    encoder = Meanings(["钱什么时候退给我", "款项何日返还"])
    made: list[Meanings] = []

    def make():
        made.append(encoder)
        return encoder

    async with searching(library, make) as searcher:
        assert await questions(searcher, library, "款项何日返还") == []
        assert made == []  # nothing to encode: nothing is loaded
        await library.published("钱什么时候退给我")
        (hit,) = await searcher.search("款项何日返还", reader(library))
        assert hit.nearest is not None and hit.nearest > 0.5
        assert made == [encoder]


async def test_many_new_articles_are_found_by_words_first_and_get_their_meanings_in_the_background(library):
    encoder = Meanings(["钱什么时候退给我", "款项何日返还"])
    for i in range(40):
        await library.published(f"第{i}个问题", similar=(f"问题{i}的另一种说法",))
    await library.published("钱什么时候退给我")
    async with searching(library, lambda: encoder) as searcher:
        (first, *_) = await searcher.search("钱什么时候退给我", reader(library))
        assert first.nearest is None
        running = asyncio.create_task(searcher.run())
        async with asyncio.timeout(20):
            while (await searcher.search("款项何日返还", reader(library)) or [first])[0].nearest is None:
                await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert (await questions(searcher, library, "款项何日返还"))[0] == "钱什么时候退给我"


class Down:
    name, dimensions = "down", 8

    def encode(self, texts):
        raise EncoderMissing("no")


@pytest.mark.parametrize("make", [lambda: None, lambda: Down()])
async def test_without_an_encoder_words_do(library, make):
    await library.published("退款多久到账")
    async with searching(library, make) as searcher:
        assert await questions(searcher, library, "退款") == ["退款多久到账"]


async def test_a_lost_database_leaves_what_is_held(library):
    await library.published("退款多久到账")
    other = Database("postgresql://nobody@127.0.0.1:1/nothing", clock=library.clock)
    searcher = Searcher(library.db)
    assert await questions(searcher, library, "退款")
    searcher._db, searcher._checked_at = other, -1e9
    assert await questions(searcher, library, "退款") == ["退款多久到账"]
    searcher.close()


async def test_an_article_is_read_by_id_and_by_slug_if_it_is_for_the_reader(library):
    row = await library.published("内部流程", audience="internal")
    async with searching(library) as searcher:
        for key in (row.id, str(row.id), row.slug):
            assert await searcher.article(key, reader(library)) is None
            assert await searcher.article(key, reader(library, internal=True)) is not None
        assert await searcher.article("nothing", reader(library)) is None
