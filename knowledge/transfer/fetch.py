"""Fetches a web page for an import, from the public web alone.

The address that a name stands for is checked at the moment of connecting, in the resolver, so a name that
changes its mind between check and use leads nowhere; each redirect is checked like the first address.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from core.errors import Invalid, TooLarge, Unavailable, WrongType

MOST_BYTES = 2 * 1024 * 1024
TIMEOUT_S = 10.0
_HOPS = 4
_TYPES = ("text/html", "application/xhtml+xml")
_PORTS = {None, 80, 443}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Networks of addresses that stand for others inside.
_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


def is_public(address: str) -> bool:
    """Whether an address is one of the public web: not this machine, not a network of the house."""
    found: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in _TRANSLATED):
            return False
    return found.is_global and not found.is_multicast


class _Guarded(AbstractResolver):
    """Names with an address that is not allowed do not exist."""

    def __init__(self, is_allowed: Callable[[str], bool]) -> None:
        self._resolver = ThreadedResolver()
        self._is_allowed = is_allowed

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if not found or not all(self._is_allowed(entry["host"]) for entry in found):
            raise OSError("not a public address")
        return found

    async def close(self) -> None:
        await self._resolver.close()


async def fetch(
    url: str, *, is_allowed: Callable[[str], bool] = is_public, ports: set[int | None] = _PORTS
) -> str:
    """The page's HTML.  Raises Invalid (not an address of the public web), WrongType, TooLarge,
    Unavailable."""
    connector = aiohttp.TCPConnector(resolver=_Guarded(is_allowed), use_dns_cache=False)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    headers = {"User-Agent": "Keting (import of help pages)", "Accept": "text/html"}
    try:
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, headers=headers, trust_env=False
        ) as session:
            for _ in range(_HOPS):
                _check(url, is_allowed, ports)
                async with session.get(url, allow_redirects=False) as response:
                    if response.status in (301, 302, 303, 307, 308) and "location" in response.headers:
                        url = urljoin(url, response.headers["location"])
                        continue
                    return await _body(response)
    except (TimeoutError, aiohttp.ClientError, OSError, UnicodeError) as err:
        raise Unavailable("unavailable", detail=type(err).__name__) from None
    raise Invalid("invalid", field="url")


def _check(url: str, is_allowed: Callable[[str], bool], ports: set[int | None]) -> None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid("invalid", field="url") from None
    if parts.scheme not in ("http", "https") or not host or port not in ports or parts.username:
        raise Invalid("invalid", field="url")
    try:
        literal = is_allowed(host)  # a literal address never reaches the resolver
    except ValueError:
        return
    if not literal:
        raise Invalid("invalid", field="url")


async def _body(response: aiohttp.ClientResponse) -> str:
    if response.status != 200:
        raise Unavailable("unavailable", detail=f"HTTP {response.status}")
    if response.content_type not in _TYPES:
        raise WrongType(field="url")
    data = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        data += chunk
        if len(data) > MOST_BYTES:
            raise TooLarge(field="url")
    return data.decode(response.charset or "utf-8", "replace")
