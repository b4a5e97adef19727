"""Files that people of the house send or use as their face."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse, Request

from api import files
from api.console.trail import PREFIX, audit
from api.guards import actor, agent_required
from api.http import answer
from core.db import Row, Tx

blueprint = Blueprint("console_uploads", url_prefix=PREFIX)


@blueprint.post("/uploads")
@agent_required()
async def upload(request: Request) -> HTTPResponse:
    """multipart, field file.  413 too_large, 415 type_not_allowed, 503 disk_full."""

    async def note(tx: Tx, row: Row) -> None:
        await audit(request, tx, "file.uploaded", f"blob:{row.id}", mime=row.mime, size=row.size)

    return answer(await files.receive(request, agent_id=actor(request).id, also=note))
