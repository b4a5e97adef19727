"""The waiting line."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse, Request

from api import context, views
from api.compact import compact
from api.console.conversations import SERVING, lens_of
from api.console.trail import PREFIX
from api.guards import agent_required
from api.http import query_int
from api.views.shapes import QueueSnapshot

blueprint = Blueprint("console_queue", url_prefix=PREFIX)


@blueprint.get("/queue")
@agent_required(*SERVING, answer=QueueSnapshot)
async def show_queue(request: Request) -> HTTPResponse:
    """Who waits, in the order in which they will be served."""
    limit = query_int(request, "limit", 100, 1, 200)
    async with context.db(request).begin() as tx:
        snapshot = await views.queue_snapshot(tx, lens_of(request), limit)
    return compact(request, snapshot)
