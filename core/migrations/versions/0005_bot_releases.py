"""Which model was released when, by whom, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TIME = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "bot_release",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.UUID(), nullable=True),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.CheckConstraint("state in ('asked','live','failed')", name=op.f("ck_bot_release_state")),
        sa.ForeignKeyConstraint(["asked_by"], ["agent.id"], name=op.f("fk_bot_release_asked_by_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_release")),
    )


def downgrade() -> None:
    op.drop_table("bot_release")
