"""What app.py puts on app.ctx, with types.  Handlers ask for it here.

app.ctx holds: db (Database), settings (Settings), limiter (core.limits.Limiter), blobs
(core.blobs.BlobStore), links (core.links.Links), store (core.settings_store.SettingsStore) and, once a stop
was asked for, draining (True).
"""

from __future__ import annotations

from typing import cast

from sanic import Request

from core.blobs import BlobStore
from core.db import Database
from core.limits import Limiter
from core.links import Links
from core.settings import Settings
from core.settings_store import SettingsStore


def db(request: Request) -> Database:
    return cast(Database, request.app.ctx.db)


def settings(request: Request) -> Settings:
    return cast(Settings, request.app.ctx.settings)


def limiter(request: Request) -> Limiter:
    return cast(Limiter, request.app.ctx.limiter)


def blobs(request: Request) -> BlobStore:
    return cast(BlobStore, request.app.ctx.blobs)


def store(request: Request) -> SettingsStore:
    return cast(SettingsStore, request.app.ctx.store)


def links(request: Request) -> Links:
    return cast(Links, request.app.ctx.links)


def is_draining(request: Request) -> bool:
    """A stop was asked for: new work goes elsewhere."""
    return bool(getattr(request.app.ctx, "draining", False))
