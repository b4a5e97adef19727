"""Real servers for tests, each in a thread on a free port of loopback, and a conversation with the bot."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from sanic import Sanic

TOKEN = "bot-token"


@dataclass(frozen=True)
class Served:
    """A server in a thread.  app: its application, to look behind the port."""

    url: str
    app: Sanic


@contextlib.contextmanager
def _serve(build: Callable[[], Awaitable[Sanic]]) -> Iterator[Served]:
    """Run an application on a loop of its own until the block ends."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    found: dict[str, Any] = {}

    async def start() -> None:
        app = await build()
        listener = socket.create_server(("127.0.0.1", 0))
        server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.start_serving()
        found.update(app=app, server=server, url=f"http://127.0.0.1:{listener.getsockname()[1]}")

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(start())
        except BaseException as err:
            found["error"] = err
        ready.set()
        if "error" not in found:
            loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    if "error" in found:
        raise found["error"]
    try:
        yield Served(found["url"], found["app"])
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def serve_actions() -> contextlib.AbstractContextManager[Served]:
    async def build() -> Sanic:
        from rasa_sdk.endpoint import create_app

        Sanic.test_mode = True
        return create_app("actions")

    return _serve(build)


def serve_channel(
    model: Path | None, action_url: str, tracker_store: Any = None, deadline_s: float = 7.5
) -> contextlib.AbstractContextManager[Served]:
    """Our channel and nothing else, on an agent with this model, or with none."""

    async def build() -> Sanic:
        from rasa.core import channels
        from rasa.core.agent import Agent
        from rasa.utils.endpoints import EndpointConfig

        from bot.channel import KetingChannel

        app = Sanic(f"rasa-{uuid.uuid4().hex}", configure_logging=False)
        endpoint = EndpointConfig(action_url, enable_selective_domain=True)
        app.ctx.agent = Agent(action_endpoint=endpoint, tracker_store=tracker_store)
        if model:
            app.ctx.agent.load_model(model)
        channels.channel.register([KetingChannel(TOKEN, deadline_s)], app, route="/webhooks/")
        return app

    return _serve(build)


@dataclass
class Bot:
    """One conversation over the wire."""

    served: Served
    token: str
    conversation_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    metadata: dict[str, Any] = field(default_factory=lambda: {"now": "2026-01-01T04:00:00Z", "failures": 0})

    def call(self, name: str, body: dict[str, Any], token: str | None = None) -> requests.Response:
        headers = {"X-Keting-Token": self.token if token is None else token}
        return requests.post(
            f"{self.served.url}/webhooks/keting/{name}", json=body, headers=headers, timeout=30
        )

    def turn(self, said: str, turn_id: str | None = None, **more: Any) -> requests.Response:
        what = {"payload": said} if said.startswith("/") else {"text": said}
        body = {
            "conversation_id": self.conversation_id, "turn_id": turn_id or str(uuid.uuid4()), "fence": 1,
            "metadata": self.metadata, **what, **more,
        }  # fmt: skip
        return self.call("turn", body)

    def say(self, said: str) -> dict[str, Any]:
        """The 200 body of a turn."""
        answer = self.turn(said)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def hear(self, *said: str) -> str:
        """What the bot says to the last of these, all bubbles joined."""
        return "\n".join(words(reply) for reply in [self.say(one) for one in said][-1]["replies"])


def words(reply: dict[str, Any]) -> str:
    return "\n".join([reply.get("text") or reply.get("title") or "", *reply.get("lines", [])])
