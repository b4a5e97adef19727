"""Every verb in any order against the real database: one owner, one open conversation, nothing forgotten."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core import inbox
from core import schema as s
from core.db import Row
from core.errors import KetingError
from core.ids import new_id
from core.messages import Text
from dialogue.dispatcher import Dispatcher
from handoff import desk, guests, merges
from handoff.presence import LIVE_FOR, beat, set_availability
from handoff.router import Router
from handoff.schema import queue_entry, service
from tests.fakes.bot import ScriptedBot, answers, echo, fails, not_ready
from tests.support.world import PAUSE, Line, World, opened

_games = itertools.count()

VISITORS = ("a", "b")
AGENTS = 3
visitors = st.sampled_from(VISITORS)
agents = st.integers(0, AGENTS - 1)


class AnyOrder(RuleBasedStateMachine):
    """Two visitors, three agents with little room, a bot of all moods, two routers' worth of passes."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.game = f"g{next(_games)}-"
        self.opening = opened(self.url, names=self.game)
        self.world: World = self.run(self.opening.__aenter__())
        self.bot = ScriptedBot()
        self.dispatcher = Dispatcher(self.world.db, self.bot, Line(), deadline_s=1)
        self.team: list[UUID] = []
        self.visitor_ids: set[UUID] = set()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def attempt(self, *work: Coroutine[Any, Any, Any]) -> None:
        """All at once; a refusal is an answer like any other, everything else is a bug."""
        for outcome in self.run(_gathered(*work)):
            if isinstance(outcome, BaseException) and not isinstance(outcome, KetingError):
                raise outcome

    @initialize()
    def people(self) -> None:
        for capacity in range(AGENTS):
            self.team.append(self.run(self.world.agent(capacity=capacity, availability="offline")))
        for sender in VISITORS:
            self.run(self.world.say(sender=self.game + sender))

    def mine(self, sender: str) -> Row:
        """The newest conversation of who knocks at this door."""

        async def find() -> Row:
            async with self.world.db.begin() as tx:
                c, i = s.conversation.c, s.identity.c
                query = (
                    sa.select(s.conversation)
                    .join(s.identity, i.visitor_id == c.visitor_id)
                    .where(i.external_id == self.game + sender)
                    .order_by(c.opened_at.desc(), c.id.desc())
                )
                return (await tx.run(query.limit(1))).one()

        return self.run(find())

    # -- what people do ------------------------------------------------------------------------------------

    @rule(sender=visitors, copies=st.integers(1, 3))
    def say(self, sender: str, copies: int) -> None:
        message = self.world.inbound(sender=self.game + sender)
        self.attempt(*(inbox.accept(self.world.db, message) for _ in range(copies)))

    @rule(sender=visitors)
    def ask_for_a_person(self, sender: str) -> None:
        row = self.mine(sender)
        self.attempt(
            guests.request_human(self.world.db, row.visitor_id, channel="web", identity_id=row.identity_id)
        )

    @rule(sender=visitors)
    def give_up_waiting(self, sender: str) -> None:
        self.attempt(guests.cancel_wait(self.world.db, self.mine(sender).visitor_id))

    @rule(sender=visitors, agent=agents, rival=agents, how=st.sampled_from(["accept", "takeover"]))
    def take(self, sender: str, agent: int, rival: int, how: str) -> None:
        verb, row = getattr(desk, how), self.mine(sender)
        self.attempt(*(verb(self.world.db, row.id, self.team[n]) for n in {agent, rival}))

    @rule(sender=visitors, colleague=agents)
    def transfer(self, sender: str, colleague: int) -> None:
        row = self.mine(sender)
        by = row.agent_id or self.team[0]
        self.attempt(desk.transfer(self.world.db, row.id, by=by, to_agent=self.team[colleague]))

    @rule(sender=visitors, agent=agents)
    def reply(self, sender: str, agent: int) -> None:
        row = self.mine(sender)
        self.attempt(
            desk.reply(self.world.db, row.id, self.team[agent], Text(text="好"), client_id=str(new_id()))
        )

    @rule(sender=visitors, by_visitor=st.booleans())
    def close(self, sender: str, by_visitor: bool) -> None:
        row = self.mine(sender)
        by = None if by_visitor else row.agent_id or self.team[0]
        self.attempt(desk.close(self.world.db, row.id, actor="visitor" if by_visitor else "agent", by=by))

    @rule(sender=visitors)
    def return_to_bot(self, sender: str) -> None:
        row = self.mine(sender)
        self.attempt(desk.return_to_bot(self.world.db, row.id, by=row.agent_id or self.team[0]))

    @rule(agent=agents, value=st.sampled_from(["online", "away", "offline"]))
    def change_availability(self, agent: int, value: str) -> None:
        self.attempt(set_availability(self.world.db, self.team[agent], value))

    @rule(agent=agents)
    def vanish(self, agent: int) -> None:
        self.world.clock.move(LIVE_FOR + timedelta(seconds=1))
        self.attempt(*(beat(self.world.db, a) for n, a in enumerate(self.team) if n != agent))

    # -- what the house does -------------------------------------------------------------------------------

    @rule(mood=st.sampled_from([echo, fails, not_ready, answers()]), meanwhile=st.booleans())
    def turns_run(self, mood: Any, meanwhile: bool) -> None:
        self.world.clock.move(PAUSE)
        self.bot.default = mood
        self.run(self.dispatcher.start_due())
        if meanwhile:  # somebody acts while the bot thinks
            self.take(VISITORS[0], 1, 1, "takeover")
        self.run(self.dispatcher.drain(30))

    @rule(routers=st.integers(1, 2))
    def route(self, routers: int) -> None:
        self.attempt(*(Router(self.world.db).once() for _ in range(routers)))

    @rule()
    def merge_and_part_again(self) -> None:
        one, other = (self.mine(sender).visitor_id for sender in VISITORS)

        async def work() -> None:
            merge_id = await self.world.db.retrying(lambda tx: merges.merge(tx, one, other))
            await self.world.db.retrying(lambda tx: merges.unmerge(tx, merge_id))

        self.attempt(work())

    # -- what holds at any time ----------------------------------------------------------------------------

    @invariant()
    def the_house_is_in_order(self) -> None:
        if self.team:
            self.run(self.check())

    async def check(self) -> None:
        conversations = [
            row for row in await self.world.rows(s.conversation) if await self.is_mine(row.visitor_id)
        ]
        ids = {row.id for row in conversations}
        open_now = [row for row in conversations if row.state != "closed"]
        assert len({row.visitor_id for row in open_now}) == len(open_now)
        waits = {e.conversation_id for e in await self.world.rows(queue_entry) if e.state == "waiting"} & ids
        assert waits == {row.id for row in conversations if row.state == "waiting"}
        running = {
            (x.conversation_id, x.agent_id)
            for x in await self.world.rows(service)
            if x.ended_at is None and x.conversation_id in ids
        }
        assert running == {(row.id, row.agent_id) for row in conversations if row.state == "agent"}
        await self.check_numbers({row.visitor_id for row in conversations})

    async def is_mine(self, visitor_id: UUID) -> bool:
        if not self.visitor_ids:
            i = s.identity.c
            async with self.world.db.begin() as tx:
                query = sa.select(i.visitor_id).where(i.external_id.startswith(self.game))
                self.visitor_ids = {row.visitor_id for row in await tx.all(query)}
        return visitor_id in self.visitor_ids

    async def check_numbers(self, visitor_ids: set[UUID]) -> None:
        """Nobody's numbers repeat, and the counters are never behind them."""
        m, v = s.message.c, s.visitor.c
        async with self.world.db.begin() as tx:
            rows = await tx.all(
                sa.select(v.seq, v.position, sa.func.max(m.seq), sa.func.max(m.position))
                .join(s.message, m.visitor_id == v.id)
                .where(v.id.in_(visitor_ids))
                .group_by(v.id)
            )
        assert rows and all(seq >= top and position >= last for seq, position, top, last in rows)

    def teardown(self) -> None:
        try:
            if self.team:
                self.settles_in_the_end()
        finally:
            self.run(self.opening.__aexit__(None, None, None))
            self.loop.close()

    def settles_in_the_end(self) -> None:
        """Once the bot works and time passes, no turn is left over and nobody is in silence."""
        self.bot.default = echo
        for _ in range(4):
            self.world.clock.move(timedelta(seconds=13))
            self.run(self.dispatcher.start_due())
            self.run(self.dispatcher.drain(30))
        self.run(self.check())
        self.run(self.check_nobody_is_in_silence())

    async def check_nobody_is_in_silence(self) -> None:
        for row in await self.world.rows(s.conversation):
            if row.state == "bot" and await self.is_mine(row.visitor_id):
                last = (await self.world.words(row.id))[-1][0]
                assert last != "visitor", "the bot owes an answer"


async def _gathered(*work: Coroutine[Any, Any, Any]) -> list[Any]:
    return await asyncio.gather(*work, return_exceptions=True)


def play(url: str, examples: int, steps: int) -> None:
    machine = type("Machine", (AnyOrder,), {"url": url})
    limits = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=limits)


def test_any_order_of_all_verbs_keeps_the_house_in_order(recycled_database: str) -> None:
    play(recycled_database, 5, 20)


@pytest.mark.long
def test_any_order_of_all_verbs_keeps_the_house_in_order_for_long(recycled_database: str) -> None:
    play(recycled_database, 150, 50)
