"""Visitors and agents as programs, over the interfaces that we promise."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import httpx
import websockets
from websockets.exceptions import WebSocketException

#: What a connection that is gone looks like, at whatever moment it went: also in the middle of a handshake.
DROPS = (OSError, WebSocketException, httpx.HTTPError, TimeoutError)


def client(url: str, **options: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(**{"base_url": url, "timeout": 15, "trust_env": False, **options})


@dataclass
class Visitor:
    """Speaks the visitor protocol; keeps what it sees by seq, and resends what was not acknowledged."""

    http: httpx.AsyncClient
    url: str
    token: str
    session: dict[str, Any]
    seen: dict[int, dict[str, Any]] = field(default_factory=dict)
    repeats: int = 0
    acked: dict[str, dict[str, Any]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    signs: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def cursor(self) -> int:
        return max(self.seen, default=0)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @classmethod
    async def enter(
        cls, http: httpx.AsyncClient, url: str, *, language: str = "zh", channel: str = "app"
    ) -> Self:
        answer = await http.post("/api/visitor/v1/sessions", json={"channel": channel, "language": language})
        answer.raise_for_status()
        session = answer.json()
        return cls(http, url, session["token"], session, state=session["state"])

    def texts(self, kind: str) -> list[str]:
        """What one side said in plain words, in order."""
        said = [m for _, m in sorted(self.seen.items()) if m["author"]["kind"] == kind]
        return [m["content"]["text"] for m in said if m["content"]["type"] == "text"]

    def move(self, http: httpx.AsyncClient, url: str) -> None:
        """From now on talk to another process of the same installation."""
        self.http, self.url = http, url

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = await self.http.post(f"/api/visitor/v1{path}", json=body, headers=self.headers)
        answer.raise_for_status()
        return answer.json()

    async def say(self, text: str, client_id: str | None = None) -> dict[str, Any]:
        """Send over HTTP until acknowledged, always under the same client id."""
        return await self.send({"type": "text", "text": text}, client_id)

    async def send(self, content: dict[str, Any], client_id: str | None = None) -> dict[str, Any]:
        client_id = client_id or str(uuid4())
        while True:
            try:
                answer = await self.http.post(
                    "/api/visitor/v1/messages",
                    json={"client_id": client_id, "content": content},
                    headers=self.headers,
                )
                if answer.status_code == 200:
                    self.acked[client_id] = answer.json()
                    return self.acked[client_id]
                if answer.status_code not in (429, 500, 502, 503):
                    answer.raise_for_status()
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)

    async def history(self) -> list[dict[str, Any]]:
        """Everything, page by page, as the service has it."""
        messages: list[dict[str, Any]] = []
        before = ""
        while True:
            answer = await self.http.get(f"/api/visitor/v1/messages?limit=100{before}", headers=self.headers)
            answer.raise_for_status()
            page = answer.json()
            messages = page["messages"] + messages
            if not page["has_more"]:
                return messages
            before = f"&before={messages[0]['seq']}"

    def take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "message":
                seq = frame["message"]["seq"]
                self.repeats += seq in self.seen
                self.seen[seq] = frame["message"]
            case "ack":
                self.acked[frame["client_id"]] = frame
            case "hello" | "state":
                self.state = frame["state"]
            case "typing":
                self.signs.append(frame)
        self.news.set()

    async def ticket(self) -> str:
        return str((await self.post("/socket-ticket", {}))["ticket"])

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[websockets.ClientConnection]:
        """One socket, resumed from what we hold; frames must be taken by the caller (listen)."""
        address = self.url.replace("http", "ws", 1)
        ticket = await self.ticket()
        async with websockets.connect(
            f"{address}/api/visitor/v1/socket?ticket={ticket}&after={self.cursor}", proxy=None
        ) as ws:
            yield ws

    async def listen(self) -> None:
        """Stay connected and take every frame, through drops and restarts, until cancelled."""
        while True:
            with contextlib.suppress(*DROPS):
                async with self.socket() as ws:
                    async for raw in ws:
                        self.take(json.loads(raw))
            await asyncio.sleep(0.1)

    async def until(self, ready: Callable[[Visitor], bool], timeout_s: float = 30) -> None:
        """Wait for frames until ready."""
        async with asyncio.timeout(timeout_s):
            while not ready(self):
                self.news.clear()
                await self.news.wait()


@dataclass
class Agent:
    """Speaks the console API."""

    http: httpx.AsyncClient
    me: dict[str, Any]
    csrf: str
    frames: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def enter(cls, url: str, username: str, password: str) -> Agent:
        http = client(url)
        answer = await http.post("/api/console/v1/login", json={"username": username, "password": password})
        answer.raise_for_status()
        body = answer.json()
        return cls(http, body["me"], body["csrf"])

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.http.request(
            method, f"/api/console/v1{path}", json=body, headers={"X-CSRF-Token": self.csrf}
        )

    async def post(self, path: str, body: Any = None) -> Any:
        answer = await self.call("POST", path, body if body is not None else {})
        answer.raise_for_status()
        return answer.json()

    async def get(self, path: str) -> Any:
        answer = await self.call("GET", path)
        answer.raise_for_status()
        return answer.json()

    def take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        self.news.set()

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Data of the events of a kind, in order."""
        return [f["data"] for f in self.frames if f["type"] == "event" and f["kind"] == kind]

    def heard(self, text: str) -> bool:
        """Whether the stream has brought a message with these words."""
        return any(e["message"]["content"].get("text") == text for e in self.events("message"))

    def last(self, kind: str) -> dict[str, Any] | None:
        """The newest frame of a type."""
        return next((f for f in reversed(self.frames) if f["type"] == kind), None)

    async def until(self, ready: Callable[[Agent], bool], timeout_s: float = 30) -> None:
        """Wait for frames until ready; stay() must run and bring them to take()."""
        async with asyncio.timeout(timeout_s):
            while not ready(self):
                self.news.clear()
                await self.news.wait()

    async def say(self, conversation_id: str, text: str) -> None:
        """Reply, having seen everything."""
        page = await self.get(f"/conversations/{conversation_id}/messages?limit=1")
        content = {"type": "text", "text": text}
        seen = page["messages"][-1]["position"]
        await self.post(
            f"/conversations/{conversation_id}/messages",
            {"client_id": str(uuid4()), "content": content, "seen": seen},
        )

    async def go(self, availability: str) -> None:
        await self.post("/me/availability", {"availability": availability})

    @asynccontextmanager
    async def socket(self, after: int = 0) -> AsyncIterator[websockets.ClientConnection]:
        ticket = (await self.post("/socket-ticket"))["ticket"]
        address = str(self.http.base_url).rstrip("/").replace("http", "ws", 1)
        async with websockets.connect(
            f"{address}/api/console/v1/socket?ticket={ticket}&after={after}", proxy=None
        ) as ws:
            yield ws

    async def stay(self, on_frame: Callable[[dict[str, Any]], None] = lambda frame: None) -> None:
        """Stay connected and alive (a ping every 10 s), through drops and restarts, until cancelled."""
        cursor = 0
        while True:
            with contextlib.suppress(*DROPS):
                async with self.socket(cursor) as ws:
                    pinging = asyncio.create_task(_ping(ws))
                    try:
                        async for raw in ws:
                            frame = json.loads(raw)
                            if frame["type"] == "event":
                                cursor = frame["seq"]
                            on_frame(frame)
                    finally:
                        pinging.cancel()
            await asyncio.sleep(0.1)


async def _ping(ws: websockets.ClientConnection) -> None:
    while True:
        await ws.send('{"type": "ping"}')
        await asyncio.sleep(10)
