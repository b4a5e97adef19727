"""Where actions find the systems they ask, from the environment; see bot/README.md."""

from __future__ import annotations

import os
from functools import cache

from actions.orders import DemoOrderGateway, HttpOrderGateway, OrderGateway
from actions.service import HttpService, Service

DEFAULT_INTERNAL_URL = "http://127.0.0.1:8000/internal/v1"


@cache
def service() -> Service:
    """The service's internal API: KETING_INTERNAL_URL, KETING_INTERNAL_TOKEN."""
    return HttpService(
        os.environ.get("KETING_INTERNAL_URL") or DEFAULT_INTERNAL_URL,
        os.environ.get("KETING_INTERNAL_TOKEN", ""),
    )


@cache
def orders() -> OrderGateway:
    """The shop's order system:

    KETING_ORDER_GATEWAY_URL, KETING_ORDER_GATEWAY_TOKEN; without a URL, demo data.
    """
    url = os.environ.get("KETING_ORDER_GATEWAY_URL", "")
    if not url:
        return DemoOrderGateway()
    return HttpOrderGateway(url, os.environ.get("KETING_ORDER_GATEWAY_TOKEN", ""))
