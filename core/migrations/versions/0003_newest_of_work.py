"""Work knows the position of the visitor's newest message: what is left to handle needs no second look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work", sa.Column("newest", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        """
        update work set newest = coalesce((
            select max(position) from message
            where message.conversation_id = work.conversation_id and author = 'visitor'
        ), 0)
        """
    )


def downgrade() -> None:
    op.drop_column("work", "newest")
