"""For whom, where and when an article is shown.  It holds for all its versions, and at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core.db import Tx
from core.errors import Invalid
from knowledge import schema as k
from knowledge.states import AUDIENCES

LONGEST_TAG, MOST_TAGS = 40, 20
#: Where articles can be shown; help is the public help centre.
CHANNELS = ("web", "app", "wechat", "wecom", "email", "help")


@dataclass(frozen=True, kw_only=True)
class Placing:
    """channels empty: everywhere.  valid_from counts, valid_until does not any more."""

    category_id: UUID | None = None
    audience: str = "public"
    channels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def check(placing: Placing) -> Placing:
    """As it is stored: tags tidied, channels in their order.  Raises Invalid with the field."""
    if placing.audience not in AUDIENCES:
        raise Invalid("bad_choice", field="audience")
    if set(placing.channels) - set(CHANNELS):
        raise Invalid("no_such_channel", field="channels")
    tags = tuple(dict.fromkeys(" ".join(tag.split()) for tag in placing.tags if tag.strip()))
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        raise Invalid("too_long", field="tags")
    if placing.valid_from and placing.valid_until and placing.valid_from >= placing.valid_until:
        raise Invalid("bad_range", field="valid_until")
    channels = tuple(channel for channel in CHANNELS if channel in placing.channels)
    return replace(placing, tags=tags, channels=channels)


async def columns(tx: Tx, placing: Placing) -> dict[str, Any]:
    """Placing as columns.  Raises Invalid with the field."""
    found = check(placing)
    if found.category_id is not None:
        known = sa.select(k.category.c.id).where(k.category.c.id == found.category_id)
        if await tx.value(known) is None:
            raise Invalid("bad_choice", field="category_id")
    return {
        "category_id": found.category_id,
        "audience": found.audience,
        "channels": list(found.channels),
        "tags": list(found.tags),
        "valid_from": found.valid_from,
        "valid_until": found.valid_until,
    }
