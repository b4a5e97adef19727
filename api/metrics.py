"""What Prometheus learns: each request as it ends, and the state of the house whenever it asks."""

from __future__ import annotations

import time

import sqlalchemy as sa
from prometheus_client import Gauge, Histogram
from sanic import Request
from sanic.response import BaseHTTPResponse

from core import schema as s
from core.db import Database
from core.errors import Unavailable
from handoff.schema import queue_entry

REQUESTS = Histogram(
    "keting_http_request_seconds",
    "Time from the head of a request to its answer",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
CONVERSATIONS = Gauge("keting_conversations_open", "Open conversations by owner", ["state"])
LONGEST_WAIT = Gauge("keting_queue_longest_wait_seconds", "How long the head of the line has waited")
OUTBOX = Gauge("keting_outbox_pending", "Replies that have not left yet")
WORK = Gauge("keting_work_due", "Conversations whose turn is due")
DATABASE = Gauge("keting_database_up", "1 while the database answers")


def started(request: Request) -> None:
    request.ctx.started_at = time.perf_counter()


def ended(request: Request, response: BaseHTTPResponse) -> None:
    at = getattr(request.ctx, "started_at", None)
    # Routes, never paths: a path may hold an id or a signature, and each would be a series of its own.
    route = request.route.name if request.route else "none"
    if at is not None:
        seconds = time.perf_counter() - at
        REQUESTS.labels(request.method, route, str(response.status)).observe(seconds)


async def measure(db: Database) -> None:
    """Read the gauges from SQL; without a database they keep their last values."""
    c, q, o, w = s.conversation.c, queue_entry.c, s.outbox.c, s.work.c
    try:
        async with db.begin() as tx:
            counts = await tx.all(
                sa.select(c.state, sa.func.count().label("n")).where(c.state != "closed").group_by(c.state)
            )
            oldest = await tx.value(sa.select(sa.func.min(q.entered_at)).where(q.state == "waiting"))
            pending = await tx.value(sa.select(sa.func.count()).where(o.state == "pending"))
            due = await tx.value(sa.select(sa.func.count()).where(w.due_at <= tx.now))
            now = tx.now
    except Unavailable:
        DATABASE.set(0)
        return
    found = {row.state: row.n for row in counts}
    for state in ("bot", "waiting", "agent"):
        CONVERSATIONS.labels(state).set(found.get(state, 0))
    LONGEST_WAIT.set((now - oldest).total_seconds() if oldest else 0)
    OUTBOX.set(pending)
    WORK.set(due)
    DATABASE.set(1)
