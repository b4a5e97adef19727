"""One conversation while it is told: its rows, and the moves by which the service would have changed them.

Each method writes what the code it names in its docstring writes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core import schema as s
from core.messages import Content, Event, Text, dump_content
from core.timeline import PULL_CHANNELS
from demo.company import Company
from demo.crowd import Crowd, Guest
from demo.rows import Rows
from demo.staff import Staff


@dataclass
class World:
    """What all stories share."""

    rng: random.Random
    rows: Rows
    company: Company
    staff: Staff
    crowd: Crowd
    now: datetime
    numbers: dict[str, int] = field(default_factory=dict)  # last ticket number of each day
    pictures: list[tuple[dict[str, Any], str]] = field(default_factory=list)  # blob rows, what they show


class Story:
    def __init__(
        self, world: World, guest: Guest, channel: str, at: datetime, *, until: datetime | None = None
    ) -> None:
        """until: nothing may happen later; a conversation of today ends there, still open."""
        self.world, self.guest, self.rng, self.rows = world, guest, world.rng, world.rows
        self.now, self._until = at, until
        self.channel = channel
        self.identity_id = world.crowd.enter(guest, channel, at)
        self.agent: str | None = None  # user name of who serves
        self.row = self.rows.add(
            s.conversation,
            id=self.rows.id_at(at),
            brand_id="default",
            visitor_id=guest.id,
            state="bot",
            version=0,
            channel=channel,
            identity_id=self.identity_id,
            agent_id=None,
            group_id=None,
            previous_id=guest.last_conversation,
            failures=0,
            nlu=None,
            bot={},
            agent_read_position=0,
            opened_at=at,
            active_at=at,
            closed_at=None,
            close_reason=None,
        )
        self.work = self.rows.add(
            s.work, conversation_id=self.row["id"], first_at=at, due_at=None, upto=0, newest=0, fence=0
        )
        previous = guest.last_conversation
        self.event(
            "conversation.opened",
            "visitor",
            channel=channel,
            previous=str(previous) if previous else None,
        )
        guest.last_conversation = self.id
        guest.stories += 1

    @property
    def id(self) -> UUID:
        found: UUID = self.row["id"]
        return found

    @property
    def state(self) -> str:
        return str(self.row["state"])

    def wait(self, low: float, high: float) -> None:
        """Let time pass."""
        self.wait_until(self.now + timedelta(seconds=self.rng.uniform(low, high)))

    def wait_until(self, at: datetime) -> None:
        at = max(at, self.now)
        self.now = min(at, max(self._until, self.now)) if self._until else at

    def event(self, type: str, actor: str, agent_id: UUID | None = None, **data: Any) -> None:
        """core.events.record"""
        self.rows.event(
            self.now,
            type,
            actor,
            conversation_id=self.id,
            visitor_id=self.guest.id,
            agent_id=agent_id,
            **data,
        )

    def post(
        self,
        author: str,
        content: Content | str,
        *,
        agent_id: UUID | None = None,
        internal: bool = False,
        turn_id: UUID | None = None,
    ) -> dict[str, Any]:
        """core.timeline.post"""
        visitor = self.guest.row
        visitor["position"] += 1
        visitor["seq"] += not internal
        is_visitor, pull = author == "visitor", self.channel in PULL_CHANNELS
        message_id = self.rows.id_at(self.now)
        message = self.rows.add(
            s.message,
            id=message_id,
            conversation_id=self.id,
            visitor_id=self.guest.id,
            position=visitor["position"],
            seq=None if internal else visitor["seq"],
            author=author,
            agent_id=agent_id,
            content=dump_content(Text(text=content) if isinstance(content, str) else content),
            channel=self.channel,
            identity_id=self.identity_id if is_visitor else None,
            client_id=str(self.rows.id_at(self.now)) if pull and author in ("visitor", "agent") else None,
            turn_id=turn_id,
            nlu=None,
            sent_at=self.now if is_visitor else None,
            created_at=self.now,
        )
        if not is_visitor and not internal and not pull:
            self.rows.add(
                s.outbox,
                conversation_id=self.id,
                identity_id=self.identity_id,
                message_id=message_id,
                state="sent",
                attempts=1,
                due_at=self.now,
                sent_at=self.now,
            )
        self.row["active_at"] = visitor["last_seen_at"] = self.now
        return message

    def tell(self, name: str, **data: Any) -> None:
        """core.conversations.tell"""
        self.post("system", Event(name=name, data=data))

    def move(
        self, move: str, after: str, actor: str, by: UUID | None = None, agent: str | None = None, **data: Any
    ) -> None:
        """core.conversations.move"""
        before, former = self.row["state"], self.row["agent_id"]
        owner = self.world.company.agents[agent] if agent else None
        self.row["state"] = after
        self.row["version"] += 1
        if after == "closed":
            self.row |= {"closed_at": self.now, "close_reason": data.get("reason")}
        else:
            self.row["agent_id"], self.agent = owner, agent
        self.event(
            "conversation.moved",
            actor,
            by or owner or former,
            move=move,
            before=before,
            after=after,
            owner=str(owner) if owner else None,
            **{key: value for key, value in data.items() if value is not None},
        )

    def finish(self) -> None:
        """Both sides have read everything that was said."""
        visitor = self.guest.row
        if self.row["state"] == "closed":
            visitor["read_seq"] = visitor["seq"]
            self.row["agent_read_position"] = visitor["position"]
        visitor["delivered_seq"] = visitor["seq"]
        self.guest.free_at = self.now + timedelta(minutes=self.rng.uniform(20, 90))
