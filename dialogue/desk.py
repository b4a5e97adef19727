"""What the dialogue needs of those who serve, declared by the one who needs it and filled in app.py."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from core.db import Tx


class Desk(Protocol):
    async def hand_off(
        self, tx: Tx, conversation: sa.Row[Any], *, reason: str, note: str | None, group_id: UUID | None
    ) -> sa.Row[Any]:
        """Move a locked conversation from the bot into the line; returns its new row."""

    async def on_duty(self, tx: Tx) -> bool:
        """Whether anybody would get work now."""
