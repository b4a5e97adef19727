"""A bot behind a real port that speaks docs/reference/bot-wire.md: echoes, and misbehaves on demand.

A text with [fail] in it is answered 500, one with [hang] long after any deadline.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.bot import understanding

TOKEN = "a token between the service and its bot"


@dataclass
class BotServer:
    url: str = ""
    answered: dict[str, dict[str, Any]] = field(
        default_factory=dict
    )  # by turn_id: a repeated one runs nothing
    ran: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def turn(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        words = body["text"] or body["payload"]
        if "[hang]" in words:
            self.stop.wait(60)
        if "[fail]" in words or "[hang]" in words:
            return 500, {"error": "action_failed", "detail": "asked to"}
        with self.lock:
            known = self.answered.get(body["turn_id"])
            if known is not None:
                return 200, {**known, "repeated": True}
            self.ran.append(body["turn_id"])
            self.answered[body["turn_id"]] = {
                "turn_id": body["turn_id"],
                "repeated": False,
                "replies": [{"type": "text", "text": f"echo: {words}"}],
                "nlu": understanding(words),
                "actions": ["utter_echo", "action_listen"],
                "form": None,
                "slots": {},
                "understood": True,
            }
            return 200, self.answered[body["turn_id"]]


def _handler(bot: BotServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            raw = self.rfile.read(length)
            if len(raw) < length:
                self.close_connection = True  # who asked was killed in the middle of it
                return None
            body = json.loads(raw)
            if self.headers.get("X-Keting-Token") != TOKEN:
                return self.answer(403, {"error": "forbidden"})
            match self.path.removeprefix("/webhooks/keting"):
                case "/turn":
                    return self.answer(*bot.turn(body))
                case "/parse":
                    return self.answer(200, {"nlu": understanding(body["text"])})
                case "/session":
                    return self.answer(200, {"ok": True})
            self.answer(404, {"error": "not_found"})

        def do_GET(self) -> None:
            self.answer(200, {"ready": True, "model": "echo", "store": True})

        def answer(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:
                self.close_connection = True  # who asked was killed, or did not wait

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: who asks is often killed in the middle."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return

    return Handler


@contextmanager
def bot_server() -> Iterator[BotServer]:
    bot = BotServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(bot))
    server.daemon_threads = True
    bot.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield bot
    finally:
        bot.stop.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
