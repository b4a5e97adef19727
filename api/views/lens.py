"""Through whose eyes something is shown: the language of the reader, addresses of files, faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sanic import Sanic

from core import schema as s
from core import settings_store
from core.clock import stamp
from core.db import Tx
from core.errors import NotFound
from core.links import Links
from core.settings_store import Widget, Words
from core.texts import SCRIPTS, Script, traditional

#: Longest excerpt of a message in lists, in characters.
EXCERPT = 80


@dataclass(frozen=True)
class Lens:
    """script is what the reader reads; links signs addresses of files."""

    script: Script
    links: Links

    @classmethod
    def of(cls, app: Sanic[Any, Any], script: Script) -> Lens:
        return cls(script, app.ctx.links)

    def avatar(self, blob_id: UUID | str | None) -> str | None:
        return self.links.path(blob_id, "avatar") if blob_id else None

    def visitor_name(self, name: str | None, visitor_id: UUID) -> str:
        """The name, or one that at least tells two strangers apart."""
        if name:
            return name
        tail = visitor_id.hex[-4:].upper()
        return f"Visitor {tail}" if self.script == "en" else f"访客 {tail}"


def as_script(value: str | None) -> Script:
    """A stored language as one that we write."""
    return value if value in SCRIPTS else "zh"


def when(at: Any) -> str:
    """stamp for times that are always there."""
    text = stamp(at)
    assert text is not None
    return text


def words(text: Words) -> dict[Script, str]:
    """All three scripts of a text that an administrator wrote in two or three."""
    return {"zh": text.zh, "zh-Hant": text.hant or traditional(text.zh), "en": text.en}


async def public_agent(app: Sanic[Any, Any], tx: Tx, agent_id: UUID) -> dict[str, Any]:
    """What visitors may know of an agent: {"name", "avatar"}."""
    a = s.agent.c
    row = await tx.one(sa.select(a.name, a.avatar_blob_id).where(a.id == agent_id))
    if row is None:
        raise NotFound("no_such_agent")
    return public_face(app, row.name, row.avatar_blob_id)


def public_face(app: Sanic[Any, Any], name: str, avatar_blob_id: UUID | None) -> dict[str, Any]:
    """The same for a row that was read already."""
    return {"name": name, "avatar": Lens.of(app, "zh").avatar(avatar_blob_id)}


async def widget_for_visitors(app: Sanic[Any, Any]) -> dict[str, Any]:
    """The look of the widget, with words in all three scripts."""
    async with app.ctx.db.begin() as tx:
        widget = await settings_store.read(tx, Widget)
    return {
        "title": words(widget.title),
        "greeting": words(widget.greeting),
        "colour": widget.colour,
        "position": widget.position,
        "suggestions": [words(suggestion) for suggestion in widget.suggestions],
        "bot": {
            "name": words(widget.bot.name),
            "avatar": Lens.of(app, "zh").avatar(widget.bot.avatar_blob_id),
        },
    }
