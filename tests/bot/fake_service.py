"""Plays the service's internal API: idempotent by key, refusing stale fences, down on demand."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = ("conversation_id", "turn_id", "action", "ordinal")


class FakeService:
    """What it was asked is in `handoffs` and `tickets`; repeats of a key are answered and not counted.

    `articles`: what a search for a text finds; `ratings`: what was thought of them.  `posted`: paths, also of
    what was refused.
    """

    def __init__(self) -> None:
        self.token = "internal"
        self.reset()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(*fake.post(self.path, body, self.headers.get("X-Keting-Token")))

            def do_GET(self) -> None:
                self._answer(*fake.get(self.path))

            def _answer(self, status: int, body: dict[str, Any]) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/internal/v1"

    def reset(self) -> None:
        self.handoffs: list[dict[str, Any]] = []
        self.tickets: list[dict[str, Any]] = []
        self.articles: dict[str, dict[str, Any]] = {}
        self.ratings: list[dict[str, Any]] = []
        self.posted: list[str] = []
        self.on_duty, self.position, self.is_down, self.stale_below = True, 1, False, 0
        self._answers: dict[tuple[Any, ...], dict[str, Any]] = {}

    def post(self, path: str, body: dict[str, Any], token: str | None) -> tuple[int, dict[str, Any]]:
        self.posted.append(path)
        if self.is_down:
            return 503, {"error": "unavailable"}
        if token != self.token:
            return 403, {"error": "forbidden"}
        if path.endswith("/knowledge/search"):
            return 200, self.articles.get(body["query"], {"answer": None, "related": []})
        if path.endswith("/knowledge/feedback"):
            self.ratings.append(body)
            return 200, {}
        if body["fence"] < self.stale_below:
            return 409, {"error": "stale_turn"}
        key = tuple(body[name] for name in KEY)
        if key not in self._answers:
            self._answers[key] = self._happen(path, body)
        return 200, self._answers[key]

    def _happen(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path.endswith("/handoff"):
            self.handoffs.append(body)
            return {"queued": self.on_duty, "position": self.position, "on_duty": self.on_duty}
        self.tickets.append(body)
        number = f"T260101-{len(self.tickets):04d}"
        return {"number": number, "department": {"zh": "维修部", "en": "Repairs"}, "state": "open"}

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        if self.is_down:
            return 503, {"error": "unavailable"}
        if path.endswith("/business"):
            hours = {"zh": "每天 8:00 到 20:00", "en": "daily from 8:00 to 20:00"}
            return 200, {"name": {"zh": "客厅电器", "en": "Keting"}, "hours": hours, "on_duty": self.on_duty}
        number = path.rpartition("/")[2].partition("?")[0]
        if number != "T260101-0001":
            return 404, {"error": "not_found"}
        return 200, {
            "number": number, "type": "repair", "state": "open",
            "state_label": {"zh": "处理中", "en": "in progress"},
            "department": {"zh": "维修部", "en": "Repairs"}, "last_public_comment": None,
        }  # fmt: skip

    def __enter__(self) -> FakeService:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
