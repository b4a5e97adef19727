"""What people may send: bounded, storable, their own.  Nothing is believed, all is looked up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from core import schema as s
from core.db import Tx
from core.errors import Invalid, NotFound
from core.ids import parse_id
from core.messages import (
    ATTACHMENTS,
    MAX_TEXT,
    Attachment,
    Button,
    Buttons,
    Card,
    Content,
    Location,
    Press,
    Text,
    is_storable,
    parse_content,
)


async def what_to_store(tx: Tx, visitor_id: UUID, content: Content) -> Content:
    """A visitor's content as we store it: texts bounded, presses and attachments looked up as their own."""
    match content:
        case Text(text=words):
            check_words(words, "content.text")
            return content
        case Press():
            return await _pressed(tx, visitor_id, content)
        case Location(latitude=lat, longitude=lon, label=label):
            fits = -90 <= lat <= 90 and -180 <= lon <= 180 and len(label) <= 200
            if not fits or not is_storable(label):
                raise Invalid("bad_location", field="content")
            return content
        case Attachment() if isinstance(content, ATTACHMENTS):
            return await attached(tx, content, s.blob.c.visitor_id == visitor_id)
        case _:
            raise Invalid("bad_content", field="content.type")


def check_words(words: str, field: str) -> None:
    """Invalid unless words are something a person may send: not blank, not too long, storable."""
    if not words.strip():
        raise Invalid("empty_text", field=field)
    if len(words) > MAX_TEXT:
        raise Invalid("text_too_long", field=field)
    if not is_storable(words):
        raise Invalid("bad_text", field=field)


async def _pressed(tx: Tx, visitor_id: UUID, press: Press) -> Press:
    """A press names a message and a button; what the button means is looked up, never believed."""
    m = s.message.c
    raw = await tx.value(
        sa.select(m.content).where(
            m.id == parse_id(press.message_id, "content.message_id"),
            m.visitor_id == visitor_id,
            m.seq.is_not(None),
        )
    )
    if raw is None:
        raise NotFound("no_such_button", field="content.message_id")
    shown = parse_content(raw)
    buttons: tuple[Button, ...] = shown.buttons if isinstance(shown, Buttons | Card) else ()
    if not 0 <= press.index < len(buttons):
        raise NotFound("no_such_button", field="content.index")
    button = buttons[press.index]
    return msgspec.structs.replace(press, title=button.title, payload=button.payload)


async def attached(tx: Tx, content: Attachment, mine: sa.ColumnElement[bool]) -> Content:
    """The attachment with name, size and kind as stored, if the blob is the sender's own."""
    if content.alt is not None and (len(content.alt) > 500 or not is_storable(content.alt)):
        raise Invalid("bad_text", field="content.alt")
    blob = await tx.one(
        sa.select(s.blob).where(s.blob.c.id == parse_id(content.blob_id, "content.blob_id"), mine)
    )
    if blob is None:
        raise NotFound("no_such_file", field="content.blob_id")
    filled: Any = msgspec.structs.replace(
        content, name=blob.name, mime=blob.mime, size=blob.size, width=blob.width, height=blob.height
    )
    return filled  # type: ignore[no-any-return]
