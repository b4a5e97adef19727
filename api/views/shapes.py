"""What the console API shows, field by field (docs/reference/console-api.md).  Times are text (stamp)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec


class Face(msgspec.Struct, frozen=True):
    """A person of the house as others see them."""

    id: UUID
    name: str
    avatar: str | None = None


class Author(msgspec.Struct, frozen=True):
    kind: str  # visitor, bot, agent, system
    id: UUID | None
    name: str
    avatar: str | None = None


class Scored(msgspec.Struct, frozen=True):
    name: str
    confidence: float


class VisitorMessage(msgspec.Struct, frozen=True):
    """A message as visitors see it (docs/reference/visitor-protocol.md)."""

    id: UUID
    seq: int
    conversation_id: UUID
    client_id: str | None
    author: Author
    content: dict[str, Any]
    created_at: str


class Nlu(msgspec.Struct, frozen=True):
    intent: Scored | None
    ranking: list[Scored]
    emotion: Scored | None
    entities: list[dict[str, Any]]
    language: str | None


class Message(msgspec.Struct, frozen=True):
    """delivered and read: whether the visitor has it and has seen it; null for what visitors never get."""

    id: UUID
    conversation_id: UUID
    position: int
    seq: int | None
    internal: bool
    author: Author
    content: dict[str, Any]
    channel: str
    client_id: str | None
    created_at: str
    delivered: bool | None
    read: bool | None
    nlu: Nlu | None


class VisitorRef(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    language: str


class Last(msgspec.Struct, frozen=True):
    excerpt: str
    author: str
    at: str
    position: int


class Summary(msgspec.Struct, frozen=True):
    id: UUID
    state: str
    version: int
    visitor: VisitorRef
    channel: str
    agent: Face | None
    group_id: UUID | None
    reason: str | None
    priority: int
    opened_at: str
    waiting_since: str | None
    assigned_at: str | None
    closed_at: str | None
    close_reason: str | None
    last: Last | None
    unread: int
    emotion: Scored | None
    intent: Scored | None


class QueueItem(Summary, frozen=True):
    position: int
    waiting_s: int


class QueueSnapshot(msgspec.Struct, frozen=True):
    items: list[QueueItem]
    waiting: int


class Counts(msgspec.Struct, frozen=True):
    mine: int
    queue: int
    all: int


class ConversationPage(msgspec.Struct, frozen=True):
    items: list[Summary]
    next: str | None
    counts: Counts


class MessagePage(msgspec.Struct, frozen=True):
    messages: list[Message]
    has_more: bool


class Identity(msgspec.Struct, frozen=True):
    id: UUID
    channel: str
    external: str
    verified: bool
    last_seen_at: str | None


class Page(msgspec.Struct, frozen=True):
    url: str
    title: str
    at: str | None


class PastConversation(msgspec.Struct, frozen=True):
    id: UUID
    state: str
    opened_at: str
    closed_at: str | None
    channel: str
    agent_name: str | None
    messages: int


class Rating(msgspec.Struct, frozen=True):
    score: int
    at: str | None


class Visitor(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    language: str
    script: str | None
    identities: list[Identity]
    page: Page | None
    referrer: str | None
    device: str | None
    local_time: str | None
    time_zone: str | None
    first_seen_at: str
    conversations: list[PastConversation]
    ratings: list[Rating]


class Packet(msgspec.Struct, frozen=True):
    """Why a conversation came, and what the bot understood and tried until then."""

    reason: str = ""
    note: str | None = None
    at: str | None = None
    turns: int = 0
    failures: int = 0
    intents: list[dict[str, Any]] = []
    emotions: list[dict[str, Any]] = []
    slots: dict[str, Any] = {}
    entities: list[dict[str, Any]] = []
    tried: list[str] = []
    form: str | None = None
    language: str | None = None


class ServiceRating(msgspec.Struct, frozen=True):
    score: int
    comment: str | None


class Service(msgspec.Struct, frozen=True):
    id: UUID
    agent: Face
    started_at: str
    first_reply_at: str | None
    ended_at: str | None
    end_reason: str | None
    rating: ServiceRating | None


class May(msgspec.Struct, frozen=True):
    """What the reader may do with a conversation now."""

    reply: bool = False
    accept: bool = False
    transfer: bool = False
    close: bool = False
    return_to_bot: bool = False
