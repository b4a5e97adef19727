"""OpenAPI 3.1 at /openapi.json, made from the routes: their rules, paths, bodies and docstrings."""

from __future__ import annotations

import inspect
import re
from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse, Request, Sanic

from api.http import answer
from api.rules import Door, Rule, RuledRoute, declare, ruled_routes
from core.agents import ROLES

blueprint = Blueprint("openapi")

_SCHEMES: dict[str, dict[str, Any]] = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-keting",
        "description": "Console session; `keting` on plain http.  Mutating calls also send X-CSRF-Token.",
    },
    "visitor": {"type": "http", "scheme": "bearer", "description": "Visitor token from POST /sessions"},
    "internal": {"type": "apiKey", "in": "header", "name": "X-Keting-Token"},
}
_SECURITY: dict[Door, list[dict[str, list[str]]]] = {
    "agent": [{"session": []}],
    "visitor": [{"visitor": []}],
    "internal": [{"internal": []}],
}
#: Pages and their scripts are not an API.
_PAGES = ("pages.",)
_ERROR = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {
        "error": {"type": "string", "description": "stable code, for programs"},
        "message": {"type": "string", "description": "in the caller's language (Accept-Language)"},
        "field": {"type": "string"},
        "retry_after_s": {"type": "number"},
    },
}


@blueprint.get("/openapi.json")
@declare("public")
async def document(request: Request) -> HTTPResponse:
    """This document."""
    app = request.app
    if not hasattr(app.ctx, "openapi"):
        app.ctx.openapi = describe(app)
    return answer(app.ctx.openapi)


def describe(app: Sanic[Any, Any]) -> dict[str, Any]:
    routes = [route for route in ruled_routes(app) if not _is_page(route)]
    types = {t for route in routes if route.rule for t in (route.rule.body, route.rule.answer) if t}
    ordered = sorted(types, key=lambda t: (t.__module__, t.__qualname__))
    schemas, components = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    known = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = re.sub(r"<(\w+)(?::[^>]*)?>", r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, path, known)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Keting",
            "version": "1",
            "description": "docs/reference describes the interfaces in words: visitor-protocol.md, "
            "console-api.md, internal-api.md.",
        },
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": {"Error": _ERROR, **components}, "securitySchemes": _SCHEMES},
    }


def _is_page(route: RuledRoute) -> bool:
    return any(part in f"{route.name}." for part in _PAGES)


def _operation(route: RuledRoute, path: str, known: dict[type, dict[str, Any]]) -> dict[str, Any]:
    rule = route.rule or Rule("public")
    summary, _, rest = inspect.cleandoc(route.doc).partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}_{route.name.rsplit('.', 1)[-1]}_{_slug(path)}",
        "tags": [_tag(path)],
        "responses": _responses(rule, known),
    }
    if summary:
        operation["summary"] = " ".join(summary.split())
    described = "\n\n".join(part for part in (rest, _who(rule)) if part)
    if described:
        operation["description"] = described
    if security := _SECURITY.get(rule.door):
        operation["security"] = security
    names = re.findall(r"{(\w+)}", path)
    if names:
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    if rule.body is not None:
        content = {"application/json": {"schema": known[rule.body]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _responses(rule: Rule, known: dict[type, dict[str, Any]]) -> dict[str, Any]:
    schema = known[rule.answer] if rule.answer else {}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "2XX": {"description": "done", "content": {"application/json": {"schema": schema}}},
        "4XX": {"description": "refused, without effect", "content": error},
        "503": {"description": "try again after Retry-After", "content": error},
    }


def _who(rule: Rule) -> str:
    if rule.door != "agent":
        return ""
    roles = [role for role in ROLES if role in rule.roles]
    return "Roles: " + ("all" if len(roles) == len(ROLES) else ", ".join(roles))


def _tag(path: str) -> str:
    for start, tag in (
        ("/api/console/", "console"),
        ("/api/visitor/", "visitor"),
        ("/internal/", "internal"),
    ):
        if path.startswith(start):
            return tag
    return "service"


def _slug(path: str) -> str:
    return re.sub(r"\W+", "_", path).strip("_")
