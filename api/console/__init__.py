"""The console's HTTP interface; docs/reference/console-api.md describes it.

blueprints lists everything to mount below /api/console/v1.
"""

from __future__ import annotations

from sanic import Blueprint

blueprints: tuple[Blueprint, ...] = ()
