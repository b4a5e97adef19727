"""Who waits, in which order."""

from __future__ import annotations

from api.views import summary_rows
from api.views.lens import Lens
from api.views.shapes import QueueItem, QueueSnapshot
from core.db import Tx
from handoff import queue


async def queue_snapshot(tx: Tx, lens: Lens, limit: int = 50) -> QueueSnapshot:
    """The head of the line, and how many wait in all."""
    entries = await queue.line(tx, limit)
    waiting = len(entries) if len(entries) < limit else await queue.waiting(tx)
    rows = await summary_rows.rows(tx, [entry.conversation_id for entry in entries])
    items = [
        QueueItem(
            **summary_rows.fields(rows[entry.conversation_id], lens),
            position=place,
            waiting_s=max(0, round((tx.now - entry.entered_at).total_seconds())),
        )
        for place, entry in enumerate(entries, 1)
        if entry.conversation_id in rows
    ]
    return QueueSnapshot(items, waiting)
