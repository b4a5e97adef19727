"""A scripted crowd: visitors who write, agents who answer, and what must be true of them afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.support.people import Agent, Visitor, client

LINES = {
    "zh": (
        "你好",
        "我的订单到哪了",
        "KT20260101001",
        "运费怎么算",
        "怎么退货",
        "发票怎么开",
        "你们几点关门",
        "耳机坏了想修一下",
        "静野耳机有货吗",
        "谢谢",
        "转人工",
        "呜噜噜噜 啊吧啊吧",
    ),
    "en": (
        "hello",
        "where is my order",
        "KT20260101002",
        "how much is shipping",
        "I want to return this",
        "do you take credit cards",
        "when are you open",
        "what is the warranty",
        "is the tablet in stock",
        "thanks",
        "let me talk to a person",
        "blorp fnord wibble",
    ),
}


@dataclass
class Crowd:
    """sent[i]: the client ids of visitor i in the order of sending; histories[i]: what is stored."""

    visitors: list[Visitor] = field(default_factory=list)
    sent: list[list[str]] = field(default_factory=list)
    histories: list[list[dict[str, Any]]] = field(default_factory=list)


async def write(
    url: str,
    crowd: Crowd,
    *,
    visitors: int,
    messages: int,
    dice: random.Random,
    pause_s: tuple[float, float] = (0.3, 3.0),
    until: asyncio.Event | None = None,
) -> None:
    """Each visitor writes messages one after the other, each until acknowledged; fewer when until is set."""
    until = until or asyncio.Event()
    async with client(url, limits=httpx.Limits(max_connections=100)) as http:
        crowd.visitors = [
            await Visitor.enter(http, url, language=("zh", "en")[i % 2]) for i in range(visitors)
        ]
        crowd.sent = [[] for _ in range(visitors)]
        listening = [asyncio.create_task(v.listen()) for v in crowd.visitors]
        try:
            await asyncio.gather(
                *(
                    _write_one(crowd, i, messages, random.Random(dice.random()), pause_s, until)
                    for i in range(visitors)
                )
            )
            await _settle(crowd)
            crowd.histories = [await v.history() for v in crowd.visitors]
            for visitor, history in zip(crowd.visitors, crowd.histories, strict=True):
                with contextlib.suppress(TimeoutError):
                    await visitor.until(functools.partial(_has_all, len(history)))
        finally:
            died = [task.exception() for task in listening if task.done()]
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
        assert died == []  # ears that fell off would look like a service that keeps silent


def _has_all(count: int, visitor: Visitor) -> bool:
    return len(visitor.seen) >= count


async def _write_one(
    crowd: Crowd,
    i: int,
    messages: int,
    dice: random.Random,
    pause_s: tuple[float, float],
    until: asyncio.Event,
) -> None:
    lines = LINES[("zh", "en")[i % 2]]
    for _ in range(messages):
        if until.is_set():
            return
        client_id = str(uuid4())
        crowd.sent[i].append(client_id)
        await crowd.visitors[i].say(dice.choice(lines), client_id)
        await asyncio.sleep(dice.uniform(*pause_s))  # the pace of people, not synchronisation


async def _settle(crowd: Crowd, timeout_s: float = 90) -> None:
    """Until everybody has an answer; whoever has none by then is left for the check to find."""
    ends = time.monotonic() + timeout_s
    waiting = list(crowd.visitors)
    while waiting and time.monotonic() < ends:
        await asyncio.sleep(0.5)
        with contextlib.suppress(httpx.HTTPError):
            waiting = [v for v in waiting if not is_answered(await v.history())]


def is_answered(history: list[dict[str, Any]]) -> bool:
    """Nobody is left in silence: after the last words of the visitor somebody or something spoke, or a person
    has the conversation and the visitor knows."""
    last = max((n for n, m in enumerate(history) if m["author"]["kind"] == "visitor"), default=-1)
    if any(m["author"]["kind"] != "visitor" for m in history[last + 1 :]):
        return True
    standing = [
        m["content"]["name"]
        for m in history
        if m["content"]["type"] == "event" and m["content"]["name"] in STANDING
    ]
    return bool(standing) and standing[-1] in ("waiting", "requeued", "nobody_on_duty", "agent_joined")


STANDING = {
    "waiting",
    "requeued",
    "nobody_on_duty",
    "agent_joined",
    "returned_to_bot",
    "closed",
    "agent_left",
}


def faults_of(crowd: Crowd) -> list[str]:
    """Everything that is wrong by reliability's promises; empty when all is well."""
    faults: list[str] = []
    for i, (visitor, sent, history) in enumerate(
        zip(crowd.visitors, crowd.sent, crowd.histories, strict=True)
    ):
        stored = [m["client_id"] for m in history if m["author"]["kind"] == "visitor"]
        if lost := [c for c in sent if c in visitor.acked and c not in stored]:
            faults.append(f"visitor {i}: {len(lost)} acknowledged messages lost")
        if len(stored) != len(set(stored)):
            faults.append(f"visitor {i}: a message took effect twice")
        if [c for c in stored if c in set(sent)] != [c for c in sent if c in set(stored)]:
            faults.append(f"visitor {i}: order broken")
        if [m["seq"] for m in history] != list(range(1, len(history) + 1)):
            faults.append(f"visitor {i}: gap in the numbers")
        if not is_answered(history):
            faults.append(f"visitor {i}: left in silence")
        if {s: m["id"] for s, m in visitor.seen.items()} != {m["seq"]: m["id"] for m in history}:
            faults.append(f"visitor {i}: the socket saw {len(visitor.seen)} of {len(history)} messages")
        if visitor.repeats:
            faults.append(f"visitor {i}: {visitor.repeats} messages repeated over the socket")
    return faults


@asynccontextmanager
async def staffed(url: str, names: list[tuple[str, str]]) -> AsyncIterator[list[Agent]]:
    """Agents who are online, stay connected through everything, and answer each visitor message once."""
    agents = [await Agent.enter(url, name, password) for name, password in names]
    tasks: list[asyncio.Task[None]] = []
    for agent in agents:
        await agent.go("online")
        inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

        def take(frame: dict[str, Any], inbox: asyncio.Queue[dict[str, Any]] = inbox) -> None:
            if frame["type"] == "event" and frame["kind"] in ("message", "assigned"):
                inbox.put_nowait(frame)

        tasks += [asyncio.create_task(agent.stay(take)), asyncio.create_task(_answer_all(agent, inbox))]
    try:
        yield agents
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for agent in agents:
            await agent.http.aclose()


async def _answer_all(agent: Agent, inbox: asyncio.Queue[dict[str, Any]]) -> None:
    answered: set[str] = set()
    while True:
        frame = await inbox.get()
        data = frame["data"]
        message = data.get("message")
        if message is not None and message["author"]["kind"] != "visitor":
            continue
        key = message["id"] if message else f"joined {frame['seq']}"
        if key in answered:
            continue  # the same message again, now annotated
        answered.add(key)
        await _answer(agent, data["conversation"]["id"], key)


async def _answer(agent: Agent, conversation_id: str, key: str) -> None:
    body = {"client_id": str(uuid4()), "content": {"type": "text", "text": f"re: {key[:8]}"}}
    for _ in range(100):
        with contextlib.suppress(httpx.TransportError):
            done = await agent.call("POST", f"/conversations/{conversation_id}/messages", body)
            if done.status_code < 500 and done.status_code != 429:
                return  # sent, or not ours any more
        await asyncio.sleep(0.3)
