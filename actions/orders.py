"""Orders, repairs and members: asked of the shop's own system, or of demo data.

The HTTP contract is in docs/reference/internal-api.md, "Order gateway".  To connect another kind of system,
write one more class with these three methods and name it in settings.py.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import requests

from actions import dates
from actions.base import NotFound, Unavailable

TIMEOUT_S = 3.0
DEMO_DATA = Path(__file__).with_name("demo_orders.json")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:]+Z)?")


class OrderGateway(Protocol):
    """Bodies as the contract says.  Methods raise NotFound and Unavailable."""

    async def order(self, number: str) -> dict[str, Any]: ...

    async def repair(self, number: str) -> dict[str, Any]: ...

    async def points(self, phone: str) -> dict[str, Any]: ...


class HttpOrderGateway:
    """The shop's system over HTTP with a bearer token, in a thread."""

    def __init__(self, base_url: str, token: str, timeout_s: float = TIMEOUT_S) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout_s = timeout_s

    async def order(self, number: str) -> dict[str, Any]:
        return await asyncio.to_thread(self._get, "orders", number)

    async def repair(self, number: str) -> dict[str, Any]:
        return await asyncio.to_thread(self._get, "repairs", number)

    async def points(self, phone: str) -> dict[str, Any]:
        return await asyncio.to_thread(self._get, "members", phone, "points")

    def _get(self, *steps: str) -> dict[str, Any]:
        url = "/".join([self._base_url, *(quote(step, safe="") for step in steps)])
        try:
            reply = requests.get(url, headers=self._headers, timeout=self._timeout_s, allow_redirects=False)
            if reply.status_code == 200:
                return dict(reply.json())
        except (requests.RequestException, ValueError) as err:
            raise Unavailable(f"order gateway: {err}") from err
        if reply.status_code == 404:
            raise NotFound(url)
        raise Unavailable(f"order gateway answered {reply.status_code}")


class DemoOrderGateway:
    """Made-up data of a made-up shop, so that a fresh clone has something to look up.

    Its dates are written as of one day, `as_of` in the file, and told as of today: parcels on their way stay
    on their way.
    """

    def __init__(self, today: Callable[[], date] = lambda: dates.today(None)) -> None:
        self._today = today

    async def order(self, number: str) -> dict[str, Any]:
        return self._find("orders", number)

    async def repair(self, number: str) -> dict[str, Any]:
        return self._find("repairs", number)

    async def points(self, phone: str) -> dict[str, Any]:
        return self._find("members", phone)

    def _find(self, kind: str, number: str) -> dict[str, Any]:
        data = _demo_data()
        try:
            found = data[kind][number]
        except KeyError:
            raise NotFound(f"{kind} {number}") from None
        return dict(_moved(found, self._today() - date.fromisoformat(data["as_of"])))


@lru_cache(maxsize=1)
def _demo_data() -> dict[str, Any]:
    return dict(json.loads(DEMO_DATA.read_text("utf-8")))


def _moved(value: Any, by: timedelta) -> Any:
    """The same with every date in it moved; the hour of a moment stays."""
    if isinstance(value, dict):
        return {key: _moved(part, by) for key, part in value.items()}
    if isinstance(value, list):
        return [_moved(part, by) for part in value]
    if isinstance(value, str) and _DATE.fullmatch(value):
        return (date.fromisoformat(value[:10]) + by).isoformat() + value[10:]
    return value
