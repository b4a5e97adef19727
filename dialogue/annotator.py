"""Intent and emotion of what visitors write to people, for whoever serves.

Best effort, apart from the turns of the bot: a bot that cannot tell is no reason to wait, and an annotation
that comes late or never costs nobody an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from core import events, streams
from core import schema as s
from core.db import Database, Row, Tx
from core.errors import Unavailable
from dialogue import understanding
from dialogue.breaker import Breaker
from dialogue.client import LONGEST_TEXT, Bot, BotFailed, BotNotReady
from dialogue.escape import escape
from dialogue.said import Said, said
from dialogue.turns import Read

log = structlog.get_logger(__name__)

#: How long the bot may take over one; a late one is left out.
PARSE_S = 3.0
#: Questions in flight beside the bot's turns, which go first; and how many may stand in line.
_ABREAST, _MOST = 2, 200


class Annotator:
    def __init__(self, db: Database, bot: Bot, breaker: Breaker) -> None:
        self._db, self._bot, self._breaker = db, bot, breaker
        self._gate = asyncio.Semaphore(_ABREAST)
        self._running: set[asyncio.Task[None]] = set()

    def take(self, messages: Iterable[Read]) -> None:
        """Annotate soon; what does not fit in the line is left out."""
        for read in messages:
            if len(self._running) >= _MOST:
                log.info("annotator.full")
                return
            task = asyncio.create_task(self._safely(read))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def drain(self, timeout_s: float) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_s)

    async def _safely(self, read: Read) -> None:
        try:
            async with self._gate:
                await self._annotate(read)
        except Unavailable as err:
            log.info("annotator.interrupted", why=err.code)
        except Exception:
            log.exception("annotator.crashed", conversation=str(read.conversation_id))

    async def _annotate(self, read: Read) -> None:
        if self._breaker.is_open:
            return
        async with self._db.reading() as tx:
            language = await tx.value(_LANGUAGE, {"id": read.conversation_id})
            heard = await said(tx, read, language, to_bot=False)
        if not (heard.text and heard.has_words):
            return
        nlu = await self._parse(heard.text)
        if nlu is not None:
            await self._db.retrying(lambda tx: _note(tx, read.conversation_id, heard, nlu))

    async def _parse(self, text: str) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(PARSE_S):
                nlu = await self._bot.parse(escape(text)[:LONGEST_TEXT])
        except TimeoutError:
            return None  # busy: late for us, while a turn may take longer and still be in time
        except (BotNotReady, BotFailed):
            self._breaker.failed()
            return None
        except Exception:
            log.exception("parse.crashed")
            self._breaker.failed()
            return None
        self._breaker.succeeded()
        return understanding.summary(nlu)


_LANGUAGE = (
    sa.select(s.visitor.c.language)
    .join(s.conversation, s.conversation.c.visitor_id == s.visitor.c.id)
    .where(s.conversation.c.id == sa.bindparam("id"))
)


async def _note(tx: Tx, conversation_id: UUID, heard: Said, nlu: dict[str, Any]) -> None:
    last = heard.message_ids[-1]
    row: Row = await understanding.annotate(tx, conversation_id, last, nlu)
    await events.record(
        tx,
        "message.understood",
        actor="bot",
        conversation_id=row.id,
        visitor_id=row.visitor_id,
        message_id=str(last),
        intent=nlu.get("intent"),
        emotion=nlu.get("emotion"),
    )
    if row.state == "agent":
        await streams.publish(tx, row.agent_id, "message", message_id=str(last), conversation_id=str(row.id))
    elif row.state == "waiting":
        tx.hint("queue")
