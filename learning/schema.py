"""Tables of learning: releases of models."""

from __future__ import annotations

import sqlalchemy as sa

from core.schema import metadata, ref, text, time

bot_release = sa.Table(
    "bot_release",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    text("model"),
    text("before", null=True),  # the model that answered when this one was asked for
    ref("asked_by", "agent.id", null=True),
    time("asked_at"),
    text("state"),
    text("detail", null=True),
    time("settled_at", null=True),
    sa.CheckConstraint("state in ('asked','live','failed')", name="state"),
)
