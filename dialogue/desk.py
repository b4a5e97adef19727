"""What the dialogue needs of those who serve, declared by the one who needs it and filled in app.py."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from core.db import Row, Tx


class Desk(Protocol):
    async def hand_off(
        self, tx: Tx, conversation: Row, *, reason: str, note: str | None, group_id: UUID | None
    ) -> Row:
        """Move a locked conversation from the bot into the line; returns its new row."""

    async def on_duty(self, tx: Tx) -> bool:
        """Whether anybody would get work now."""
