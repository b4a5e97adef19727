"""The demo data over HTTP, as the contract has it: what one's own gateway is compared with.

    python -m actions.gateway.demo_server --port 8090 --token secret

It is a reference, not a product: one process, and invoices that were asked for are forgotten at its end.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import json
from collections.abc import Callable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from actions.base import NotFound
from actions.gateway.contract import (
    VERSION,
    Asker,
    BusinessGateway,
    InvoiceRequest,
    NotProven,
    Rejected,
    TooManyAttempts,
)
from actions.gateway.demo import DemoGateway

_LARGEST = 16 * 1024

Answer = tuple[int, Any]
#: What exceptions are in the contract: status and code.
_ERRORS: dict[type[Exception], tuple[int, str]] = {
    NotFound: (404, "not_found"),
    NotProven: (403, "proof_required"),
    TooManyAttempts: (429, "too_many_attempts"),
    Rejected: (422, "invalid"),
}


class Handler(BaseHTTPRequestHandler):
    """One request.  gateway and token are set by `serve`."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    gateway: BusinessGateway
    token: str

    def do_GET(self) -> None:
        self._answer(lambda: self.find(self._steps(), dict(parse_qsl(urlsplit(self.path).query))))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _LARGEST:
            return self.send(413, {"error": "too_large", "message": "at most 16 KB"})
        body = self.rfile.read(length)
        self._answer(lambda: self.take(self._steps(), body))

    def find(self, steps: list[str], query: dict[str, str]) -> Answer:
        match steps:
            case ["capabilities"]:
                resources = sorted(_run(self.gateway.capabilities()))
                return 200, {"version": VERSION, "resources": resources}
            case ["orders"]:
                return 200, {"orders": _run(self.gateway.orders(self._asker()))}
            case ["orders", number]:
                return 200, _run(self.gateway.order(number, self._asker()))
            case ["orders", number, "invoice"]:
                return 200, _run(self.gateway.invoice(number, self._asker()))
            case ["repairs", number]:
                repair = _run(self.gateway.repair(number, self._asker()))
                return 200, {**asdict(repair), "proven": repair.product is not None}
            case ["members", phone, "points"]:
                return 200, _run(self.gateway.member(phone))
            case ["stores"]:
                return 200, {"stores": _run(self.gateway.stores(query.get("city"), query.get("district")))}
            case ["stock"]:
                found = self.gateway.stock(query.get("product", ""), query.get("color"), query.get("city"))
                return 200, {"stock": _run(found)}
        raise NotFound(self.path)

    def take(self, steps: list[str], body: bytes) -> Answer:
        match steps:
            case ["orders", number, "invoice"]:
                what, key = _request(body), self.headers.get("Idempotency-Key") or ""
                return 201, _run(self.gateway.request_invoice(number, self._asker(), what, key))
        raise NotFound(self.path)

    def send(self, status: int, body: Any) -> None:
        content = json.dumps(body, default=_plain, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Request-Id", self.headers.get("X-Request-Id") or "-")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Nothing: addresses hold what visitors asked about."""

    def _answer(self, find: Callable[[], Answer]) -> None:
        given = (self.headers.get("Authorization") or "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
            return self.send(401, {"error": "unauthorized", "message": "wrong or missing bearer token"})
        try:
            status, body = find()
        except tuple(_ERRORS) as err:
            status, code = _ERRORS[type(err)]
            body = {"error": code, "message": type(err).__doc__}
            if isinstance(err, Rejected):
                body["field"] = str(err)
        self.send(status, body)

    def _steps(self) -> list[str]:
        return [unquote(step) for step in urlsplit(self.path).path.strip("/").split("/")]

    def _asker(self) -> Asker:
        return Asker(
            self.headers.get("X-Keting-Customer") or None, self.headers.get("X-Keting-Phone-Tail") or None
        )


def serve(
    gateway: BusinessGateway, token: str, port: int = 0, handler: type[Handler] = Handler
) -> ThreadingHTTPServer:
    """A server on loopback that is bound and not yet running; port 0 takes a free one."""
    bound = type("BoundHandler", (handler,), {"gateway": gateway, "token": token})
    server = ThreadingHTTPServer(("127.0.0.1", port), bound)
    server.daemon_threads = True
    return server


def _run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def _request(body: bytes) -> InvoiceRequest:
    try:
        sent = json.loads(body)
        title, email = sent["title"], sent["email"]
    except (ValueError, KeyError, TypeError):
        raise Rejected("title") from None
    return InvoiceRequest(str(title), sent.get("tax_number") or None, str(email))


def _plain(value: Any) -> Any:
    """Dataclasses as objects, days and moments in ISO 8601."""
    return value.isoformat() if hasattr(value, "isoformat") else asdict(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--token", default="demo")
    options = parser.parse_args()
    server = serve(DemoGateway(), options.token, options.port)
    print(f"KETING_GATEWAY_URL=http://127.0.0.1:{server.server_port} KETING_GATEWAY_TOKEN={options.token}")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
