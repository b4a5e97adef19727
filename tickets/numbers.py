"""Ticket numbers: T260101-0001, counted anew each day in the business's time zone, without gaps."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import settings_store
from core.db import Tx
from core.hours import Hours, local_day
from tickets import schema as t

_NUMBER = re.compile(r"T?(\d{6})[-_./]?(\d{4,6})")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－ー"), "-")


def normalise(raw: str) -> str | None:
    """The number as we write it, from what people type: full-width, small letters, blanks, no hyphen.

    It may still be percent-encoded: whether the router decodes a path depends on the routes beside it.
    """
    text = unicodedata.normalize("NFKC", unquote(raw).translate(_DASHES)).upper()
    found = _NUMBER.fullmatch("".join(text.split()))
    return f"T{found[1]}-{found[2]}" if found else None


async def allocate(tx: Tx) -> str:
    """The next number of today.  Two transactions take turns, so a rolled-back one leaves no gap."""
    hours = await settings_store.read(tx, Hours)
    day = local_day(hours.time_zone, tx.now).strftime("%y%m%d")
    row = insert(t.ticket_counter).values(day=day, last=1)
    last: int = await tx.value(
        row.on_conflict_do_update(
            index_elements=["day"], set_={"last": t.ticket_counter.c.last + sa.literal(1)}
        ).returning(t.ticket_counter.c.last)
    )
    return f"T{day}-{last:04d}"
