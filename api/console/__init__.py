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
    examples,
    groups,
    knowledge,
    knowledge_lists,
    knowledge_mining,
    knowledge_order,
    knowledge_search,
    knowledge_transfer,
    models,
    nearest,
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
    knowledge.blueprint,
    knowledge_lists.blueprint,
    knowledge_mining.blueprint,
    knowledge_order.blueprint,
    knowledge_search.blueprint,
    knowledge_transfer.blueprint,
    models.blueprint,
    examples.blueprint,
    nearest.blueprint,
    uploads.blueprint,
    conversations.blueprint,
    conversation_acts.blueprint,
    queue.blueprint,
    socket.blueprint,
)
