"""Gives each conversation's unhandled messages to its owner, one turn at a time.

bot: ask the bot, commit its words and the understanding together.  waiting, agent: people answer; the
message is annotated with intent and emotion for them.  A bot that fails, is late, says nothing or is not
there ends in the human queue, never in silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from core import conversations, events, streams, timeline
from core import schema as s
from core.clock import stamp
from core.db import Database, Row, Tx
from core.errors import Conflict, NotFound, Unavailable
from dialogue import turns
from dialogue.breaker import Breaker
from dialogue.client import DEADLINE_S, LONGEST_TEXT, Bot, BotFailed, BotNotReady, TurnAnswer, TurnRequest
from dialogue.desk import Desk
from dialogue.escape import escape

log = structlog.get_logger(__name__)

#: Turns of the bot in flight: more would only queue up inside Rasa and run into the deadline there.
BOT_ABREAST = 8

#: How long an annotation for people may take; a late one is left out.
PARSE_S = 3.0

_SWEEP_S = 1.0

#: How many of the bot's actions a conversation remembers for the handoff packet.
_TRIED = 12


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
    ) -> None:
        """lease must outlast deadline_s and a commit."""
        self.db, self.bot, self.desk = db, bot, desk
        self.deadline_s, self.lease = deadline_s, lease
        self.breaker = Breaker(db.clock)
        self._abreast = abreast
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Dispatch until cancelled; running turns are then waited for by drain()."""
        with self.db.hints.watch("work") as watch:
            while True:
                pause = _SWEEP_S
                try:
                    pause = await self.start_due()
                except Unavailable:
                    log.warning("dispatcher.database_unavailable")
                except Exception:
                    log.exception("dispatcher.failed")
                await watch.wait(pause)

    async def drain(self, timeout_s: float) -> None:
        """Wait for the turns in flight; what does not finish is taken up again when its lease runs out."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_s)

    async def start_due(self) -> float:
        """Lease and start what is due; returns how long to sleep at most."""
        room = self._abreast - len(self._running)
        if room <= 0:
            return _SWEEP_S  # whoever is done first wakes us
        async with self.db.begin() as tx:
            leased = await turns.lease(tx, room, self.lease)
        for turn in leased:
            task = asyncio.create_task(self._handle_safely(turn))
            self._running.add(task)
            task.add_done_callback(self._done)
        if len(leased) == room:
            return _SWEEP_S
        async with self.db.reading() as tx:
            due = await turns.next_due_s(tx)
        return _SWEEP_S if due is None else min(max(due, 0.005), _SWEEP_S)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.db.hints.notify("work")  # there is room for another

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
            conversation = (
                await tx.run(sa.select(s.conversation).where(s.conversation.c.id == turn.conversation_id))
            ).one()
            language = await self._language(tx, conversation)
            said = await turns.said(tx, turn, language)
            metadata = (
                await self._metadata(tx, conversation, turn, said, language)
                if conversation.state == "bot"
                else {}
            )
        if conversation.state == "bot":
            await self._bot_turn(turn, conversation, said, metadata)
        elif conversation.state == "closed" or not (said.text and said.has_words):
            await self._commit(turn, lambda tx, row: turns.finish(tx, turn, "done"))
        else:
            await self._annotate(turn, said)

    # -- the bot's turns ---------------------------------------------------------------------------------

    async def _bot_turn(
        self, turn: turns.Lease, conversation: Row, said: turns.Said, metadata: dict[str, Any]
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

    async def _answer(
        self, tx: Tx, row: Row, turn: turns.Lease, said: turns.Said, answer: TurnAnswer
    ) -> None:
        """Commit understanding, words and what actions asked for, together with "handled"."""
        await self._note_understanding(tx, row, turn, said, answer)
        if row.state == "bot":
            for reply in answer.replies:
                await timeline.post(tx, row, timeline.BOT, reply, turn_id=turn.turn_id)
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
            await self._apply_handoff(tx, row, turn)
        # else: the owner changed while the bot was thinking; its words are dropped, the understanding stays.
        await turns.finish(
            tx, turn, "done", result={"actions": answer.actions, "understood": answer.understood}
        )

    async def _apply_handoff(self, tx: Tx, row: Row, turn: turns.Lease) -> None:
        e = s.turn_effect.c
        asked = await tx.one(
            sa.select(e.request).where(e.turn_id == turn.turn_id, e.kind == "handoff").order_by(e.at).limit(1)
        )
        if asked is None:
            return
        current = (
            await tx.run(sa.select(s.conversation).where(s.conversation.c.id == row.id))
        ).one()  # as _note_understanding left it
        group = asked.request.get("group")
        group_id = await tx.value(sa.select(s.group.c.id).where(s.group.c.slug == group)) if group else None
        await self.desk.hand_off(
            tx, current, reason=asked.request["reason"], note=asked.request.get("note"), group_id=group_id
        )

    async def _note_understanding(
        self, tx: Tx, row: Row, turn: turns.Lease, said: turns.Said, answer: TurnAnswer
    ) -> None:
        nlu = summary(answer.nlu)
        bot: dict[str, Any] = {k: v for k, v in (row.bot or {}).items() if k != "renew"}
        tried = [a for a in answer.actions if a != "action_listen"]
        bot |= {
            "slots": answer.slots,
            "form": answer.form,
            "tried": (bot.get("tried", []) + tried)[-_TRIED:],
            "turns": bot.get("turns", 0) + 1,
        }
        c = s.conversation.c
        failures = 0 if answer.understood else row.failures + 1
        await tx.run(
            s.conversation.update()
            .where(c.id == row.id)
            .values(nlu=nlu, bot=bot, failures=failures, active_at=tx.now)
        )
        await self._note_language(tx, row, answer.nlu)
        if said.message_ids:
            await tx.run(s.message.update().where(s.message.c.id == said.message_ids[-1]).values(nlu=nlu))
        await events.record(
            tx,
            "turn.done",
            actor="bot",
            conversation_id=row.id,
            visitor_id=row.visitor_id,
            turn_id=str(turn.turn_id),
            understood=answer.understood,
            intent=nlu.get("intent"),
            emotion=nlu.get("emotion"),
            actions=answer.actions,
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

    # -- people's turns ----------------------------------------------------------------------------------

    async def _annotate(self, turn: turns.Lease, said: turns.Said) -> None:
        """Intent and emotion for whoever serves; a bot that cannot tell is no reason to wait."""
        nlu: dict[str, Any] | None = None
        if not self.breaker.is_open:
            try:
                async with asyncio.timeout(PARSE_S):
                    nlu = summary(await self.bot.parse(escape(said.text)))
            except (BotNotReady, BotFailed, TimeoutError):
                self.breaker.failed()
            except Exception:
                log.exception("parse.crashed", turn=str(turn.turn_id))
                self.breaker.failed()
            else:
                self.breaker.succeeded()

        async def work(tx: Tx, row: Row) -> None:
            if nlu is not None:
                await self._note_annotation(tx, row, said, nlu)
            await turns.finish(tx, turn, "done")

        await self._commit(turn, work)

    async def _note_annotation(self, tx: Tx, row: Row, said: turns.Said, nlu: dict[str, Any]) -> None:
        last = said.message_ids[-1]
        await tx.run(s.message.update().where(s.message.c.id == last).values(nlu=nlu))
        await tx.run(s.conversation.update().where(s.conversation.c.id == row.id).values(nlu=nlu))
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
            await streams.publish(
                tx, row.agent_id, "message", message_id=str(last), conversation_id=str(row.id)
            )
        elif row.state == "waiting":
            tx.hint("queue")

    # -- common ------------------------------------------------------------------------------------------

    async def _commit(self, turn: turns.Lease, work: Callable[[Tx, Row], Coroutine[Any, Any, None]]) -> None:
        """Run work with conversation and fence locked, all or nothing."""

        async def locked(tx: Tx) -> None:
            await work(tx, await turns.still_mine(tx, turn))

        await self.db.retrying(locked)

    async def _language(self, tx: Tx, conversation: Row) -> str | None:
        language: str | None = await tx.value(
            sa.select(s.visitor.c.language).where(s.visitor.c.id == conversation.visitor_id)
        )
        return language

    async def _metadata(
        self, tx: Tx, conversation: Row, turn: turns.Lease, said: turns.Said, language: str | None
    ) -> dict[str, Any]:
        m = s.message.c
        minute = sa.select(sa.func.count(), sa.func.count(sa.distinct(m.content))).where(
            m.conversation_id == conversation.id,
            m.author == "visitor",
            m.created_at > tx.now - timedelta(seconds=60),
        )
        per_minute, distinct = (await tx.run(minute)).one()
        return {
            "language": language[:2] if language else None,
            "script": {"zh-Hant": "Hant", "zh": "Hans"}.get(language or ""),
            "channel": conversation.channel,
            "now": stamp(tx.now),
            "on_duty": await self.desk.on_duty(tx),
            "failures": conversation.failures,
            "tempo": {
                "messages_per_minute": per_minute,
                "repeats": per_minute - distinct,
                "bubbles": said.bubbles,
            },
        }

    async def _note_language(self, tx: Tx, row: Row, nlu: dict[str, Any]) -> None:
        """Remember how the visitor writes: zh, zh-Hant or en."""
        language = {"zh": "zh-Hant" if nlu.get("script") == "Hant" else "zh", "en": "en"}.get(
            nlu.get("language") or ""
        )
        if language:
            v = s.visitor.c
            await tx.run(
                s.visitor.update()
                .where(v.id == row.visitor_id, v.language.is_distinct_from(language))
                .values(language=language)
            )

    def _kept_slots(self, conversation: Row, metadata: dict[str, Any]) -> dict[str, Any]:
        slots: dict[str, Any] = (conversation.bot or {}).get("slots", {})
        kept = {k: v for k, v in slots.items() if k in ("order_number", "phone_number", "email", "product")}
        return {**kept, "language": metadata["language"] or "zh"}


def summary(nlu: dict[str, Any]) -> dict[str, Any]:
    """The part of an understanding that we keep with a message."""
    return {
        "intent": nlu.get("intent"),
        "ranking": (nlu.get("ranking") or [])[:3],
        "emotion": nlu.get("emotion"),
        "entities": [{"entity": e.get("entity"), "value": e.get("value")} for e in nlu.get("entities") or []],
        "language": nlu.get("language"),
    }
