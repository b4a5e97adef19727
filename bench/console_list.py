"""What a list of 100 conversations costs, over HTTP, with 5 000 conversations in PostgreSQL.

    python -m bench.console_list [--conversations 5000] [--rounds 100] [--json FILE]

Starts an embedded server of its own, fills it, and asks through the console's interface as a browser does
(session, role, compression).  Bars: p95 below 100 ms, below 60 KB on the wire.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core import schema as s
from core.db import Database, Tx
from core.ids import new_id
from handoff.schema import queue_entry, service
from tests.fixtures.console import Console, running_console
from tests.fixtures.postgres import TestServer

BAR_MS, BAR_KB = 100.0, 60.0
CASES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("supervisor, all open", "chief", {"view": "all"}),
    ("supervisor, closed", "chief", {"view": "closed"}),
    ("agent, mine", "agent", {"view": "mine"}),
    ("agent, closed", "agent", {"view": "closed"}),
    ("agent, queue", "agent", {"view": "queue"}),
    # a search has no bar: it reads up to 5 000 conversations
    ("search, frequent word", "chief", {"view": "closed", "q": "订单"}),
    ("search, nothing found", "chief", {"view": "closed", "q": "没有这句话"}),
)
WORDS = (
    "我的订单到哪里了？",
    "已经三天没有动静",
    "请帮我看一下订单",
    "Where is my parcel?",
    "谢谢",
    "我要退货",
)
NLU = {
    "intent": {"name": "ask_order_status", "confidence": 0.934512},
    "emotion": {"name": "anxious", "confidence": 0.812345},
    "language": "zh",
}


async def fill(db: Database, agents: list[UUID], conversations: int, rng: random.Random) -> None:
    """Ten messages each: 200 with people, 100 that wait, 200 with the bot, the rest closed."""
    for start in range(0, conversations, 500):
        async with db.begin() as tx:
            await _batch(tx, agents, range(start, min(start + 500, conversations)), rng)
    async with db.begin() as tx:
        await tx.run(sa.text("analyze"))


async def _batch(tx: Tx, agents: list[UUID], numbers: range, rng: random.Random) -> None:
    rows: dict[sa.Table, list[dict[str, Any]]] = {
        table: [] for table in (s.visitor, s.conversation, queue_entry, service, s.message)
    }
    for number in numbers:
        _one(rows, tx, agents, number, rng)
    for table, values in rows.items():
        if values:
            await tx.run(table.insert(), values)


def _one(rows: Any, tx: Tx, agents: list[UUID], number: int, rng: random.Random) -> None:
    visitor, conversation, agent = new_id(), new_id(), agents[number % len(agents)]
    state = "agent" if number < 200 else "waiting" if number < 300 else "bot" if number < 500 else "closed"
    times = dict.fromkeys(("created_at", "last_seen_at"), tx.now)
    rows[s.visitor].append(
        {
            "id": visitor,
            "brand_id": "default",
            "name": f"访客张伟{number}",
            "language": "zh",
            "position": 10,
            "seq": 10,
            **times,
        }
    )
    rows[s.conversation].append(
        {
            "id": conversation,
            "brand_id": "default",
            "visitor_id": visitor,
            "state": state,
            "channel": "web",
            "agent_id": agent if state in ("agent", "closed") else None,
            "nlu": NLU,
            "opened_at": tx.now,
            "active_at": tx.now - timedelta(minutes=number),
            "closed_at": tx.now if state == "closed" else None,
        }
    )
    if state != "bot":
        rows[queue_entry].append(
            {
                "id": new_id(),
                "conversation_id": conversation,
                "state": "waiting" if state == "waiting" else "assigned",
                "reason": "asked",
                "rank_at": tx.now,
                "entered_at": tx.now,
                "packet": {},
            }
        )
    if state in ("agent", "closed"):
        rows[service].append(
            {
                "id": new_id(),
                "conversation_id": conversation,
                "visitor_id": visitor,
                "agent_id": agent,
                "how": "auto",
                "started_at": tx.now,
                "ended_at": tx.now if state == "closed" else None,
            }
        )
    for position in range(1, 11):
        rows[s.message].append(
            {
                "id": new_id(),
                "conversation_id": conversation,
                "visitor_id": visitor,
                "position": position,
                "seq": position,
                "author": "visitor" if position % 2 else "bot",
                "content": {"type": "text", "text": rng.choice(WORDS) + str(number)},
                "channel": "web",
                "created_at": tx.now,
            }
        )


async def measure(console: Console, query: dict[str, Any], rounds: int) -> dict[str, Any]:
    took: list[float] = []
    for _ in range(rounds + 3):
        started = time.perf_counter()
        answer = await console.http.get("/conversations", params={"limit": 100, **query})
        took.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.text
    took = sorted(took[3:])  # the first ones fill caches
    return {
        "items": len(answer.json()["items"]),
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(took[int(len(took) * 0.95) - 1], 1),
        "wire_kb": round(answer.num_bytes_downloaded / 1024, 1),
        "plain_kb": round(len(answer.content) / 1024, 1),
    }


async def run(url: str, folder: Path, conversations: int, rounds: int) -> list[dict[str, Any]]:
    db = Database(url)
    async with running_console(db, folder) as service_:
        house = service_.house
        agents = [await house.agent(f"客服{n}", capacity=50) for n in range(20)]
        chief = await house.agent("主管", "supervisor")
        await fill(db, agents, conversations, random.Random(1))
        people = {"agent": await service_.enter(agents[0]), "chief": await service_.enter(chief)}
        found = [{"case": name, **await measure(people[who], query, rounds)} for name, who, query in CASES]
    await db.close()
    return found


def show(found: list[dict[str, Any]]) -> None:
    print(f"{'case':<24}{'items':>6}{'p50 ms':>9}{'p95 ms':>9}{'wire KB':>9}{'plain KB':>10}  bar")
    for row in found:
        good = row["p95_ms"] < BAR_MS and row["wire_kb"] < BAR_KB
        verdict = "-" if row["case"].startswith("search") else "met" if good else "MISSED"
        print(
            f"{row['case']:<24}{row['items']:>6}{row['p50_ms']:>9}{row['p95_ms']:>9}"
            f"{row['wire_kb']:>9}{row['plain_kb']:>10}  {verdict}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--conversations", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    server = TestServer.started()
    try:
        url = server.server.url(server.clone())
        with tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(run(url, Path(folder), asked.conversations, asked.rounds))
    finally:
        server.stop()
    show(found)
    result = {
        "bench": "console_list",
        "conversations": asked.conversations,
        "load": round(os.getloadavg()[0], 1),  # of the machine: other work on it makes everything slower
        "bars": {"p95_ms": BAR_MS, "wire_kb": BAR_KB},
        "cases": found,
    }
    text = json.dumps(result, ensure_ascii=False)
    print(text)
    if asked.json:
        asked.json.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
