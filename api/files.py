"""Files by signed address, and taking in uploads: one way for visitors and for people of the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.rules import declare
from core import blobs
from core import schema as s
from core import uploads as rules
from core.db import Row, Tx
from core.errors import Invalid, TooLarge, TooMany
from core.ids import parse_id
from core.limits import Rate, enforce

blueprint = Blueprint("files")

#: A folder of photos at once is fine, a stream of them is not.
UPLOADS = Rate("upload", burst=20, per_s=0.2)
#: What one visitor may leave with us in a day.
VISITOR_BYTES_A_DAY = 200 * 1024 * 1024
_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@blueprint.get("/files/<blob_id:str>/<name:str>")
@declare("signed")
async def fetch(request: Request, blob_id: str, name: str) -> HTTPResponse:
    """A file.  403 for a wrong signature; 404 when it expired or is gone."""
    key = parse_id(blob_id)
    context.links(request).check(key, str(request.args.get("exp", "")), str(request.args.get("sig", "")))
    async with context.db(request).begin() as tx:
        row = await blobs.find(tx, key)
    etag = f'"{row.sha256[:32]}"'
    if request.headers.get("if-none-match") == etag:
        return HTTPResponse(status=304, headers={"ETag": etag})
    return HTTPResponse(
        await context.blobs(request).get(key), headers=_headers(row, etag), content_type=_served_as(row.mime)
    )


def _served_as(mime: str) -> str:
    return "text/plain; charset=utf-8" if mime == "text/plain" else mime


def _headers(row: Row, etag: str) -> dict[str, str]:
    # Opened as a page of its own, a file can do nothing at all: no script, no form, no origin.
    kind = "inline" if row.mime in _INLINE else "attachment"
    return {
        "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(row.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "Cross-Origin-Resource-Policy": "cross-origin",  # the widget shows images on other websites
        "Cache-Control": "private, max-age=3600, immutable",
        "ETag": etag,
    }


async def receive(
    request: Request,
    *,
    visitor_id: UUID | None = None,
    agent_id: UUID | None = None,
    also: Callable[[Tx, Row], Awaitable[None]] | None = None,
) -> dict[str, Any]:
    """Check and keep the multipart file of this request; returns the answer of the uploads routes."""
    await enforce(context.limiter(request), str(visitor_id or agent_id), UPLOADS)
    if visitor_id is not None:
        await _within_quota(request, visitor_id)
    if len(request.body) > rules.MAX_BYTES + 64 * 1024:  # the multipart frame around the file is small
        raise TooLarge()
    sent = request.files.get("file") if request.files else None
    if sent is None:
        raise Invalid("required", field="file")
    upload = await rules.check(sent.name or "", sent.type or "", sent.body)
    row = await blobs.keep(
        context.db(request),
        context.blobs(request),
        upload,
        visitor_id=visitor_id,
        agent_id=agent_id,
        also=also,
    )
    return shown(request, row)


async def _within_quota(request: Request, visitor_id: UUID) -> None:
    b = s.blob.c
    async with context.db(request).begin() as tx:
        recent = (b.visitor_id == visitor_id) & (b.created_at > tx.now - timedelta(days=1))
        used = await tx.value(sa.select(sa.func.coalesce(sa.func.sum(b.size), 0)).where(recent))
    if used + len(request.body) > VISITOR_BYTES_A_DAY:
        raise TooMany("upload_quota", retry_after_s=3600)


def shown(request: Request, row: Row) -> dict[str, Any]:
    answer = {
        "blob_id": str(row.id),
        "url": context.links(request).path(row.id, row.name),
        "name": row.name,
        "mime": row.mime,
        "size": row.size,
    }
    return answer | ({"width": row.width, "height": row.height} if row.width else {})
