"""The Rasa input channel through which the service talks to the bot; docs/reference/bot-wire.md is its
contract.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Request, response
from sanic.response import HTTPResponse

from bot import render, wire
from bot.past import back_at, events_of
from bot.tracker_store import is_healthy, unwrapped
from bot.turn import CHANNEL, StoreUnavailable, Turn, TurnFailed, Turns, UnknownSlots

log = logging.getLogger(__name__)

Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]

TOKEN_HEADER = "X-Keting-Token"
TOKEN_VARIABLE = "KETING_BOT_TOKEN"
#: Below the service's own deadline of 8 s, so that it hears why a turn failed.
DEADLINE_S = 7.5


class KetingChannel(InputChannel):
    """Named in credentials.yml as `bot.channel.KetingChannel`."""

    def __init__(self, token: str, deadline_s: float = DEADLINE_S) -> None:
        self._token = token
        self._deadline_s = deadline_s
        self._turns: Turns | None = None
        self._loaded: tuple[Agent, str | None] | None = None

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> KetingChannel:
        token = os.environ.get(TOKEN_VARIABLE, "")
        if not token:
            raise RasaException(f"{TOKEN_VARIABLE} is not set: the service and the bot share it")
        return cls(token)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("keting_channel")
        blueprint.add_route(self._guard(self._turn), "/turn", methods=["POST"], name="turn")
        blueprint.add_route(self._guard(self._parse), "/parse", methods=["POST"], name="parse")
        blueprint.add_route(self._guard(self._session), "/session", methods=["POST"], name="session")
        blueprint.add_route(self._guard(self._health), "/health", methods=["GET"], name="health")
        return blueprint

    def _guard(self, handler: Handler) -> Handler:
        """Token first; then every way in which a handler can fail, as the wire's status."""

        async def guarded(request: Request) -> HTTPResponse:
            given = request.headers.get(TOKEN_HEADER) or ""
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                return _error(403, "forbidden")
            try:
                return await handler(request)
            except wire.BadBody as err:
                return _error(400, "bad_request", str(err))
            except (NotReady, StoreUnavailable) as err:
                return _error(503, "not_ready", str(err))
            except TurnFailed as err:
                log.error("turn.failed error=%s detail=%s", err.error, err.detail)
                return _error(500, err.error, err.detail)
            except Exception as err:
                log.exception("turn.crashed")
                return _error(500, "crashed", repr(err))

        return guarded

    async def _turn(self, request: Request) -> HTTPResponse:
        body = _body(request, "turn_request")
        turn = Turn(
            body["conversation_id"],
            body["turn_id"],
            body["fence"],
            str(body.get("text") or body.get("payload")),
            is_payload=bool(body.get("payload")),
            metadata=body.get("metadata") or {},
        )
        turns = self._ready(request)
        try:
            answer = await asyncio.wait_for(self._serve(turns, turn), self._deadline_s)
        except asyncio.TimeoutError as err:
            raise TurnFailed("action_failed", f"not finished after {self._deadline_s} s") from err
        return response.json(answer)

    async def _serve(self, turns: Turns, turn: Turn) -> render.Body:
        async with turns.lock(turn.conversation_id):
            past = await turns.past(turn.conversation_id)
            if past is not None and events_of(past, turn.turn_id):
                return render.answer(back_at(past, turn.turn_id), turn.turn_id, repeated=True)
            tracker = await turns.play(turn)
            answer = render.answer(tracker, turn.turn_id, repeated=False)
            try:
                wire.check(answer, "turn_response")
            except wire.BadBody as err:
                raise TurnFailed("crashed", f"the answer does not fit the wire: {err}") from err
            await turns.save(tracker)
            return answer

    async def _parse(self, request: Request) -> HTTPResponse:
        text = _body(request, "parse_request")["text"]
        answer = {"nlu": render.nlu(await self._ready(request).parse(text))}
        return response.json(answer)

    async def _session(self, request: Request) -> HTTPResponse:
        body = _body(request, "session_request")
        turns = self._ready(request)
        try:
            async with turns.lock(body["conversation_id"]):
                await turns.renew(body["conversation_id"], body.get("slots") or {})
        except UnknownSlots as err:
            raise wire.BadBody(f"slots: {err}") from err
        return response.json({"ok": True})

    async def _health(self, request: Request) -> HTTPResponse:
        agent = _agent(request)
        has_model = agent is not None and agent.is_ready()
        store = agent is not None and is_healthy(unwrapped(agent.tracker_store))
        answer = {
            "ready": has_model and store,
            "model": agent.model_name if has_model and agent else None,
            "store": store,
        }
        return response.json(answer, status=200 if answer["ready"] else 503)

    def _ready(self, request: Request) -> Turns:
        """Turns on the model that is loaded now.  Raises NotReady."""
        agent = _agent(request)
        if agent is None or agent.processor is None or not agent.is_ready():
            raise NotReady("no model is loaded")
        loaded = (agent, agent.model_id)
        if self._turns is None or self._loaded != loaded:
            self._turns = Turns(agent)
            self._loaded = loaded
        return self._turns


class NotReady(Exception):
    """No model is loaded yet."""


def _agent(request: Request) -> Agent | None:
    return getattr(request.app.ctx, "agent", None)


def _body(request: Request, kind: str) -> dict[str, Any]:
    try:
        body = request.json
    except Exception as err:
        raise wire.BadBody("not JSON") from err
    wire.check(body, kind)
    return dict(body)


def _error(status: int, error: str, detail: str = "") -> HTTPResponse:
    return response.json({"error": error, "detail": detail[:500]}, status=status)
