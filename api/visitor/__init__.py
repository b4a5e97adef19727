"""What visitors' programs speak to: docs/reference/visitor-protocol.md, for the web widget and for apps."""

from __future__ import annotations

from sanic import Blueprint
from sanic.blueprint_group import BlueprintGroup

from api.rules import declare
from api.sockets import check_origin
from api.visitor import messages, sessions, socket, wishes
from api.visitor.door import add_cors, origin_allowed, preflight

PREFIX = "/api/visitor/v1"

_preflights = Blueprint("visitor_preflights")
_preflights.add_route(declare("public")(preflight), "/<path:path>", methods=["OPTIONS"])
check_origin(socket.bp, origin_allowed)
_parts = (sessions.bp, messages.bp, wishes.bp, socket.bp, _preflights)
for _part in _parts:
    _part.middleware(add_cors, "response")

#: Everything below /api/visitor/v1, with CORS and preflight.
blueprints: BlueprintGroup = Blueprint.group(*_parts, url_prefix=PREFIX)
