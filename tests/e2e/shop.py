"""Somebody else's web page with the widget's tag on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def shop(service: str) -> Iterator[str]:
    """Origin of a tiny shop on a port of its own; its policy lets the browser load from the service only."""
    policy = (
        f"default-src 'none'; script-src {service}; img-src {service} blob: data:; "
        f"connect-src {service} {service.replace('http', 'ws', 1)}; media-src {service}"
    )
    page = f'<!doctype html><html lang="en"><h1>Shop</h1><script src="{service}/widget.js" async></script>'

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
