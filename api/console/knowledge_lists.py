"""Articles as a list, with the filters that an export uses as well."""

from __future__ import annotations

from uuid import UUID

from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.console.trail import PREFIX, dump_cursor, load_cursor
from api.guards import actor, agent_required
from api.http import answer, query_int, query_text
from api.knowledge import EDITORS
from core.errors import Invalid
from core.ids import parse_id
from knowledge import lists, shapes
from knowledge.lists import Filter
from knowledge.states import STATES

blueprint = Blueprint("console_knowledge_lists", url_prefix=PREFIX)


@blueprint.get("/knowledge/articles")
@agent_required()
async def list_articles(request: Request) -> HTTPResponse:
    """?state=&category=&tag=&channel=&audience=&language=&lacks=&live=&q=&cursor=&limit=; agents see live
    ones."""
    limit = query_int(request, "limit", 50, 1, 200)
    wanted = asked_filter(request)
    async with context.db(request).reading() as tx:
        after = load_cursor(query_text(request, "cursor", longest=300))
        rows = await lists.page(tx, wanted, after=after, limit=limit + 1)
        counts, tags = await lists.counts(tx), await lists.tags(tx)
    last = rows[limit - 1] if len(rows) > limit else None
    return answer(
        {
            "items": [shapes.summary(row) for row in rows[:limit]],
            "next": dump_cursor(last.updated_at, last.id) if last else None,
            "counts": counts,
            "tags": tags,
        }
    )


def asked_filter(request: Request) -> Filter:
    """The filter in the address; who may not edit sees what is live."""
    states = tuple(state for state in query_text(request, "state").split(",") if state)
    if set(states) - set(STATES):
        raise Invalid("bad_choice", field="state")
    live = query_text(request, "live")
    return Filter(
        states=states,
        category=_category(request),
        tag=query_text(request, "tag") or None,
        channel=query_text(request, "channel") or None,
        audience=query_text(request, "audience") or None,
        language=_language(request, "language"),
        lacks=_language(request, "lacks"),
        live=True if actor(request).role not in EDITORS else {"1": True, "0": False}.get(live),
        words=query_text(request, "q").strip(),
    )


def _category(request: Request) -> UUID | str | None:
    text = query_text(request, "category")
    return text or None if text in ("", "none") else parse_id(text, "category")


def _language(request: Request, name: str) -> str | None:
    text = query_text(request, name)
    if text not in ("", "zh", "en"):
        raise Invalid("bad_choice", field=name)
    return text or None
