"""Who may call a route.  Every route carries a rule; the authorisation matrix test is generated from them.

agent_required (api.guards) attaches the rule that it enforces.  Routes with another kind of door declare it:

    @bp.get("/healthz")
    @declare("public")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar

from sanic import Sanic

Door = Literal["agent", "visitor", "internal", "platform", "ticket", "signed", "login", "public"]
H = TypeVar("H", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """door: what opens the route.  agent: session cookie, with one of roles; visitor: bearer token;
    internal: shared token; platform: a channel's own signature; ticket: one-time socket ticket;
    signed: signed URL; login: no session, but our own Origin; public: nothing."""

    door: Door
    roles: frozenset[str] = frozenset()
    body: type | None = None
    answer: type | None = None


@dataclass(frozen=True)
class RuledRoute:
    """One route and method of an application; rule is None where somebody forgot it."""

    method: str
    path: str
    name: str
    rule: Rule | None
    doc: str = ""


#: Rules by handler, in the order of declaration.
ROUTE_RULES: dict[str, Rule] = {}


def attach(handler: H, rule: Rule) -> H:
    ROUTE_RULES[f"{handler.__module__}.{handler.__qualname__}"] = rule
    handler.route_rule = rule  # type: ignore[attr-defined]
    return handler


def declare(door: Door, *, body: type | None = None, answer: type | None = None) -> Callable[[H], H]:
    """Say what opens a route that checks it by other means than agent_required."""
    return lambda handler: attach(handler, Rule(door, frozenset(), body, answer))


def ruled_routes(app: Sanic[Any, Any]) -> Iterator[RuledRoute]:
    """Every route of the application with its rule.  Paths have <name> for parameters."""
    for route in app.router.routes:
        handler = route.handler
        if isinstance(handler, partial):  # Sanic wraps the handlers of sockets
            handler = handler.args[0]
        rule = getattr(handler, "route_rule", None)
        path = "/" + route.path.lstrip("/")
        for method in sorted(set(route.methods) - {"HEAD", "OPTIONS"}):
            yield RuledRoute(method, path, route.name, rule, handler.__doc__ or "")
