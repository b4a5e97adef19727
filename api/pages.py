"""The built pages: shop front with the widget, console, widget scripts, API page; and the help centre, which
is written for each reader (api.help).

Files whose names carry a hash are cached for ever, all others are checked each time.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import file

import api.help
from api.rules import declare
from core.errors import NotFound

_HASHED = re.compile(r"-[A-Za-z0-9_-]{8,}\.\w+$")
_TYPES = {".js": "text/javascript; charset=utf-8", ".webmanifest": "application/manifest+json"}


def blueprint(dist: Path) -> Blueprint:
    """Routes over web/dist, and over nothing outside it."""
    bp = Blueprint("pages")
    root = dist.resolve()

    def find(name: str) -> Path | None:
        if "\x00" in name:
            return None
        path = (root / name).resolve()
        path = path / "index.html" if path.is_dir() else path
        return path if path.is_relative_to(root) and path.is_file() else None

    async def send(name: str, *, fallback: str | None = None, foreign: bool = False) -> HTTPResponse:
        path = find(name) or (find(fallback) if fallback else None)
        if path is None:
            raise NotFound()
        cache = "public, max-age=31536000, immutable" if _HASHED.search(path.name) else "no-cache"
        headers = {"Cache-Control": cache}
        if foreign:  # scripts that pages of other origins load
            headers |= {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
        mime = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if mime.startswith("text/") and "charset" not in mime:
            mime += "; charset=utf-8"
        return await file(path, headers=headers, mime_type=mime)

    @bp.get("/")
    @declare("public")
    async def front(request: Request) -> HTTPResponse:
        return await send("demo/index.html")

    @bp.get("/demo/<name:path>")
    @declare("public")
    async def demo(request: Request, name: str) -> HTTPResponse:
        return await send(f"demo/{name}")

    @bp.get("/console/")
    @declare("public")
    async def console_index(request: Request) -> HTTPResponse:
        return await send("console/index.html")

    @bp.get("/console/<name:path>")
    @declare("public")
    async def console(request: Request, name: str) -> HTTPResponse:
        # A page of the console's own router; a missing asset stays a 404, so that a stale page reloads.
        fallback = None if "." in name.rsplit("/", 1)[-1] else "console/index.html"
        return await send(f"console/{name}", fallback=fallback)

    @bp.get("/widget.js")
    @declare("public")
    async def loader(request: Request) -> HTTPResponse:
        return await send("widget/widget.js", foreign=True)

    @bp.get("/widget/<name:path>")
    @declare("public")
    async def widget(request: Request, name: str) -> HTTPResponse:
        return await send(f"widget/{name}", foreign=True)

    @bp.get("/docs/api/")
    @declare("public")
    async def api_index(request: Request) -> HTTPResponse:
        return await send("help/api/index.html")

    @bp.get("/docs/api/<name:path>")
    @declare("public")
    async def api_page(request: Request, name: str) -> HTTPResponse:
        return await send(f"help/api/{name}")

    @bp.get("/help/assets/<name:path>")
    @declare("public")
    async def help_asset(request: Request, name: str) -> HTTPResponse:
        return await send(f"help/centre/assets/{name}")

    api.help.add_to(bp, root)
    return bp
