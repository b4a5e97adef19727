"""Merging visitors, as it concerns the line: who no longer waits leaves it, who waits again returns."""

from __future__ import annotations

from uuid import UUID

from core import merges, timeline
from core.db import Tx
from handoff import queue


async def merge(tx: Tx, survivor_id: UUID, merged_id: UUID, *, by: UUID | None = None) -> UUID:
    """core.merges.merge, and out of the line with a conversation that it closed; returns the merge's id."""
    merge_id, closed = await merges.merge(tx, survivor_id, merged_id, by=by)
    for one in closed:
        if one.state == "waiting":
            row = await timeline.lock(tx, one.conversation_id)
            await queue.abandon(tx, row, "closed", actor="system")
    return merge_id


async def unmerge(tx: Tx, merge_id: UUID) -> None:
    """core.merges.unmerge, and whoever had waited waits again, with the former place in line."""
    for one in await merges.unmerge(tx, merge_id):
        if one.state == "waiting":
            await queue.put_back(tx, await timeline.lock(tx, one.conversation_id))
