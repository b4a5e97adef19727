"""Identifiers.  Rows are named by UUIDs of version 7 (RFC 9562): random, yet near in the index as in time."""

from __future__ import annotations

import os
import time
from uuid import UUID

from core.errors import Invalid


def new_id() -> UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    value = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def parse_id(text: object, field: str = "id") -> UUID:
    """The UUID in text; Invalid names the field otherwise."""
    try:
        return UUID(str(text))
    except ValueError:
        raise Invalid("bad_id", field=field) from None
