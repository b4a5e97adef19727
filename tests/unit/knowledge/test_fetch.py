"""Pages are fetched from the public web alone: no address of the house is ever asked."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from core.errors import Invalid, TooLarge, Unavailable, WrongType
from knowledge.transfer.fetch import MOST_BYTES, fetch, is_public

PAGE = b"<title>x</title><main><h2>\xe9\x80\x80\xe8\xb4\xa7</h2><p>y</p></main>"


@asynccontextmanager
async def website(*answers):
    """A server on this machine that gives these answers in turn; yields its address and what it was asked."""
    asked, left = [], list(answers)

    async def serve(reader, writer):
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode())
        writer.write(left.pop(0))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}", asked


def response(body=PAGE, mime="text/html; charset=utf-8", status="200 OK", **headers):
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {mime}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def anywhere(address):
    import ipaddress

    return bool(ipaddress.ip_address(address))  # a name raises, as it does for is_public


def ports(url):
    return {int(url.rpartition(":")[2])}


async def test_a_page_comes_as_text():
    async with website(response()) as (url, asked):
        assert "退货" in await fetch(url + "/faq", is_allowed=anywhere, ports=ports(url))
        assert asked == ["/faq"]


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 127.1.2.3 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 ::1 "
    "fe80::1 fc00::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: ff02::1 "
    "fe80::1%eth0".split(),
)
def test_addresses_of_the_house_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111"])
def test_addresses_of_the_web_are(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "path",
    [
        "{url}",
        "http://localhost:{port}",
        "http://[::ffff:127.0.0.1]:{port}",
        "http://127.1:{port}",
        "http://2130706433:{port}",
        "http://0x7f000001:{port}",
    ],
)
async def test_this_machine_is_never_asked_under_any_name(path):
    async with website(response()) as (url, asked):
        port = url.rpartition(":")[2]
        with pytest.raises((Invalid, Unavailable)):
            await fetch(path.format(url=url, port=port), ports=ports(url))
        assert asked == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "http://",
        "http://user@a.example/",
        "http://a.example:22/",
        "http://a.example:99999/",
        "gopher://x",
        "",
    ],
)
async def test_other_addresses_are_refused(url):
    with pytest.raises(Invalid):
        await fetch(url)


async def test_a_redirect_into_the_house_leads_nowhere():
    async with website(response()) as (secret, reached):
        moved = response(
            b"", status="302 Found", Location=secret.replace("127.0.0.1", "127.0.0.2") + "/secret"
        )
        async with website(moved) as (url, asked):
            both = ports(url) | ports(secret)
            with pytest.raises((Invalid, Unavailable)):
                await fetch(url, is_allowed=lambda ip: anywhere(ip) and ip == "127.0.0.1", ports=both)
            assert asked == ["/"] and reached == []


async def test_redirects_end():
    moved = response(b"", status="302 Found", Location="/again")
    async with website(*[moved] * 9) as (url, asked):
        with pytest.raises(Invalid):
            await fetch(url, is_allowed=anywhere, ports=ports(url))
        assert len(asked) == 4


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (response(mime="application/pdf"), WrongType),
        (response(b"x" * (MOST_BYTES + 1)), TooLarge),
        (response(status="404 Not Found"), Unavailable),
        (b"nonsense\r\n\r\n", Unavailable),
    ],
)
async def test_what_is_no_page_is_refused(answer, error):
    async with website(answer) as (url, _):
        with pytest.raises(error):
            await fetch(url, is_allowed=anywhere, ports=ports(url))
