"""The knowledge base: categories, articles and their versions, feedback, searches, synonyms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_TIME = postgresql.TIMESTAMP(timezone=True)
_TEXTS = sa.ARRAY(sa.Text())


def upgrade() -> None:
    op.create_table(
        "article_category",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", _JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("parent_id", sa.UUID(), nullable=True),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["article_category.id"],
            name=op.f("fk_article_category_parent_id_article_category"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_category")),
    )
    op.create_index(op.f("ix_article_category_parent_id"), "article_category", ["parent_id"])
    _articles()
    _readers()
    op.create_table(
        "synonym_set",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("words", _TEXTS, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym_set")),
    )


def _articles() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("category_id", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("audience", sa.Text(), server_default="public", nullable=False),
        sa.Column("channels", _TEXTS, server_default="{}", nullable=False),
        sa.Column("tags", _TEXTS, server_default="{}", nullable=False),
        sa.Column("valid_from", _TIME, nullable=True),
        sa.Column("valid_until", _TIME, nullable=True),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("live", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("author_id", sa.UUID(), nullable=True),
        sa.Column("helpful", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unhelpful", sa.Integer(), server_default="0", nullable=False),
        sa.Column("origin_key", sa.Text(), nullable=True),
        sa.Column("origin", _JSON, nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("published_at", _TIME, nullable=True),
        sa.CheckConstraint(
            "state in ('proposed','draft','review','published','archived','dismissed')",
            name=op.f("ck_article_state"),
        ),
        sa.CheckConstraint("audience in ('public','internal')", name=op.f("ck_article_audience")),
        sa.CheckConstraint("state <> 'published' or live = latest", name=op.f("ck_article_published")),
        sa.CheckConstraint(
            "state not in ('proposed','archived','dismissed') or live is null", name=op.f("ck_article_hidden")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["agent.id"], name=op.f("fk_article_author_id_agent")),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["article_category.id"],
            name=op.f("fk_article_category_id_article_category"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("slug", name=op.f("uq_article_slug")),
        sa.UniqueConstraint("origin_key", name=op.f("uq_article_origin_key")),
    )
    op.create_index(op.f("ix_article_category_id"), "article", ["category_id"])
    op.create_index("ix_article_list", "article", ["state", sa.text("updated_at desc")])
    op.create_index("ix_article_live", "article", ["id"], postgresql_where=sa.text("live is not null"))
    op.create_table(
        "article_version",
        sa.Column("article_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", _JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("author_id", sa.UUID(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_version_article_id_article")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["agent.id"], name=op.f("fk_article_version_author_id_agent")),
        sa.PrimaryKeyConstraint("article_id", "number", name=op.f("pk_article_version")),
    )


def _readers() -> None:
    op.create_table(
        "article_feedback",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("article_id", sa.UUID(), nullable=False),
        sa.Column("voter", sa.Text(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.UUID(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_feedback_article_id_article")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_article_feedback_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_feedback")),
        sa.UniqueConstraint("article_id", "voter", name=op.f("uq_article_feedback_article_id_voter")),
    )
    op.create_index("ix_article_feedback_at", "article_feedback", [sa.text("at desc")])
    op.create_table(
        "article_search",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("results", sa.ARRAY(sa.UUID()), server_default="{}", nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("answered_by", sa.UUID(), nullable=True),
        sa.Column("chosen", sa.UUID(), nullable=True),
        sa.Column("conversation_id", sa.UUID(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_search")),
    )
    op.create_index("ix_article_search_at", "article_search", [sa.text("at desc")])


def downgrade() -> None:
    for name in (
        "synonym_set",
        "article_search",
        "article_feedback",
        "article_version",
        "article",
        "article_category",
    ):
        op.drop_table(name)
