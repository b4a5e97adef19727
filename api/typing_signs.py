"""Typing of agents, told to the visitor and to colleagues who watch."""

from __future__ import annotations

from typing import Any

from core.agents import Agent
from core.db import Row
from core.signals import Signals


def watch_topic(conversation_id: Any) -> str:
    """Signals for consoles that watch a conversation."""
    return f"watch:{conversation_id}"


def tell(signals: Signals, conversation: Row, me: Agent, on: bool) -> None:
    """The visitor sees it only from whoever serves; colleagues who watch see it from everybody."""
    author = {"kind": "agent", "name": me.name}
    if conversation.state == "agent" and conversation.agent_id == me.id:
        topic = f"visitor:{conversation.visitor_id}"
        signals.send(topic, {"type": "typing", "author": author, "on": on})
    signals.send(
        watch_topic(conversation.id),
        {
            "type": "typing",
            "conversation_id": str(conversation.id),
            "author": {**author, "id": str(me.id)},
            "on": on,
        },
    )
