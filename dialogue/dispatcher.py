"""Gives each conversation's unhandled messages to its owner, one turn at a time.

bot: ask the bot, commit its words and the understanding together.  waiting, agent: people have read it; it is
annotated for them (dialogue.annotator).  A bot that fails, is late, says nothing or is not there ends in the
human queue, never in silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from core import conversations, events, timeline
from core import schema as s
from core.clock import stamp
from core.db import Database, Row, Tx
from core.errors import Conflict, NotFound, Unavailable
from core.hints import Watch
from core.inbox import QUIET_GAP
from dialogue import turns, understanding
from dialogue.annotator import Annotator
from dialogue.breaker import Breaker
from dialogue.client import DEADLINE_S, LONGEST_TEXT, Bot, BotFailed, BotNotReady, TurnAnswer, TurnRequest
from dialogue.desk import Desk
from dialogue.escape import escape
from dialogue.said import Said
from dialogue.said import said as what_was_said

log = structlog.get_logger(__name__)

#: Turns of the bot in flight: more would only queue up inside Rasa and run into the deadline there.
BOT_ABREAST = 4


class Dispatcher:
    def __init__(
        self,
        db: Database,
        bot: Bot,
        desk: Desk,
        *,
        abreast: int = BOT_ABREAST,
        deadline_s: float = DEADLINE_S,
        lease: timedelta = turns.LEASE,
        look_every_s: float = 1.0,
    ) -> None:
        """lease must outlast deadline_s and a commit.  look_every_s makes good what a hint did not tell."""
        self.db, self.bot, self.desk = db, bot, desk
        self.deadline_s, self.lease, self.look_every_s = deadline_s, lease, look_every_s
        self.breaker = Breaker(db.clock)
        self.annotator = Annotator(db, bot, self.breaker)
        self._abreast = abreast
        self._running: set[asyncio.Task[None]] = set()
        self._left_some = False  # turns may be due for which there was no room

    async def run(self) -> None:
        """Dispatch until cancelled; running turns are then waited for by drain()."""
        with self.db.hints.watch("work", turns.DUE_NOW) as watch:
            while True:
                pause = self.look_every_s
                try:
                    pause = await self.start_due()
                except Unavailable:
                    log.warning("dispatcher.database_unavailable")
                except Exception:
                    log.exception("dispatcher.failed")
                await _until_due(watch, pause)

    async def drain(self, timeout_s: float) -> None:
        """Wait for the turns in flight; what does not finish is taken up again when its lease runs out."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_s)
        await self.annotator.drain(timeout_s)

    async def start_due(self) -> float:
        """Lease and start what is due; returns how long to sleep at most."""
        room = self._abreast - len(self._running)
        self._left_some = True
        if room <= 0:
            return self.look_every_s  # whoever is done first wakes us
        async with self.db.begin() as tx:
            leased = await turns.lease(tx, room, self.lease)
            read = await turns.take_read(tx)
        self.annotator.take(read)
        for turn in leased:
            task = asyncio.create_task(self._handle_safely(turn))
            self._running.add(task)
            task.add_done_callback(self._done)
        if len(leased) == room:
            return self.look_every_s
        self._left_some = False
        async with self.db.reading() as tx:
            due = await turns.next_due_s(tx)
        return self.look_every_s if due is None else min(max(due, 0.005), self.look_every_s)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._left_some:
            self.db.hints.notify(turns.DUE_NOW)  # there is room again

    async def _handle_safely(self, turn: turns.Lease) -> None:
        try:
            await self.handle(turn)
        except (Conflict, NotFound) as err:
            log.info("turn.given_up", turn=str(turn.turn_id), why=err.code)
        except Unavailable as err:
            log.warning("turn.interrupted", turn=str(turn.turn_id), why=err.code)
        except Exception:
            log.exception("turn.crashed", turn=str(turn.turn_id))

    async def handle(self, turn: turns.Lease) -> None:
        """One leased turn from its messages to its commit."""
        async with self.db.reading() as tx:
            conversation = (await tx.run(_CONVERSATION, {"id": turn.conversation_id})).one()
            to_bot = conversation.state == "bot"
            said = await what_was_said(tx, turn, conversation.language, to_bot=to_bot)
            metadata = await self._metadata(tx, conversation, said)
        if to_bot:
            await self._bot_turn(turn, conversation, said, metadata)
        else:  # people have it since a moment ago
            await self._commit(turn, lambda tx, row: turns.finish(tx, turn, "given_up"))
            self.annotator.take([turns.Read(turn.conversation_id, turn.after, turn.upto)])

    # -- the bot's turns ---------------------------------------------------------------------------------

    async def _bot_turn(
        self, turn: turns.Lease, conversation: Row, said: Said, metadata: dict[str, Any]
    ) -> None:
        if turn.attempts > turns.MAX_ATTEMPTS:
            return await self._fail(turn, "bot_failed", "too many attempts")
        if self.breaker.is_open:
            return await self._fail(turn, "bot_down", "breaker open")
        request = TurnRequest(
            conversation_id=str(turn.conversation_id),
            turn_id=str(turn.turn_id),
            fence=turn.fence,
            text=None if said.payload else escape(said.text)[:LONGEST_TEXT] or "?",
            payload=said.payload,
            metadata=metadata,
        )
        try:
            async with asyncio.timeout(self.deadline_s):
                if (conversation.bot or {}).get("renew"):
                    await self.bot.renew(request.conversation_id, self._kept_slots(conversation, metadata))
                answer = await self.bot.turn(request)
            if not answer.replies:
                raise BotFailed(detail="silent")
        except BotNotReady as err:
            self.breaker.failed()
            return await self._fail(turn, "bot_down", err.detail)
        except (BotFailed, TimeoutError) as err:
            self.breaker.failed()
            return await self._fail(turn, "bot_failed", getattr(err, "detail", "") or "deadline")
        except Exception as err:
            log.exception("turn.bot_crashed", turn=str(turn.turn_id))
            self.breaker.failed()
            return await self._fail(turn, "bot_failed", type(err).__name__)
        self.breaker.succeeded()
        await self._commit(turn, lambda tx, row: self._answer(tx, row, turn, said, answer))

    async def _answer(self, tx: Tx, row: Row, turn: turns.Lease, said: Said, answer: TurnAnswer) -> None:
        """Commit understanding, words and what actions asked for, together with "handled"."""
        current = await understanding.note(tx, row, said, answer)
        await events.record(
            tx,
            "turn.done",
            actor="bot",
            conversation_id=row.id,
            visitor_id=row.visitor_id,
            turn_id=str(turn.turn_id),
            understood=answer.understood,
            intent=current.nlu.get("intent"),
            emotion=current.nlu.get("emotion"),
            actions=answer.actions,
        )
        if row.state == "bot":
            await self._say(tx, row, turn, answer)
            if row.asked is not None:
                await self._hand_off(tx, current, row.asked)
        # else: the owner changed while the bot was thinking; its words are dropped, the understanding stays.
        await turns.finish(
            tx, turn, "done", result={"actions": answer.actions, "understood": answer.understood}
        )

    async def _say(self, tx: Tx, row: Row, turn: turns.Lease, answer: TurnAnswer) -> None:
        await timeline.post_all(tx, row, timeline.BOT, answer.replies, turn_id=turn.turn_id)
        await events.record(
            tx,
            "reply.sent",
            actor="bot",
            conversation_id=row.id,
            visitor_id=row.visitor_id,
            by="bot",
            count=len(answer.replies),
            turn_id=str(turn.turn_id),
        )

    async def _hand_off(self, tx: Tx, current: Row, asked: dict[str, Any]) -> None:
        group = asked.get("group")
        group_id = await tx.value(sa.select(s.group.c.id).where(s.group.c.slug == group)) if group else None
        await self.desk.hand_off(
            tx, current, reason=asked["reason"], note=asked.get("note"), group_id=group_id
        )

    async def _fail(self, turn: turns.Lease, reason: str, detail: str) -> None:
        log.warning("turn.failed", turn=str(turn.turn_id), reason=reason, detail=detail)

        async def work(tx: Tx, row: Row) -> None:
            await events.record(
                tx,
                "turn.failed",
                actor="bot",
                conversation_id=row.id,
                visitor_id=row.visitor_id,
                turn_id=str(turn.turn_id),
                reason=reason,
                detail=detail[:300],
            )
            if row.state == "bot":
                await conversations.tell(tx, row, "bot_unavailable", turn_id=turn.turn_id)
                await self.desk.hand_off(tx, row, reason=reason, note=None, group_id=None)
            await turns.finish(tx, turn, "failed", error=detail[:300])

        await self._commit(turn, work)

    # -- common ------------------------------------------------------------------------------------------

    async def _commit(self, turn: turns.Lease, work: Callable[[Tx, Row], Coroutine[Any, Any, None]]) -> None:
        """Run work with conversation and fence locked, all or nothing."""

        async def locked(tx: Tx) -> None:
            await work(tx, await turns.still_mine(tx, turn))

        await self.db.retrying(locked)

    async def _metadata(self, tx: Tx, conversation: Row, said: Said) -> dict[str, Any]:
        minute = {"conversation_id": conversation.id, "since": tx.now - timedelta(seconds=60)}
        per_minute, distinct = (await tx.run(_MINUTE, minute)).one()
        language = conversation.language
        return {
            "language": language[:2] if language else None,
            "script": {"zh-Hant": "Hant", "zh": "Hans"}.get(language or ""),
            "channel": conversation.channel,
            "customer_id": said.customer,
            "now": stamp(tx.now),
            "on_duty": await self.desk.on_duty(tx),
            "failures": conversation.failures,
            "tempo": {
                "messages_per_minute": per_minute,
                "repeats": per_minute - distinct,
                "bubbles": said.bubbles,
            },
        }

    def _kept_slots(self, conversation: Row, metadata: dict[str, Any]) -> dict[str, Any]:
        slots: dict[str, Any] = (conversation.bot or {}).get("slots", {})
        kept = {k: v for k, v in slots.items() if k in ("order_number", "phone_number", "email", "product")}
        return {**kept, "language": metadata["language"] or "zh"}


_CONVERSATION = (
    sa.select(s.conversation, s.visitor.c.language)
    .join(s.visitor, s.visitor.c.id == s.conversation.c.visitor_id)
    .where(s.conversation.c.id == sa.bindparam("id"))
)

_m = s.message.c
_MINUTE = sa.select(sa.func.count(), sa.func.count(sa.distinct(_m.content))).where(
    _m.conversation_id == sa.bindparam("conversation_id"),
    _m.author == "visitor",
    _m.created_at > sa.bindparam("since"),
)


async def _until_due(watch: Watch, pause_s: float) -> None:
    """Return after pause_s, or at once when a turn is due.

    A message just stored is due after its quiet gap, not now: looking for it before would find nothing.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + pause_s
    while (left := ends - loop.time()) > 0:
        news = await watch.wait(left)
        if turns.DUE_NOW in news:
            return
        if news:
            ends = min(ends, loop.time() + QUIET_GAP.total_seconds())
