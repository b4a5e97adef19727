"""Proposals for articles out of past conversations: starting a run, and how the last one went."""

from __future__ import annotations

from typing import cast

from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.console.trail import PREFIX, audit
from api.guards import agent_required
from api.http import Body, answer, body
from api.knowledge import EDITORS
from core.errors import Invalid
from knowledge.mining.background import Miner
from knowledge.mining.miner import last_report

blueprint = Blueprint("console_knowledge_mining", url_prefix=PREFIX)

_MOST_DAYS = 365


class MiningBody(Body, kw_only=True, frozen=True):
    days: int = 90


def _miner(request: Request) -> Miner:
    return cast(Miner, request.app.ctx.miner)


@blueprint.post("/knowledge/mining")
@agent_required(*EDITORS, body=MiningBody)
async def start_mining(request: Request) -> HTTPResponse:
    """Looks through the conversations of the last days in the background: {"started"}, false while one runs.

    What it finds are articles in state proposed: edit and publish them, or move them to dismissed.
    """
    days = body(request, MiningBody).days
    if not 0 < days <= _MOST_DAYS:
        raise Invalid("out_of_range", field="days")
    async with context.db(request).begin() as tx:
        await audit(request, tx, "article.mined", "articles", days=days)
    return answer({"started": _miner(request).start(days)})


@blueprint.get("/knowledge/mining")
@agent_required(*EDITORS)
async def show_mining(request: Request) -> HTTPResponse:
    """{"running", "last": {"at","days","questions","clusters","answered","proposed","counted"} or null}"""
    async with context.db(request).reading() as tx:
        return answer({"running": _miner(request).is_running, "last": await last_report(tx)})
