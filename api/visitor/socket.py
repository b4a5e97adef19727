"""The visitor's socket: messages after a number, in order; the state on every change; acknowledged sends."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from sanic import Blueprint, Request, Sanic, Websocket

from api import context, duty, views
from api.http import declare, error_message, language_of, query_int
from api.responses import plain
from api.sockets import Codes, Line, farewell, follow_watch, redeem, serve, together
from api.sockets.follow import LOOK_EVERY_S as LINE_EVERY_S
from api.views.shapes import VisitorMessage
from api.visitor import tokens, wishes
from api.visitor.door import Guest, find
from api.visitor.messages import send
from api.visitor.sessions import Page
from api.visitor.state import look, state_from
from core import timeline
from core.errors import KetingError
from core.hints import Watch

bp = Blueprint("visitor_socket")

HEARTBEAT_S = 20
#: Lost hints are made good by the sweep; what no hint tells of (a rating runs out) is seen by this.
LOOK_EVERY_S = 30.0
#: A client further behind loads pages over HTTP instead.
MAX_BEHIND = 500
_PAGE = 100
#: Sockets of one visitor, and of one address.
PER_VISITOR, PER_ADDRESS = 5, 20


class Frame(msgspec.Struct, frozen=True, tag_field="type"):
    """What clients may send."""


class Send(Frame, frozen=True, tag="send"):
    client_id: str
    content: dict[str, Any]


class Delivered(Frame, frozen=True, tag="delivered"):
    seq: int


class Read(Frame, frozen=True, tag="read"):
    seq: int


class Typing(Frame, frozen=True, tag="typing"):
    on: bool


class Human(Frame, frozen=True, tag="human"): ...


class ToBot(Frame, frozen=True, tag="bot"): ...


class Close(Frame, frozen=True, tag="close"): ...


class Rating(Frame, frozen=True, tag="rating"):
    service_id: UUID
    score: int
    comment: str | None = None


class SeenPage(Frame, frozen=True, tag="page"):
    url: str = ""
    title: str = ""
    referrer: str = ""


class Ping(Frame, frozen=True, tag="ping"): ...


FRAMES: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    Send | Delivered | Read | Typing | Human | ToBot | Close | Rating | SeenPage | Ping
)


@bp.websocket("/socket")  # type: ignore[untyped-decorator]  # as Sanic types it
@declare("ticket")
async def socket(request: Request, ws: Websocket) -> None:
    async with context.db(request).single() as tx:
        ticket = await redeem(tx, request.args.get("ticket"))
        who = None
        if ticket is not None and ticket.subject.startswith("visitor:"):
            who = await find(tx, tokens.Claims(ticket.data["channel"], ticket.data["external_id"]))
    if who is None:
        return await farewell(ws, Codes.NOT_AUTHORISED)
    address = request.remote_addr or request.ip
    keys = {f"visitor:{who.visitor_id}": PER_VISITOR}
    if not request.app.ctx.settings.is_local:
        keys[f"address:{address}"] = PER_ADDRESS
    line = Line(keys)
    talk = Talk(request.app, who, line, query_int(request, "after", 0, 0, 2**53))
    script = language_of(request)
    await serve(
        ws,
        request.app.ctx.hub,
        line,
        frames=FRAMES,
        receive=talk.receive,
        explain=lambda err: error_message(err, script),
        producers=(talk.produce(),),
    )


@dataclass(frozen=True)
class _News:
    """One look: newest is the highest seq of all, messages the first ones after the cursor."""

    newest: int
    is_merged: bool
    state: dict[str, Any]
    messages: list[VisitorMessage]


class Talk:
    """One socket's conversation with the service."""

    def __init__(self, app: Sanic[Any, Any], who: Guest, line: Line, after: int) -> None:
        self.app, self.who, self.line, self.cursor = app, who, line, after
        self.shown: dict[str, Any] = {}
        self.stands_in_line = asyncio.Event()

    # -- to the client -----------------------------------------------------------------------------------

    async def produce(self) -> None:
        sweep, topic = self.app.ctx.visitor_sweep, timeline.topic(self.who.visitor_id)
        # From before hello: nothing that changes after it is missed, so no second look at once.
        with sweep.follow(self.who.visitor_id, topic, lambda: self.cursor, duty.TOPIC, "bot") as watch:
            is_behind = await self._hello()
            await together(
                follow_watch(watch, self._catch_up, every_s=LOOK_EVERY_S, at_once=is_behind),
                self._follow_line(watch),
                self._hear(),
            )

    async def _hello(self) -> bool:
        """Say hello and hand over the first messages missed; whether there may be more."""
        news = await self._look()
        newest, self.shown = news.newest, news.state
        self._note_line()
        await self.line.send(
            {"type": "hello", "cursor": newest, "heartbeat_s": HEARTBEAT_S, "state": self.shown}
        )
        if newest - self.cursor > MAX_BEHIND or self.cursor > newest:
            await self.line.send({"type": "resync", "cursor": newest})
            self.cursor = newest
            return False
        return await self._send(news.messages)

    async def _catch_up(self, _: set[str]) -> None:
        """The messages after ours, then the state if it changed."""
        is_behind = True
        while is_behind:
            news = await self._look()
            if news.is_merged:
                return self.line.close(Codes.GOING_AWAY, "resume")  # come back as the survivor
            is_behind = await self._send(news.messages)
        if news.state != self.shown:
            self.shown = news.state
            self._note_line()
            await self.line.send({"type": "state", "state": news.state})

    async def _look(self) -> _News:
        visitor_id, messages = self.who.visitor_id, []
        async with self.app.ctx.db.reading() as tx:
            now = await look(tx, visitor_id)
            if now.seq > self.cursor:
                messages = await views.visitor_messages_after(self.app, tx, visitor_id, self.cursor, _PAGE)
            state = await state_from(self.app, tx, now)
        return _News(now.seq, now.merged_into is not None, state, messages)

    async def _send(self, messages: list[VisitorMessage]) -> bool:
        """Whether there may be more of them."""
        for message in messages:
            await self.line.send({"type": "message", "message": message})
            self.cursor = message.seq
        return len(messages) == _PAGE

    async def _follow_line(self, watch: Watch) -> None:
        """The line moves for everybody at once: only who stands in it looks, not all at the same moment."""
        while True:
            await self.stands_in_line.wait()
            with self.app.ctx.db.hints.watch("queue") as moves:
                while self.stands_in_line.is_set():
                    await moves.wait(LINE_EVERY_S)
                    await asyncio.sleep(random.uniform(0.2, 1.0))
                    watch.wake("queue")

    def _note_line(self) -> None:
        if self.shown["queue"]:
            self.stands_in_line.set()
        else:
            self.stands_in_line.clear()

    async def _hear(self) -> None:
        with self.app.ctx.signals.listen(f"visitor:{self.who.visitor_id}") as ear:
            while True:
                _, data = await ear.next()
                self.line.put(data)

    # -- from the client ---------------------------------------------------------------------------------

    async def receive(self, frame: Any) -> None:
        """One frame; a KetingError means that it had no effect."""
        app, who = self.app, self.who
        match frame:
            case Send():
                done = await send(app, who, frame.client_id, frame.content, who.language)
                ack = {
                    "type": "ack",
                    "client_id": frame.client_id,
                    "id": done.message_id,
                    "seq": done.seq,
                    "created_at": done.created_at,
                }
                self.line.put(plain(ack))
            case Ping():
                self.line.put({"type": "pong"})
            case Typing():
                await wishes.typing(app, who, frame.on)
            case Read():
                await wishes.mark(app, who, read=frame.seq)
            case Delivered():
                await wishes.mark(app, who, delivered=frame.seq)
            case Human():
                await wishes.want_human(app, who)
            case ToBot():
                await wishes.want_bot(app, who)
            case Close():
                await wishes.want_end(app, who)
            case Rating():
                await wishes.rate(app, who, frame.service_id, frame.score, frame.comment)
            case SeenPage():
                await wishes.seen_page(
                    app, who, Page(url=frame.url, title=frame.title, referrer=frame.referrer)
                )
            case _:
                raise KetingError("bad_frame")
