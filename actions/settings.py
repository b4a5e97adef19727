"""Where actions find the systems they ask, from the environment; see bot/README.md."""

from __future__ import annotations

import os
from functools import cache

from actions.gateway.contract import BusinessGateway
from actions.gateway.demo import DemoGateway
from actions.gateway.http import HttpGateway
from actions.service import HttpService, Service

DEFAULT_INTERNAL_URL = "http://127.0.0.1:8000/internal/v1"


@cache
def service() -> Service:
    """The service's internal API: KETING_INTERNAL_URL, KETING_INTERNAL_TOKEN."""
    return HttpService(
        os.environ.get("KETING_INTERNAL_URL") or DEFAULT_INTERNAL_URL,
        os.environ.get("KETING_INTERNAL_TOKEN", ""),
    )


def help_page(slug: str) -> str:
    """The address of an article in the help centre: KETING_HELP_URL and its name; empty without one."""
    base = os.environ.get("KETING_HELP_URL", "").rstrip("/")
    return f"{base}/{slug}" if base else ""


@cache
def gateway() -> BusinessGateway:
    """The business's own system:

    KETING_GATEWAY_URL, KETING_GATEWAY_TOKEN; without a URL, demo data.
    """
    # KETING_ORDER_GATEWAY_* are the former names
    url = os.environ.get("KETING_GATEWAY_URL") or os.environ.get("KETING_ORDER_GATEWAY_URL")
    if not url:
        return DemoGateway()
    token = os.environ.get("KETING_GATEWAY_TOKEN") or os.environ.get("KETING_ORDER_GATEWAY_TOKEN", "")
    return HttpGateway(url, token)
