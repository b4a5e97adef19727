"""Whether this process is alive, whether it should get work, and its numbers for Prometheus."""

from __future__ import annotations

import ipaddress
from functools import cache

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sanic import Blueprint, HTTPResponse, Request

from api import context, metrics
from api.guards import same
from api.http import answer
from api.rules import declare
from core.errors import NotFound, Unavailable
from core.migrate import alembic_config

blueprint = Blueprint("health")


@blueprint.get("/healthz")
@declare("public")
async def alive(request: Request) -> HTTPResponse:
    """200 as long as the process answers at all; restart it when it does not."""
    return answer({"status": "ok"})


@blueprint.get("/readyz")
@declare("public")
async def ready(request: Request) -> HTTPResponse:
    """200 when this process should get requests: database there, schema current, not about to stop."""
    checks = {"database": False, "schema": False, "accepting": not context.is_draining(request)}
    try:
        async with context.db(request).begin() as tx:
            checks["database"] = True
            version = await tx.value(sa.text("select version_num from alembic_version"))
            checks["schema"] = version == _newest_schema()
    except Unavailable:
        pass
    good = all(checks.values())
    return answer({"status": "ready" if good else "not_ready", "checks": checks}, 200 if good else 503)


@cache
def _newest_schema() -> str | None:
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


@blueprint.get("/metrics")
@declare("public")
async def numbers(request: Request) -> HTTPResponse:
    """Prometheus text, for this machine and private networks, or with the internal token as bearer."""
    if not (_is_near(request) or _has_token(request)):
        raise NotFound()
    await metrics.measure(context.db(request))
    return HTTPResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _is_near(request: Request) -> bool:
    try:
        address = ipaddress.ip_address(request.remote_addr or request.ip)
    except ValueError:
        return True  # a unix socket has no address
    return address.is_loopback or address.is_private


def _has_token(request: Request) -> bool:
    return same(request.token or "", context.settings(request).internal_token.reveal())
