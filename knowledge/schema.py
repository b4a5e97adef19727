"""Tables of the knowledge base: categories, articles, their versions, what readers thought, what they
asked."""

from __future__ import annotations

import sqlalchemy as sa

from core.schema import Uuid, json, key, metadata, ref, text, time

category = sa.Table(
    "article_category",
    metadata,
    key(),
    json("name"),  # {"zh", "en"}
    ref("parent_id", "article_category.id", null=True, index=True),  # two levels, no more
    sa.Column("position", sa.Integer, nullable=False, server_default="0"),
    time("created_at"),
)

#: What stays the same from version to version.  latest is the newest version, live the one that readers see.
article = sa.Table(
    "article",
    metadata,
    key(),
    sa.Column("slug", sa.Text, nullable=False, unique=True),
    sa.Column("category_id", Uuid, sa.ForeignKey("article_category.id", ondelete="SET NULL"), index=True),
    text("state", default="draft"),
    text("audience", default="public"),  # public: visitors and the house; internal: the house alone
    sa.Column("channels", sa.ARRAY(sa.Text), nullable=False, server_default="{}"),  # none: every channel
    sa.Column("tags", sa.ARRAY(sa.Text), nullable=False, server_default="{}"),
    time("valid_from", null=True),
    time("valid_until", null=True),
    sa.Column("latest", sa.Integer, nullable=False),
    sa.Column("live", sa.Integer, nullable=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),  # of this row, for compare-and-set
    ref("author_id", "agent.id", null=True),
    sa.Column("helpful", sa.Integer, nullable=False, server_default="0"),
    sa.Column("unhelpful", sa.Integer, nullable=False, server_default="0"),
    sa.Column("origin_key", sa.Text, nullable=True, unique=True),  # what a proposal was made from
    json("origin", null=True),
    time("created_at"),
    time("updated_at"),
    time("published_at", null=True),
    sa.CheckConstraint(
        "state in ('proposed','draft','review','published','archived','dismissed')", name="state"
    ),
    sa.CheckConstraint("audience in ('public','internal')", name="audience"),
    sa.CheckConstraint("state <> 'published' or live = latest", name="published"),
    sa.CheckConstraint("state not in ('proposed','archived','dismissed') or live is null", name="hidden"),
    sa.Index("ix_article_list", "state", sa.text("updated_at desc")),
    sa.Index("ix_article_live", "id", postgresql_where=sa.text("live is not null")),
)

#: Never changed once written: content is knowledge.content.Content.
article_version = sa.Table(
    "article_version",
    metadata,
    sa.Column("article_id", Uuid, sa.ForeignKey("article.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    json("content"),
    text("comment", null=True),
    ref("author_id", "agent.id", null=True),
    time("at"),
)

#: One voice a reader and article: who thinks again replaces what he said.
article_feedback = sa.Table(
    "article_feedback",
    metadata,
    key(),
    ref("article_id", "article.id"),
    text("voter"),
    sa.Column("helpful", sa.Boolean, nullable=False),
    text("reason", null=True),
    text("comment", null=True),
    text("place"),  # bot, widget, help, console
    text("language"),
    ref("conversation_id", "conversation.id", null=True),
    time("at"),
    sa.UniqueConstraint("article_id", "voter"),
    sa.Index("ix_article_feedback_at", sa.text("at desc")),
)

#: What people asked and what they were shown; personal data is masked before it is written.
article_search = sa.Table(
    "article_search",
    metadata,
    key(),
    text("query"),
    text("language"),
    text("place"),
    sa.Column("results", sa.ARRAY(Uuid), nullable=False, server_default="{}"),  # best first, no foreign keys
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("answered_by", Uuid, nullable=True),  # given as the answer
    sa.Column("chosen", Uuid, nullable=True),  # opened by the reader
    sa.Column("conversation_id", Uuid, nullable=True),
    time("at"),
    sa.Index("ix_article_search_at", sa.text("at desc")),
)

#: Words that mean the same when searching.
synonym_set = sa.Table(
    "synonym_set",
    metadata,
    key(),
    sa.Column("words", sa.ARRAY(sa.Text), nullable=False),
    time("updated_at"),
)
