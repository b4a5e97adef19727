"""The reference gateway with faults on demand: slow, failing, talking nonsense, hanging up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from actions.gateway.contract import BusinessGateway
from actions.gateway.demo import DemoGateway
from actions.gateway.demo_server import Answer, Handler, serve

TOKEN = "gateway-token"


class FakeGateway:
    """A gateway on loopback.

    fault: what happens to requests from now on: None, `slow` (no answer before the test is over), `hang up`,
    `html` (no JSON), `shape` (JSON of another kind), `huge`, or a status code.
    faults_left: how many requests it happens to; None: all.
    seen: method, path and headers of each request, in order.
    """

    def __init__(self, gateway: BusinessGateway | None = None) -> None:
        self.fault: str | int | None = None
        self.faults_left: int | None = None
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.released = threading.Event()
        self._server = serve(gateway or DemoGateway(), TOKEN, handler=_handler_of(self))
        # clients that gave up are no news
        setattr(self._server, "handle_error", lambda *_: None)  # noqa: B010
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def next_fault(self) -> str | int | None:
        if self.faults_left is not None:
            if self.faults_left == 0:
                return None
            self.faults_left -= 1
        return self.fault

    def run(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def running(gateway: BusinessGateway | None = None) -> Iterator[FakeGateway]:
    fake = FakeGateway(gateway)
    fake.run()
    try:
        yield fake
    finally:
        fake.close()


def _handler_of(fake: FakeGateway) -> type[Handler]:
    class Faulty(Handler):
        def find(self, steps: list[str], query: dict[str, str]) -> Answer:
            return self._spoilt() or super().find(steps, query)

        def take(self, steps: list[str], body: bytes) -> Answer:
            return self._spoilt() or super().take(steps, body)

        def send(self, status: int, body: Any) -> None:
            fake.seen.append((self.command, self.path, dict(self.headers)))
            if body is _NOTHING:
                return
            if isinstance(body, bytes):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            else:
                super().send(status, body)

        def _spoilt(self) -> Answer | None:
            fault = fake.next_fault()
            if isinstance(fault, int):
                return fault, {"error": "played", "message": "secret words of the shop's own system"}
            if fault == "slow":
                fake.released.wait(30)
            if fault in ("slow", "hang up"):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return 0, _NOTHING
            bodies = {"html": b"<html>502</html>", "shape": b'["a"]', "huge": b'"' + b"x" * 300_000 + b'"'}
            return (200, bodies[fault]) if fault in bodies else None

    return Faulty


#: Stands for an answer that never comes.
_NOTHING = object()
