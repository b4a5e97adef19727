"""The shared plumbing of sockets, over a real server and a real client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from sanic import Blueprint, Request, Sanic, Websocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.sockets import PASS_FOR, Hub, Limits, Line, check_origin, issue, redeem, serve, together
from core.clock import ManualClock
from core.db import Database
from core.errors import Invalid, KetingError
from tests.fixtures.service import listening


class Echo(msgspec.Struct, tag_field="type", tag="echo"):
    text: str
    client_id: str | None = None


class Flood(msgspec.Struct, tag_field="type", tag="flood"):
    frames: int
    size: int


class Broken(msgspec.Struct, tag_field="type", tag="broken"): ...


Frames = msgspec.json.Decoder(Echo | Flood | Broken)


def explain(err: KetingError) -> str:
    return f"words for {err.code}"


class Server:
    """One kind of socket that does what its client asks for."""

    def __init__(self, limits: Limits, most: int) -> None:
        self.hub = Hub()
        self.lines: list[Line] = []
        self.limits = limits
        self.most = most
        self.address = ""

    async def handle(self, request: Request, ws: Websocket) -> None:
        line = Line({request.args.get("who", "somebody"): self.most}, self.limits)
        self.lines.append(line)

        async def receive(frame: Any) -> None:
            match frame:
                case Echo(text="bad"):
                    raise Invalid("bad_text")
                case Echo():
                    line.put({"type": "echo", "text": frame.text})
                case Flood():
                    for n in range(frame.frames):
                        line.put({"n": n, "text": "x" * frame.size})
                case Broken():
                    raise RuntimeError("a bug")

        await serve(ws, self.hub, line, frames=Frames, receive=receive, explain=explain)

    def connect(self, **options: Any) -> connect:
        options.setdefault("proxy", None)
        return connect(f"ws://{self.address}/socket?who={options.pop('who', 'somebody')}", **options)


@asynccontextmanager
async def running(
    limits: Limits | None = None, most: int = 5, allowed: Callable[[Request], bool] = lambda _: True
) -> AsyncIterator[Server]:
    server = Server(limits or Limits(), most)
    app: Sanic[Any, Any] = Sanic(f"sockets-{uuid4().hex}")
    bp = Blueprint("sockets")

    async def is_allowed(request: Request) -> bool:
        return allowed(request)

    check_origin(bp, is_allowed)
    bp.websocket("/socket")(server.handle)
    app.blueprint(bp)
    async with listening(app) as server.address:
        yield server


async def receive(ws: ClientConnection) -> Any:
    return json.loads(await asyncio.wait_for(ws.recv(), 10))


async def close_code(ws: ClientConnection) -> int | None:
    """Read to the end; the code with which the server closed."""
    try:
        async with asyncio.timeout(20):
            while True:
                await ws.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


async def test_frames_come_back_in_order():
    async with running() as server, server.connect() as ws:
        for n in range(50):
            await ws.send(json.dumps({"type": "echo", "text": str(n)}))
        assert [(await receive(ws))["text"] for _ in range(50)] == [str(n) for n in range(50)]


@pytest.mark.parametrize("frame", ["", "{", "[]", '{"type":"what"}', '{"type":"echo"}', "\ud83d"])
async def test_a_frame_that_does_not_fit_is_answered_and_the_socket_lives(frame):
    async with running() as server, server.connect() as ws:
        await ws.send(frame.encode("utf-8", "replace").decode())
        error = await receive(ws)
        assert (error["type"], error["error"], error["message"]) == (
            "error",
            "bad_frame",
            "words for bad_frame",
        )
        await ws.send(json.dumps({"type": "echo", "text": "still here"}))
        assert (await receive(ws))["text"] == "still here"


async def test_a_refused_frame_is_told_with_its_client_id():
    async with running() as server, server.connect() as ws:
        await ws.send(json.dumps({"type": "echo", "text": "bad", "client_id": "c1"}))
        assert (await receive(ws))["client_id"] == "c1"


async def test_a_slow_client_is_told_to_resume_and_nobody_waits_for_it():
    async with running(Limits(queue=20)) as server:
        async with server.connect() as slow, server.connect() as quick:
            await slow.send(json.dumps({"type": "flood", "frames": 21, "size": 10}))
            await quick.send(json.dumps({"type": "echo", "text": "quick"}))
            assert (await receive(quick))["text"] == "quick"
            assert await close_code(slow) == 4008


async def test_a_client_that_takes_nothing_is_closed_even_when_its_queue_has_room():
    async with running(Limits(stall_s=0.2, queue_bytes=2**30)) as server:
        async with server.connect(max_queue=1) as stuck:
            await stuck.send(json.dumps({"type": "flood", "frames": 200, "size": 60_000}))
            await asyncio.wait_for(server.lines[0].closing.wait(), 10)
            assert server.lines[0].code == 4008
            assert await close_code(stuck) == 4008


async def test_a_flood_of_frames_is_closed():
    async with running(Limits(frames_per_min=10)) as server, server.connect() as ws:
        for _ in range(30):
            try:
                await ws.send(json.dumps({"type": "echo", "text": "x"}))
            except ConnectionClosed:
                break
        assert await close_code(ws) == 4029


async def test_a_frame_beyond_the_limit_is_closed():
    async with running(Limits(frame_bytes=1000)) as server, server.connect() as ws:
        await ws.send(json.dumps({"type": "echo", "text": "x" * 1000}))
        assert await close_code(ws) == 1009


async def test_silence_closes():
    async with running(Limits(idle_s=0.05)) as server, server.connect() as ws:
        assert await close_code(ws) == 1001


@pytest.mark.filterwarnings("ignore")
async def test_a_bug_in_a_handler_closes_with_1011():
    async with running() as server, server.connect() as ws:
        await ws.send(json.dumps({"type": "broken"}))
        assert await close_code(ws) == 1011


async def test_one_person_has_only_so_many_sockets():
    async with running(most=2) as server:
        async with server.connect(who="a"), server.connect(who="a"), server.connect(who="a") as third:
            assert await close_code(third) == 4009
            async with server.connect(who="b") as other:
                await other.send(json.dumps({"type": "echo", "text": "hi"}))
                assert (await receive(other))["text"] == "hi"


async def test_a_dead_socket_gives_way_to_a_new_one():
    async with running(most=1) as server:
        async with server.connect(who="a") as dead:
            await dead.send(json.dumps({"type": "echo", "text": "x"}))
            await receive(dead)
            server.lines[0].heard_at -= 3600
            async with server.connect(who="a") as fresh:
                assert await close_code(dead) == 4009
                await fresh.send(json.dumps({"type": "echo", "text": "hi"}))
                assert (await receive(fresh))["text"] == "hi"


async def test_stopping_sends_everybody_away_with_1001():
    async with running() as server:
        async with server.connect() as one, server.connect() as two:
            for ws in (one, two):
                await ws.send(json.dumps({"type": "echo", "text": "x"}))
                await receive(ws)
            await server.hub.drain()
            assert [await close_code(one), await close_code(two)] == [1001, 1001]
            async with server.connect() as late:
                assert await close_code(late) == 1001


async def test_a_server_that_stops_without_draining_says_1001_too():
    async with running() as server:
        ws = await server.connect()
        await ws.send(json.dumps({"type": "echo", "text": "x"}))
        await receive(ws)
    assert await close_code(ws) == 1001


async def test_a_closed_client_leaves_nothing_behind():
    async with running() as server:
        async with server.connect() as ws:
            await ws.send(json.dumps({"type": "echo", "text": "x"}))
            await receive(ws)
            assert len(server.hub) == 1
        async with asyncio.timeout(10):
            while len(server.hub):
                await asyncio.sleep(0)


async def test_a_foreign_page_is_refused_before_the_upgrade():
    async with running(allowed=lambda r: r.headers.get("origin") == "https://shop.example") as server:
        async with server.connect(origin="https://shop.example"):
            pass
        with pytest.raises(InvalidStatus) as refused:
            await server.connect(origin="https://evil.example")
        assert refused.value.response.status_code >= 400
        assert server.hub.is_draining is False


async def test_a_pass_opens_once_and_not_after_its_time(database):
    clock = ManualClock()
    db = Database(database, clock=clock, pool_size=2)
    async with db.begin() as tx:
        first, second = await issue(tx, "agent:1", {"login": "ab"}), await issue(tx, "agent:2")
    async with db.begin() as tx:
        found = await redeem(tx, first)
        assert found is not None and (found.subject, found.data) == ("agent:1", {"login": "ab"})
        assert await redeem(tx, first) is None
        assert await redeem(tx, "something else") is await redeem(tx, None) is None
    clock.move(PASS_FOR)
    async with db.begin() as tx:
        assert await redeem(tx, second) is None
    await db.close()


async def test_of_two_who_redeem_one_pass_one_gets_in(database):
    db = Database(database, pool_size=8)
    async with db.begin() as tx:
        token = await issue(tx, "agent:1")

    async def attempt() -> bool:
        async with db.begin() as tx:
            return await redeem(tx, token) is not None

    assert sorted(await asyncio.gather(*(attempt() for _ in range(8)))) == [False] * 7 + [True]
    await db.close()


async def test_when_one_of_several_parts_fails_none_of_the_others_runs_on():
    ended = asyncio.Event()

    async def lasts() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def fails() -> None:
        raise KetingError("gone")

    with pytest.raises(KetingError):
        await together(lasts(), fails())
    assert ended.is_set()
