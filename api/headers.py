"""Headers that every answer carries: what browsers may do with it, and under which id we logged it."""

from __future__ import annotations

from sanic import Request
from sanic.response import BaseHTTPResponse

from api import context

#: Our pages bring all their scripts as files of our own.  Styles may be inline: component libraries position
#: pop-ups by style attributes.  "self" covers web sockets to the same host.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob: https:; "
    "media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"


def add_headers(request: Request, response: BaseHTTPResponse) -> None:
    """Adds what the handler did not decide for itself."""
    headers = response.headers
    is_page = (response.content_type or "").startswith("text/html")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY)
    if is_page:
        headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.path.startswith(("/api/", "/internal/")):
        headers.setdefault("Cache-Control", "no-store")
    if context.settings(request).is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request_id := getattr(request.ctx, "request_id", None):
        headers.setdefault("X-Request-ID", request_id)
