"""Lets a day pass for an instance: its rows grow older."""

from __future__ import annotations

import asyncpg

from supervisor.postgres import running_url
from tests.support.instance import Instance

#: Tables that carry a conversation's times.
TABLES = (
    "visitor",
    "identity",
    "conversation",
    "message",
    "queue_entry",
    "service",
    "turn",
    "event",
    "ticket",
    "ticket_entry",
)


async def age(instance: Instance, hours: int = 24) -> None:
    """Move every time of the conversation tables into the past."""
    url = running_url(instance.data_dir)
    assert url is not None
    db = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://"))
    try:
        async with db.transaction():
            # The log refuses changes by a trigger; replicas run none, and we are the superuser here.
            await db.execute("set local session_replication_role = replica")
            for table in TABLES:
                columns = await db.fetch(
                    "select column_name from information_schema.columns where table_schema = 'public' "
                    "and table_name = $1 and data_type = 'timestamp with time zone'",
                    table,
                )
                moved = ", ".join(f"{c[0]} = {c[0]} - interval '{hours} hours'" for c in columns)
                await db.execute(f"update {table} set {moved}")
    finally:
        await db.close()
