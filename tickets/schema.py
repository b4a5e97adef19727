"""Tables of the tickets: departments, tickets, and each ticket's timeline."""

from __future__ import annotations

import sqlalchemy as sa

from core.schema import Uuid, json, key, metadata, ref, text, time

department = sa.Table(
    "department",
    metadata,
    key(),
    json("name"),
    text("email", null=True),
    sa.Column("types", sa.ARRAY(sa.Text), nullable=False, server_default="{}"),  # ticket types routed here
    time("created_at"),
    time("retired_at", null=True),
)

#: A counter per day, so that numbers read T260101-0001 and have no gaps within a day.
ticket_counter = sa.Table(
    "ticket_counter",
    metadata,
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

ticket = sa.Table(
    "ticket",
    metadata,
    key(),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    text("type"),
    text("title"),
    text("description"),
    json("fields"),
    text("contact", null=True),
    text("state", default="open"),
    text("priority", default="normal"),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    ref("department_id", "department.id", null=True),
    ref("assignee_id", "agent.id", null=True),
    ref("visitor_id", "visitor.id", null=True, index=True),
    ref("conversation_id", "conversation.id", null=True, index=True),
    json("message_ids", default="[]"),
    text("created_by"),  # visitor, bot, agent
    time("created_at"),
    time("updated_at"),
    time("resolved_at", null=True),
    time("closed_at", null=True),
    sa.CheckConstraint("state in ('open','in_progress','waiting','resolved','closed')", name="state"),
    sa.CheckConstraint("priority in ('low','normal','high','urgent')", name="priority"),
    sa.CheckConstraint("type in ('complaint','suggestion','repair','other')", name="type"),
    sa.Index("ix_ticket_list", "state", sa.text("updated_at desc")),
    sa.Index("ix_ticket_assignee", "assignee_id", "state"),
)

ticket_entry = sa.Table(
    "ticket_entry",
    metadata,
    key(),
    sa.Column("ticket_id", Uuid, sa.ForeignKey("ticket.id"), nullable=False, index=True),
    text("kind"),  # created, comment, state, priority, assignee, department, title
    text("actor"),  # visitor, bot, agent, system
    ref("agent_id", "agent.id", null=True),
    json("data"),
    sa.Column("public", sa.Boolean, nullable=False, server_default=sa.false()),
    time("at"),
)
