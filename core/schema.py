"""The tables of the core.  Other packages declare theirs on the same metadata, with foreign keys by name.

Times are aware UTC.  Append-only tables (event, audit) refuse UPDATE and DELETE by a trigger (migrations).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Time = TIMESTAMP(timezone=True)
Uuid = UUID(as_uuid=True)


def key() -> sa.Column[Any]:
    return sa.Column("id", Uuid, primary_key=True)


def ref(name: str, target: str, *, null: bool = False, **kw: Any) -> sa.Column[Any]:
    """A foreign key by name, e.g. ref("agent_id", "agent.id")."""
    return sa.Column(name, Uuid, sa.ForeignKey(target), nullable=null, **kw)


def time(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Time, nullable=null)


def text(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=null, server_default=default)


def json(name: str, *, null: bool = False, default: str | None = "{}") -> sa.Column[Any]:
    # none_as_null: a missing value is SQL NULL, never the JSON word null
    return sa.Column(
        name,
        JSONB(none_as_null=True),
        nullable=null,
        server_default=None if null else sa.text(f"'{default}'"),
    )


brand = sa.Table(
    "brand",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    json("name"),
)

visitor = sa.Table(
    "visitor",
    metadata,
    key(),
    sa.Column("brand_id", sa.Text, sa.ForeignKey("brand.id"), nullable=False),
    text("name", null=True),
    text("language", null=True),  # zh, zh-Hant, en: as last seen
    json("traits"),  # page, referrer, device, time zone: what the visitor's program told us
    # Two gap-free counters, moved only by UPDATE ... RETURNING under this row's lock:
    sa.Column("seq", sa.BigInteger, nullable=False, server_default="0"),  # public timeline
    sa.Column("position", sa.BigInteger, nullable=False, server_default="0"),  # everything, notes included
    sa.Column("read_seq", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("delivered_seq", sa.BigInteger, nullable=False, server_default="0"),
    ref("merged_into", "visitor.id", null=True),
    time("created_at"),
    time("last_seen_at"),
)

identity = sa.Table(
    "identity",
    metadata,
    key(),
    ref("visitor_id", "visitor.id", index=True),
    text("channel"),
    text("account"),
    text("external_id"),
    sa.Column("verified", sa.Boolean, nullable=False, server_default=sa.false()),
    json("data"),
    time("created_at"),
    time("last_seen_at"),
    sa.UniqueConstraint("channel", "account", "external_id"),
)

visitor_merge = sa.Table(
    "visitor_merge",
    metadata,
    key(),
    ref("survivor_id", "visitor.id", index=True),
    ref("merged_id", "visitor.id", index=True),
    json("moved"),  # what came over, so that unmerge can give it back
    ref("by_agent_id", "agent.id", null=True),
    time("at"),
    time("undone_at", null=True),
)

agent = sa.Table(
    "agent",
    metadata,
    key(),
    sa.Column("username", sa.Text, nullable=False, unique=True),
    text("name"),  # what visitors see
    ref("avatar_blob_id", "blob.id", null=True),
    text("role"),
    text("language", null=True),  # null until chosen: the browser's
    text("password_hash"),
    sa.Column("capacity", sa.Integer, nullable=False, server_default="5"),
    text("availability", default="offline"),  # chosen: online, away, offline
    time("live_at", null=True),  # measured: the last sign of life of a console
    time("last_assigned_at", null=True),
    time("disabled_at", null=True),
    time("created_at"),
    sa.CheckConstraint("role in ('agent','staff','supervisor','trainer','admin')", name="role"),
    sa.CheckConstraint("availability in ('online','away','offline')", name="availability"),
    sa.CheckConstraint("capacity >= 0", name="capacity"),
)

group = sa.Table(
    "agent_group",
    metadata,
    key(),
    sa.Column("slug", sa.Text, nullable=False, unique=True),
    json("name"),
    text("strategy", default="least_loaded"),
    sa.Column("familiar_first", sa.Boolean, nullable=False, server_default=sa.true()),
    time("created_at"),
)

group_member = sa.Table(
    "agent_group_member",
    metadata,
    sa.Column("group_id", Uuid, sa.ForeignKey("agent_group.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("agent_id", Uuid, sa.ForeignKey("agent.id"), primary_key=True, index=True),
)

login = sa.Table(
    "login",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),  # the cookie itself is never stored
    ref("agent_id", "agent.id", index=True),
    text("csrf"),
    time("created_at"),
    time("used_at"),
    time("expires_at"),
)

conversation = sa.Table(
    "conversation",
    metadata,
    key(),
    sa.Column("brand_id", sa.Text, sa.ForeignKey("brand.id"), nullable=False),
    ref("visitor_id", "visitor.id"),
    text("kind", default="live"),  # live, async (e-mail threads)
    text("state", default="bot"),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    text("channel"),  # of the visitor's last message: replies follow it
    ref("identity_id", "identity.id", null=True),
    ref("agent_id", "agent.id", null=True),
    ref("group_id", "agent_group.id", null=True),
    ref("previous_id", "conversation.id", null=True),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),  # of the bot, in a row
    json("nlu", null=True),  # the last understanding: intent, emotion, language
    json("bot", default="{}"),  # slots, form and what the bot did last, as it reported
    text("packet_note", null=True),
    sa.Column("agent_read_position", sa.BigInteger, nullable=False, server_default="0"),
    time("opened_at"),
    time("active_at"),
    time("closed_at", null=True),
    text("close_reason", null=True),
    sa.CheckConstraint("state in ('bot','waiting','agent','closed')", name="state"),
    sa.CheckConstraint("(state = 'agent') = (agent_id is not null) or state = 'closed'", name="owner"),
    sa.Index(
        "uq_conversation_open",
        "visitor_id",
        "brand_id",
        unique=True,
        postgresql_where=sa.text("kind = 'live' and state <> 'closed'"),
    ),
    sa.Index("ix_conversation_agent_open", "agent_id", postgresql_where=sa.text("state = 'agent'")),
    sa.Index("ix_conversation_visitor", "visitor_id", "opened_at"),
    sa.Index("ix_conversation_state", "state", sa.text("active_at desc")),
)

message = sa.Table(
    "message",
    metadata,
    key(),
    ref("conversation_id", "conversation.id"),
    ref("visitor_id", "visitor.id"),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=True),  # null: internal, visitors never see it
    text("author"),  # visitor, bot, agent, system
    ref("agent_id", "agent.id", null=True),
    json("content"),
    text("channel"),
    ref("identity_id", "identity.id", null=True),
    text("client_id", null=True),
    ref("turn_id", "turn.id", null=True),
    json("nlu", null=True),
    time("sent_at", null=True),  # as the channel states it
    time("created_at"),
    sa.UniqueConstraint("visitor_id", "position"),
    sa.Index(
        "ix_message_visitor_seq",
        "visitor_id",
        "seq",
        unique=True,
        postgresql_where=sa.text("seq is not null"),
    ),
    sa.Index("ix_message_conversation", "conversation_id", "position"),
    sa.Index(
        "uq_message_client",
        "conversation_id",
        "agent_id",
        "client_id",
        unique=True,
        postgresql_where=sa.text("author = 'agent' and client_id is not null"),
    ),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("dedupe_key", sa.Text, primary_key=True),
    ref("message_id", "message.id"),
    time("at"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    ref("conversation_id", "conversation.id"),
    ref("identity_id", "identity.id"),
    ref("message_id", "message.id"),
    text("state", default="pending"),  # pending, sent, failed, uncertain
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    time("due_at"),
    time("leased_until", null=True),
    time("sent_at", null=True),
    text("error", null=True),
    sa.Index(
        "ix_outbox_pending",
        "conversation_id",
        "identity_id",
        "id",
        postgresql_where=sa.text("state = 'pending'"),
    ),
    sa.Index("ix_outbox_due", "due_at", postgresql_where=sa.text("state = 'pending'")),
)

#: One row per conversation that ever had a message: what its owner has not handled yet, and who is at it.
#: The row stays when all is handled (due_at null), so that fence only ever grows.
work = sa.Table(
    "work",
    metadata,
    sa.Column("conversation_id", Uuid, sa.ForeignKey("conversation.id"), primary_key=True),
    time("first_at"),  # oldest unhandled message: the quiet gap may not hold it back for longer than 2 s
    time("due_at", null=True),
    sa.Column("upto", sa.BigInteger, nullable=False, server_default="0"),  # highest position handled ...
    sa.Column("newest", sa.BigInteger, nullable=False, server_default="0"),  # ... and of the visitor's words
    sa.Column("fence", sa.BigInteger, nullable=False, server_default="0"),
    ref("turn_id", "turn.id", null=True),
    time("leased_until", null=True),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Index("ix_work_due", "due_at", postgresql_where=sa.text("due_at is not null")),
)

turn = sa.Table(
    "turn",
    metadata,
    key(),
    ref("conversation_id", "conversation.id", index=True),
    sa.Column("fence", sa.BigInteger, nullable=False),  # of the last attempt
    sa.Column(
        "upto", sa.BigInteger, nullable=False
    ),  # the visitor's messages up to this position belong to it
    text("owner"),  # bot, waiting, agent
    text("state", default="running"),  # running, done, failed, given_up
    json("result", null=True),
    text("error", null=True),
    time("started_at"),
    time("ended_at", null=True),
)

#: What actions asked for during a turn; idempotent on its key, handoffs are applied when the turn commits.
turn_effect = sa.Table(
    "turn_effect",
    metadata,
    sa.Column("turn_id", Uuid, sa.ForeignKey("turn.id"), primary_key=True),
    sa.Column("action", sa.Text, primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    text("kind"),
    json("request"),
    json("answer"),
    time("at"),
)

stream = sa.Table(
    "stream",
    metadata,
    sa.Column("agent_id", Uuid, sa.ForeignKey("agent.id"), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False, server_default="0"),
)

stream_event = sa.Table(
    "stream_event",
    metadata,
    sa.Column("agent_id", Uuid, sa.ForeignKey("agent.id"), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True),
    text("kind"),
    json("data"),
    time("at"),
    sa.Index("ix_stream_event_at", "at"),
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    time("at"),
    text("type"),
    # No foreign keys: the log outlives what it speaks of.
    sa.Column("conversation_id", Uuid, nullable=True),
    sa.Column("visitor_id", Uuid, nullable=True),
    sa.Column("agent_id", Uuid, nullable=True),
    text("actor"),  # visitor, bot, agent, system
    json("data"),
    sa.Index("ix_event_conversation", "conversation_id", "id"),
    sa.Index("ix_event_type_at", "type", "at"),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    time("at"),
    text("actor"),
    text("verb"),
    text("object"),
    json("data"),
    text("request_id", null=True),
    sa.Index("ix_audit_object", "object", "id"),
)

blob = sa.Table(
    "blob",
    metadata,
    key(),
    text("name"),
    text("mime"),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("width", sa.Integer, nullable=True),
    sa.Column("height", sa.Integer, nullable=True),
    text("sha256"),
    sa.Column("visitor_id", Uuid, nullable=True, index=True),  # who uploaded: a visitor or
    sa.Column("agent_id", Uuid, nullable=True),  # an agent
    time("created_at"),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    text("request_hash"),
    sa.Column("status", sa.Integer, nullable=False),
    json("answer"),
    time("at"),
)

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    json("value"),
    time("updated_at"),
)

#: One-time tickets for sockets (30 s): kept in SQL so that any process may redeem what another issued.
ticket_pass = sa.Table(
    "socket_pass",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    text("subject"),
    json("data"),
    time("expires_at"),
)

canned_reply = sa.Table(
    "canned_reply",
    metadata,
    key(),
    text("shortcut"),
    text("title"),
    json("text"),
    sa.Column("group_id", Uuid, sa.ForeignKey("agent_group.id", ondelete="SET NULL"), nullable=True),
    time("updated_at"),
    sa.UniqueConstraint("shortcut", "group_id", postgresql_nulls_not_distinct=True),
)
