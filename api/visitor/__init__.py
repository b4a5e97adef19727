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
    group = Blueprint.group(sessions.bp, messages.bp, wishes.bp, socket.bp, preflights, url_prefix=PREFIX)
    for blueprint in group:
        blueprint.register_middleware(add_cors, "response")
    return group
