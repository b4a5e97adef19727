"""Proposals out of conversations: once each, without names, and never for what is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.errors import Conflict
from core.messages import Text
from handoff import desk as handoff
from knowledge import articles
from knowledge import schema as k
from knowledge.mining.miner import last_report, mine
from knowledge.search.searcher import Searcher
from tests.support.house import House
from tests.unit.knowledge.conftest import Meanings

ASKED = ["滤网多久换一次", "滤芯什么时候要更换", "过滤网几个月换", "多长时间换滤网合适"]
ANSWER = "建议三个月更换一次滤网，应用会提醒您。"


@pytest.fixture
async def told(library):
    """Four conversations that ask the same, and one that asks something else."""
    house = House(library.db)
    agent = await house.agent("客服")
    for number, question in enumerate([*ASKED, "你们周末开门营业吗"]):
        conversation = await house.served(f"guest{number}", agent, f"我叫王小明，{question}")
        await handoff.reply(library.db, conversation, agent, Text(ANSWER), client_id=str(number))
        await handoff.close(library.db, conversation, actor="agent", by=agent)
    return library


def searcher_of(library):
    masked = [f"我叫[name]，{question}" for question in ASKED]
    return Searcher(library.db, lambda: Meanings([*ASKED, *masked], [ANSWER]))


async def proposals(library):
    async with library.db.begin() as tx:
        return await tx.all(sa.select(k.article).order_by(k.article.c.created_at))


async def test_what_is_asked_again_and_again_is_proposed_with_the_answer_that_was_given(told):
    searcher = searcher_of(told)
    report = await mine(told.db, searcher)
    assert (report.questions, report.clusters, report.proposed) == (5, 1, 1)
    (row,) = await proposals(told)
    assert (row.state, row.live, row.origin["kind"], row.origin["volume"]) == ("proposed", None, "mined", 4)
    async with told.db.begin() as tx:
        content = await articles.content_of(tx, row.id, 1)
        kept = await last_report(tx)
    assert kept is not None and kept["proposed"] == 1
    assert content.zh.answer == ANSWER and len(content.zh.similar) == 3
    assert "王小明" not in str(content)
    searcher.close()


async def test_running_it_again_proposes_nothing_twice(told):
    searcher = searcher_of(told)
    await mine(told.db, searcher)
    report = await mine(told.db, searcher)
    assert (report.proposed, report.counted) == (0, 1)
    assert len(await proposals(told)) == 1
    searcher.close()


async def test_what_was_dismissed_stays_dismissed(told):
    searcher = searcher_of(told)
    await mine(told.db, searcher)
    (row,) = await proposals(told)
    await told.move(row, "dismissed")
    await mine(told.db, searcher)
    assert [row.state for row in await proposals(told)] == ["dismissed"]
    searcher.close()


async def test_what_an_article_answers_is_not_proposed(told):
    await told.published(ASKED[0], similar=tuple(f"我叫[name]，{question}" for question in ASKED))
    searcher = searcher_of(told)
    report = await mine(told.db, searcher)
    assert (report.clusters, report.answered, report.proposed) == (1, 1, 0)
    searcher.close()


async def test_old_conversations_are_left_alone(told):
    told.clock.move(timedelta(days=100))
    searcher = searcher_of(told)
    assert (await mine(told.db, searcher, days=90)).questions == 0
    searcher.close()


async def test_without_an_encoder_nothing_is_compared_and_nothing_proposed(told):
    searcher = Searcher(told.db)
    with pytest.raises(Conflict):
        await mine(told.db, searcher)
    assert await proposals(told) == []
    searcher.close()


async def test_a_trainer_starts_it_in_the_console(desk):
    trainer = await desk.person("trainer")
    assert (await trainer.get("/knowledge/mining")).json() == {"running": False, "last": None}
    assert (await trainer.post("/knowledge/mining", {"days": 0})).status_code == 422
    assert (await trainer.post("/knowledge/mining", {"days": 30})).json() == {"started": True}
    await desk.app.ctx.miner.finished()
    assert (await trainer.get("/knowledge/mining")).json()["last"]["questions"] == 0
