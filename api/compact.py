"""Answers that may be large: encoded once from typed structs, and compressed for who takes that."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
from sanic import HTTPResponse, Request

_ENCODER = msgspec.json.Encoder()
#: Below this compressing costs more than it saves.
_WORTH = 2048


def compact(request: Request, data: Any) -> HTTPResponse:
    """data as JSON: msgspec structs with times as text, or plain values."""
    body = _ENCODER.encode(data)
    headers = {"Vary": "Accept-Encoding"}
    if len(body) >= _WORTH and "gzip" in request.headers.get("accept-encoding", ""):
        squeeze = zlib.compressobj(level=3, wbits=31)
        body = squeeze.compress(body) + squeeze.flush()
        headers["Content-Encoding"] = "gzip"
    return HTTPResponse(body, headers=headers, content_type="application/json; charset=utf-8")
