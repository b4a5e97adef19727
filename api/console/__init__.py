"""The console's HTTP interface; docs/reference/console-api.md describes it.

blueprints lists everything to mount; each has the prefix /api/console/v1.
"""

from __future__ import annotations

from sanic import Blueprint

from api.console import (
    audit,
    board,
    canned,
    conversation_acts,
    conversations,
    departments,
    groups,
    people,
    queue,
    session,
    settings,
    socket,
    tickets,
    uploads,
)

blueprints: tuple[Blueprint, ...] = (
    session.blueprint,
    people.blueprint,
    groups.blueprint,
    departments.blueprint,
    canned.blueprint,
    settings.blueprint,
    audit.blueprint,
    tickets.blueprint,
    board.blueprint,
    uploads.blueprint,
    conversations.blueprint,
    conversation_acts.blueprint,
    queue.blueprint,
    socket.blueprint,
)
