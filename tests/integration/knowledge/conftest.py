"""An emptied database, somebody who writes articles, and articles to write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from core.clock import ManualClock
from core.db import Database, Row
from core.ids import new_id
from knowledge import articles
from knowledge import schema as k
from knowledge.content import Content, Side
from knowledge.placing import Placing
from tests.support.house import House


def about(zh: str = "", en: str = "", answer: str = "答案", similar: tuple[str, ...] = ()) -> Content:
    """An article's words: a question in either language, the similar ones in the language that is there."""
    return Content(
        zh=Side(question=zh, answer=answer, similar=similar) if zh else Side(),
        en=Side(question=en, answer="answer", similar=() if zh else similar) if en else Side(),
    )


@dataclass
class Library:
    """The knowledge base of a test, through its own functions."""

    db: Database
    clock: ManualClock
    author: UUID

    async def draft(self, content: Content, **values: Any) -> Row:
        async with self.db.begin() as tx:
            return await articles.create(tx, content, agent_id=self.author, **values)

    async def published(self, zh: str = "", en: str = "", **values: Any) -> Row:
        words = {name: values.pop(name) for name in ("answer", "similar") if name in values}
        placing = Placing(**values) if values else None
        row = await self.draft(about(zh, en, **words), placing=placing)
        return await self.move(row, "published")

    async def move(self, row: Row, to: str) -> Row:
        async with self.db.begin() as tx:
            return await articles.move(tx, row.id, row.version, to, agent_id=self.author)

    async def edit(self, row: Row, **values: Any) -> Row:
        async with self.db.begin() as tx:
            return await articles.edit(tx, row.id, row.version, agent_id=self.author, **values)

    async def get(self, row: Row) -> Row:
        async with self.db.begin() as tx:
            return await articles.get(tx, row.id)

    async def category(self, zh: str = "退换", en: str = "Returns") -> UUID:
        key = new_id()
        async with self.db.begin() as tx:
            await tx.run(
                k.category.insert().values(id=key, name={"zh": zh, "en": en}, position=0, created_at=tx.now)
            )
        return key


@pytest.fixture
async def library(recycled_database: str) -> AsyncIterator[Library]:
    clock = ManualClock()
    db = Database(recycled_database, clock=clock, pool_size=5)
    author = await House(db).agent("作者", "trainer")
    yield Library(db, clock, author)
    await db.close()
