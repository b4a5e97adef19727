"""The live board: what is going on now, and today's numbers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from sanic import Blueprint, HTTPResponse, Request

from analytics.today import today
from api import context, people
from api.console.trail import PREFIX
from api.guards import agent_required
from api.http import answer
from core import schema as s
from core.clock import stamp
from core.db import Tx
from core.hours import Hours
from core.links import Links
from handoff.schema import queue_entry

blueprint = Blueprint("console_board", url_prefix=PREFIX)

#: Who has said nothing to the bot for this long is no longer counted as being with it.
WITH_BOT_FOR = timedelta(minutes=30)
#: How old the present state, and today's numbers, may be when they are shown.
NOW_FOR_S = 1.0
TODAY_FOR_S = 5.0

T = TypeVar("T")


class TodayNumbers(msgspec.Struct, frozen=True):
    """Since midnight in the business's time zone; docs/reference/events.md says what each means."""

    conversations: int
    handoffs: int
    bot_resolved_share: float | None
    first_response_median_s: float | None
    csat: float | None
    rated: int
    tickets_opened: int


class Board(msgspec.Struct, frozen=True):
    with_bot: int
    waiting: int
    longest_wait_s: int | None
    in_service: int
    agents: list[dict[str, Any]]
    today: TodayNumbers
    at: str | None


class Shared(Generic[T]):
    """A value that all viewers of one process share, made anew when it is older than fresh_for_s.

    Of several that find it old at once one makes it and the others wait for that one.
    """

    def __init__(self, fresh_for_s: float) -> None:
        self._fresh_for_s = fresh_for_s
        self._held: tuple[float, T] | None = None
        self._lock = asyncio.Lock()

    async def get(self, make: Callable[[], Awaitable[T]]) -> T:
        async with self._lock:
            now = time.monotonic()
            if self._held is None or now - self._held[0] > self._fresh_for_s:
                self._held = (now, await make())
            return self._held[1]


@blueprint.get("/board")
@agent_required(answer=Board)
async def show_board(request: Request) -> HTTPResponse:
    ctx = request.app.ctx
    if not hasattr(ctx, "board"):
        ctx.board, ctx.today = Shared(NOW_FOR_S), Shared(TODAY_FOR_S)

    async def now() -> Board:
        numbers = await ctx.today.get(since_midnight)
        async with context.db(request).begin() as tx:
            return await board(tx, context.links(request), numbers)

    async def since_midnight() -> TodayNumbers:
        zone = (await context.store(request).get(Hours)).time_zone
        async with context.db(request).begin() as tx:
            return TodayNumbers(**vars(await today(tx, zone)))

    return answer(await ctx.board.get(now))


async def board(tx: Tx, links: Links, numbers: TodayNumbers) -> Board:
    """The present state, beside today's numbers."""
    c, q = s.conversation.c, queue_entry.c
    n = sa.func.count()
    live = (
        await tx.run(
            sa.select(
                n.filter(c.state == "bot", c.active_at > tx.now - WITH_BOT_FOR).label("with_bot"),
                n.filter(c.state == "agent").label("in_service"),
            ).where(c.kind == "live", c.state.in_(("bot", "agent")))
        )
    ).one()
    line = (
        await tx.run(
            sa.select(n.label("waiting"), sa.func.min(q.entered_at).label("since")).where(
                q.state == "waiting"
            )
        )
    ).one()
    return Board(
        with_bot=live.with_bot,
        waiting=line.waiting,
        longest_wait_s=round((tx.now - line.since).total_seconds()) if line.since else None,
        in_service=live.in_service,
        agents=await people.roster(tx, links),
        today=numbers,
        at=stamp(tx.now),
    )
