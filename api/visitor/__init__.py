"""What visitors' programs speak to: docs/reference/visitor-protocol.md, for the web widget and for apps."""

from __future__ import annotations

from sanic import Blueprint
from sanic.blueprint_group import BlueprintGroup

from api.rules import declare
from api.sockets import check_origin
from api.visitor import knowledge, messages, sessions, socket, wishes
from api.visitor.door import add_cors, origin_allowed, preflight

PREFIX = "/api/visitor/v1"

check_origin(socket.bp, origin_allowed)
_parts = (sessions.bp, messages.bp, wishes.bp, knowledge.bp, socket.bp)
for _part in _parts:
    # Sanic answers 405 for a path that has routes but none for OPTIONS, so every path gets one.
    for _path in sorted({route.uri for route in _part._future_routes}):
        _part.add_route(declare("public")(preflight), _path, methods=["OPTIONS"], name=f"preflight{_path}")
    _part.middleware(add_cors, "response")

#: Everything below /api/visitor/v1, with CORS and preflight.
blueprints: BlueprintGroup = Blueprint.group(*_parts, url_prefix=PREFIX)
