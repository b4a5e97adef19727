"""Hours, widget and business, as administrators set them."""

from __future__ import annotations

from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse, Request

from api import context
from api.console.trail import ADMIN, PREFIX, READERS, audit
from api.guards import agent_required
from api.http import answer, body, change
from core import settings_store
from core.db import Tx
from core.hours import Hours
from core.settings_store import Business, Widget

blueprint = Blueprint("console_settings", url_prefix=PREFIX)


@blueprint.get("/settings/hours")
@agent_required(*READERS, answer=Hours)
async def show_hours(request: Request) -> HTTPResponse:
    return await _show(request, Hours)


@blueprint.put("/settings/hours")
@agent_required(*ADMIN, body=Hours)
async def set_hours(request: Request) -> HTTPResponse:
    return await _set(request, Hours)


@blueprint.get("/settings/widget")
@agent_required(*READERS, answer=Widget)
async def show_widget(request: Request) -> HTTPResponse:
    return await _show(request, Widget)


@blueprint.put("/settings/widget")
@agent_required(*ADMIN, body=Widget)
async def set_widget(request: Request) -> HTTPResponse:
    return await _set(request, Widget)


@blueprint.get("/settings/business")
@agent_required(*READERS, answer=Business)
async def show_business(request: Request) -> HTTPResponse:
    return await _show(request, Business)


@blueprint.put("/settings/business")
@agent_required(*ADMIN, body=Business)
async def set_business(request: Request) -> HTTPResponse:
    return await _set(request, Business)


async def _show(request: Request, kind: Any) -> HTTPResponse:
    async with context.db(request).begin() as tx:
        return answer(_shown(request, await settings_store.read(tx, kind)))


async def _set(request: Request, kind: Any) -> HTTPResponse:
    value = body(request, kind)
    settings_store.check(value)
    name = settings_store.KEYS[kind]

    async def work(tx: Tx) -> dict[str, Any]:
        before = msgspec.to_builtins(await settings_store.read(tx, kind))
        await settings_store.write(tx, value)
        after = msgspec.to_builtins(value)
        changed = sorted(key for key in after if after[key] != before.get(key))
        await audit(request, tx, f"settings.{name}_changed", f"setting:{name}", changed=changed)
        return _shown(request, value)

    return await change(request, work)


def _shown(request: Request, value: Any) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(value)
    if isinstance(value, Widget):
        shown["snippet"] = snippet(context.settings(request).public_url)
    return shown


def snippet(public_url: str) -> str:
    """What a website puts before its closing body tag."""
    return f'<script src="{public_url}/widget.js" async></script>'
