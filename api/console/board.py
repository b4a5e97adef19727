"""The live board: what is going on now, and today's numbers."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

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
from handoff.schema import queue_entry

blueprint = Blueprint("console_board", url_prefix=PREFIX)

#: Who has said nothing to the bot for this long is no longer counted as being with it.
WITH_BOT_FOR = timedelta(minutes=30)
#: All viewers of one process share an answer that is at most this old.
FRESH_FOR_S = 1.0


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


@blueprint.get("/board")
@agent_required(answer=Board)
async def show_board(request: Request) -> HTTPResponse:
    ctx = request.app.ctx
    at, shown = getattr(ctx, "board", (0.0, None))
    if shown is None or time.monotonic() - at > FRESH_FOR_S:
        zone = (await context.store(request).get(Hours)).time_zone
        started = time.monotonic()
        async with context.db(request).begin() as tx:
            shown = await board(request, tx, zone)
        ctx.board = (started, shown)
    return answer(shown)


async def board(request: Request, tx: Tx, time_zone: str) -> Board:
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
    numbers = await today(tx, time_zone)
    return Board(
        with_bot=live.with_bot,
        waiting=line.waiting,
        longest_wait_s=round((tx.now - line.since).total_seconds()) if line.since else None,
        in_service=live.in_service,
        agents=await people.roster(tx, context.links(request)),
        today=TodayNumbers(**vars(numbers)),
        at=stamp(tx.now),
    )
