"""JSON answers: UUIDs as text, times as core.clock.stamp writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sanic import HTTPResponse

from core.clock import stamp

_ENCODER = msgspec.json.Encoder()


def plain(value: Any) -> Any:
    """Structs, rows' values and containers as JSON-ready builtins."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return stamp(value)
        case UUID() | date():
            return str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case msgspec.Struct():
            return plain(msgspec.to_builtins(value, builtin_types=(datetime, UUID)))
    return msgspec.to_builtins(value)


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    return HTTPResponse(
        _ENCODER.encode(plain(data)),
        status=status,
        headers=dict(headers or {}),
        content_type="application/json; charset=utf-8",
    )
