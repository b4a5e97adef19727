"""What visitors' programs speak to: docs/reference/visitor-protocol.md, for the web widget and for apps."""

from __future__ import annotations

from sanic import Blueprint
from sanic.blueprint_group import BlueprintGroup

from api.rules import declare
from api.sockets import check_origin
from api.visitor import messages, sessions, socket, wishes
from api.visitor.door import add_cors, origin_allowed, preflight

PREFIX = "/api/visitor/v1"


def blueprints() -> BlueprintGroup:
    """Everything below /api/visitor/v1, with CORS and preflight."""
    preflights = Blueprint("visitor_preflights")
    preflights.add_route(declare("public")(preflight), "/<path:path>", methods=["OPTIONS"])
    check_origin(socket.bp, origin_allowed)
    all_of_them = (sessions.bp, messages.bp, wishes.bp, socket.bp, preflights)
    for blueprint in all_of_them:
        blueprint.register_middleware(add_cors, "response")
    return Blueprint.group(*all_of_them, url_prefix=PREFIX)
