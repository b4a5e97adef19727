"""An account has no language until its person chooses one; until then the console follows the browser."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("agent", "language", nullable=True, server_default=None)


def downgrade() -> None:
    op.execute("update agent set language = 'zh' where language is null")
    op.alter_column("agent", "language", nullable=False, server_default="zh")
