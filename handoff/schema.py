"""Tables of the handoff: who waits and why, who served and how it was rated."""

from __future__ import annotations

import sqlalchemy as sa

from core.schema import Uuid, json, key, metadata, ref, text, time

queue_entry = sa.Table(
    "queue_entry",
    metadata,
    key(),
    ref("conversation_id", "conversation.id"),
    ref("group_id", "agent_group.id", null=True),
    text("state", default="waiting"),  # waiting, assigned, cancelled, closed
    text("reason"),
    text("note", null=True),
    sa.Column("priority", sa.Integer, nullable=False, server_default="0"),  # higher goes first
    time("rank_at"),  # place in line within a priority: when the waiting began
    ref("excluded_agent_id", "agent.id", null=True),  # whoever just lost or passed it on
    json("packet"),
    time("entered_at"),
    time("left_at", null=True),
    ref("agent_id", "agent.id", null=True),
    time("told_nobody_at", null=True),
    sa.Index(
        "uq_queue_entry_waiting",
        "conversation_id",
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index(
        "ix_queue_entry_line",
        sa.text("priority desc"),
        "rank_at",
        "id",
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index("ix_queue_entry_conversation", "conversation_id", "entered_at"),
)

#: One stretch of service by one agent; ratings are given to it.
service = sa.Table(
    "service",
    metadata,
    key(),
    ref("conversation_id", "conversation.id", index=True),
    ref("visitor_id", "visitor.id", index=True),
    ref("agent_id", "agent.id", index=True),
    sa.Column("queue_entry_id", Uuid, sa.ForeignKey("queue_entry.id"), nullable=True),
    text("how"),  # auto, accept, transfer, takeover
    time("started_at"),
    time("first_reply_at", null=True),
    time("ended_at", null=True),
    text("end_reason", null=True),
    sa.Column("score", sa.SmallInteger, nullable=True),
    text("comment", null=True),
    time("rated_at", null=True),
    sa.CheckConstraint("score between 1 and 5", name="score"),
    sa.Index(
        "uq_service_running", "conversation_id", unique=True, postgresql_where=sa.text("ended_at is null")
    ),
)
