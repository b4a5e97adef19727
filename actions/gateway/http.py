"""A business's own system over HTTP, as docs/reference/business-gateway.md has it."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote

import requests
from requests.auth import AuthBase

from actions.base import NotFound, Unavailable
from actions.gateway import reading
from actions.gateway.breaker import Breaker
from actions.gateway.contract import (
    RESOURCES,
    VERSION,
    Asker,
    Invoice,
    InvoiceRequest,
    Member,
    Misconfigured,
    NotProven,
    NotSupported,
    Order,
    Rejected,
    Repair,
    Stock,
    Store,
    TooManyAttempts,
)
from actions.gateway.reading import Body, Nonsense

log = logging.getLogger(__name__)

CONNECT_S, READ_S = 1.0, 3.0
#: A question costs no more, whatever the other side does; a turn has 7.5 s in all.
BUDGET_S = 4.5
#: A connection that broke after longer than this is not tried again.
_RETRY_WITHIN_S = 1.0
_LARGEST = 256 * 1024
#: What every gateway has: nothing there means that there is no such order, in whatever words.
_ALWAYS = "/orders/{}"


@dataclass(frozen=True)
class _Call:
    """path: as logs name it.  steps: what the URL is made of."""

    path: str
    steps: tuple[str, ...]
    params: Mapping[str, str | None] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: Mapping[str, Any] | None = None
    is_list: bool = False

    @property
    def method(self) -> str:
        return "GET" if self.sent is None else "POST"


class _Bearer(AuthBase):
    """Not a plain header: requests would let the password of a .netrc take its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class HttpGateway:
    """Asks in a thread: the action server's event loop never waits.  timeouts_s: to connect, to read."""

    def __init__(
        self,
        base_url: str,
        token: str,
        timeouts_s: tuple[float, float] = (CONNECT_S, READ_S),
        breaker: Breaker | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeouts_s = timeouts_s
        self._breaker = breaker or Breaker()
        self._session = requests.Session()
        self._session.auth = _Bearer(token)

    async def capabilities(self) -> frozenset[str]:
        body = await self._ask(_Call("/capabilities", ("capabilities",), is_list=True))
        return RESOURCES & frozenset(body.texts("resources"))

    async def order(self, number: str, asker: Asker) -> Order:
        return reading.order(await self._ask(_Call("/orders/{}", ("orders", number), headers=_who(asker))))

    async def orders(self, asker: Asker) -> tuple[Order, ...]:
        body = await self._ask(_Call("/orders", ("orders",), headers=_who(asker), is_list=True))
        return tuple(reading.order(one) for one in body.parts("orders"))

    async def repair(self, number: str, asker: Asker) -> Repair:
        call = _Call("/repairs/{}", ("repairs", number), headers=_who(asker))
        return reading.repair(await self._ask(call))

    async def member(self, phone: str) -> Member:
        return reading.member(await self._ask(_Call("/members/{}/points", ("members", phone, "points"))))

    async def invoice(self, number: str, asker: Asker) -> Invoice:
        call = _Call("/orders/{}/invoice", ("orders", number, "invoice"), headers=_who(asker))
        return reading.invoice(await self._ask(call))

    async def request_invoice(self, number: str, asker: Asker, what: InvoiceRequest, key: str) -> Invoice:
        headers = {**_who(asker), "Idempotency-Key": key}
        steps = ("orders", number, "invoice")
        return reading.invoice(
            await self._ask(_Call("/orders/{}/invoice", steps, headers=headers, sent=asdict(what)))
        )

    async def stores(self, city: str | None = None, district: str | None = None) -> tuple[Store, ...]:
        params = {"city": city, "district": district}
        body = await self._ask(_Call("/stores", ("stores",), params, is_list=True))
        return tuple(reading.store(one) for one in body.parts("stores"))

    async def stock(
        self, product: str, color: str | None = None, city: str | None = None
    ) -> tuple[Stock, ...]:
        params = {"product": product, "color": color, "city": city}
        body = await self._ask(_Call("/stock", ("stock",), params, is_list=True))
        return tuple(reading.stock(one) for one in body.parts("stock"))

    async def _ask(self, call: _Call) -> Body:
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._guarded, call), BUDGET_S)
        except asyncio.TimeoutError as err:
            raise Unavailable(f"gateway: {call.method} {call.path} took too long") from err

    def _guarded(self, call: _Call) -> Body:
        self._breaker.enter()
        request_id = uuid.uuid4().hex
        where = f"{call.method} {call.path} request={request_id}"
        try:
            status, content = self._sent(call, request_id)
        except requests.RequestException as err:
            self._breaker.failed()
            # not str(err): it holds the URL, and with it the number that was asked about
            raise Unavailable(f"gateway: {where} {type(err).__name__}") from err
        if status >= 500 and status != 501:
            self._breaker.failed()
            raise Unavailable(f"gateway: {where} answered {status}")
        self._breaker.succeeded()
        return _understood(call, status, content, where)

    def _sent(self, call: _Call, request_id: str) -> tuple[int, bytes]:
        """Status and body.  A connection that breaks early is tried once more, unless something is sent."""
        began = time.monotonic()
        try:
            return self._once(call, request_id)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            if call.sent is not None or time.monotonic() - began > _RETRY_WITHIN_S:
                raise
        return self._once(call, request_id)

    def _once(self, call: _Call, request_id: str) -> tuple[int, bytes]:
        with self._session.request(
            call.method,
            "/".join([self._base_url, *(quote(step, safe="") for step in call.steps)]),
            params={name: value for name, value in call.params.items() if value is not None},
            headers={"X-Request-Id": request_id, "X-Keting-Contract": VERSION, **call.headers},
            json=call.sent,
            timeout=self._timeouts_s,
            allow_redirects=False,
            stream=True,
        ) as reply:
            content = bytearray()
            for chunk in reply.iter_content(16 * 1024):
                content += chunk
                if len(content) > _LARGEST:
                    raise requests.exceptions.ContentDecodingError("answer too large")
            return reply.status_code, bytes(content)


def _who(asker: Asker) -> dict[str, str]:
    """In headers: addresses are kept in the logs of every proxy on the way."""
    named = {"X-Keting-Customer": asker.customer_id, "X-Keting-Phone-Tail": asker.phone_tail}
    return {name: value for name, value in named.items() if value}


def _understood(call: _Call, status: int, content: bytes, where: str) -> Body:
    if status in (200, 201):
        return Body(_parsed(content, where), where)
    error = _code(content)
    if status == 403 and error == "proof_required":
        raise NotProven(call.path)
    if status in (401, 403):
        log.error("gateway.token_refused %s status=%s", where, status)
        raise Misconfigured(f"gateway: {where} answered {status}")
    if status == 404 and (error == "not_found" or call.path == _ALWAYS) and not call.is_list:
        raise NotFound(call.path)
    if status in (404, 501):  # no such address, which frameworks answer in their own words
        raise NotSupported(call.path)
    if status == 422:
        raise Rejected(_code(content, "field") or "")
    if status == 429 and error == "too_many_attempts":
        raise TooManyAttempts(call.path)
    raise Unavailable(f"gateway: {where} answered {status}")


def _parsed(content: bytes, where: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as err:
        raise Nonsense(f"gateway: {where} answered no JSON") from err


def _code(content: bytes, name: str = "error") -> str | None:
    """A name from an error's body, if it has one."""
    try:
        body = json.loads(content)
    except ValueError:
        return None
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, str) else None
