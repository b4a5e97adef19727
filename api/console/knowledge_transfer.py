"""The knowledge base into files and out of them.  An import is looked at first, then applied, all or
nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.console.knowledge_lists import asked_filter
from api.console.trail import PREFIX, audit, unique
from api.guards import actor, agent_required
from api.http import Body, answer, body, change, query_text
from api.knowledge import EDITORS
from core.db import Tx
from core.errors import Conflict, Invalid, TooLarge
from core.limits import Rate, enforce
from knowledge.transfer import export, files, plan
from knowledge.transfer.fetch import fetch
from knowledge.transfer.pages import read_html
from knowledge.transfer.records import Read

blueprint = Blueprint("console_knowledge_transfer", url_prefix=PREFIX)

MOST_BYTES = 10 * 1024 * 1024
#: Pages that we fetch for one person.
PAGES = Rate("knowledge_pages", burst=10, per_s=0.1)


class PageImport(Body, kw_only=True, frozen=True):
    url: str
    apply: bool = False
    publish: bool = False
    skip: bool = False


@blueprint.post("/knowledge/import")
@agent_required(*EDITORS)
async def import_file(request: Request) -> HTTPResponse:
    """multipart, field file, one or several: .csv .xlsx .md .zip (of .md) .docx .json
    .html.  ?apply=1&publish=1&skip=1

    Without apply nothing happens: {"applied", "counts": {"create","update","unchanged","refused"}, "items":
    [{"place","action","question","slug","state","faults": [{"field","message","fix"}]}]}.  With it all that
    can be done is done in one transaction; 409 conflict when something is refused and skip is not set.
    """
    sent = request.files.getlist("file") if request.files else None
    if not sent:
        raise Invalid("required", field="file")
    if sum(len(file.body) for file in sent) > MOST_BYTES:
        raise TooLarge(field="file")
    found: list[Read] = []
    for file in sent:
        found += await asyncio.to_thread(files.read, file.name or "", file.body)
    asked = {name: query_text(request, name) == "1" for name in ("apply", "publish", "skip")}
    return await _imported(request, found, ", ".join(file.name or "" for file in sent), **asked)


@blueprint.post("/knowledge/import-page")
@agent_required(*EDITORS, body=PageImport)
async def import_page(request: Request) -> HTTPResponse:
    """The same for a page of the public web, by its address."""
    given = body(request, PageImport)
    await enforce(context.limiter(request), str(actor(request).id), PAGES)
    html = await fetch(given.url)
    found = await asyncio.to_thread(read_html, html)
    return await _imported(
        request, found, given.url, apply=given.apply, publish=given.publish, skip=given.skip
    )


async def _imported(
    request: Request, found: Sequence[Read], source: str, *, apply: bool, publish: bool, skip: bool
) -> HTTPResponse:
    async def work(tx: Tx) -> dict[str, Any]:
        made = await plan.make(tx, found, publish=publish)
        if made.counts["refused"] and not skip:
            raise Conflict("conflict", field="file")
        async with unique(tx, "slug_taken", "slug"):
            await made.apply(tx, actor(request).id)
        await audit(request, tx, "article.imported", "articles", source=source[:300], counts=made.counts)
        return _report(made, applied=True)

    if apply:
        return await change(request, work)
    async with context.db(request).reading() as tx:
        return answer(_report(await plan.make(tx, found, publish=publish), applied=False))


def _report(made: plan.Plan, *, applied: bool) -> dict[str, Any]:
    return {"applied": applied, "counts": made.counts, "items": [step.shown() for step in made.steps]}


@blueprint.get("/knowledge/export")
@agent_required(*EDITORS)
async def export_articles(request: Request) -> HTTPResponse:
    """?format=csv|xlsx|zip|json and the filters of the list: a file that an import takes again."""
    name = query_text(request, "format", "csv")
    if name not in files.WRITERS:
        raise Invalid("bad_choice", field="format")
    async with context.db(request).reading() as tx:
        records = await export.records(tx, asked_filter(request))
        day = tx.now.strftime("%Y%m%d")
    write, mime = files.WRITERS[name]
    return HTTPResponse(
        await asyncio.to_thread(write, records),
        content_type=mime,
        headers={
            "Content-Disposition": f'attachment; filename="articles-{day}.{name}"',
            "Cache-Control": "no-store",
        },
    )
