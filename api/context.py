"""What app.py puts on app.ctx, with types.  Handlers ask for it here.

app.ctx holds: db (Database), settings (Settings), limiter (core.limits.Limiter), blobs
(core.blobs.BlobStore), store (core.settings_store.SettingsStore), draining (bool).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sanic import Request

from core.db import Database
from core.settings import Settings

if TYPE_CHECKING:
    from core.blobs import BlobStore
    from core.limits import Limiter
    from core.settings_store import SettingsStore


def db(request: Request) -> Database:
    return cast(Database, request.app.ctx.db)


def settings(request: Request) -> Settings:
    return cast(Settings, request.app.ctx.settings)


def limiter(request: Request) -> Limiter:
    return cast("Limiter", request.app.ctx.limiter)


def blobs(request: Request) -> BlobStore:
    return cast("BlobStore", request.app.ctx.blobs)


def store(request: Request) -> SettingsStore:
    return cast("SettingsStore", request.app.ctx.store)
