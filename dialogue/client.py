"""The service's side of the wire to the bot (docs/reference/bot-wire.md).

Both sides validate against bot/wire.schema.json; a bot that answers rubbish is a bot that failed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import fastjsonschema
import msgspec

from core.errors import Unavailable
from core.messages import Button, Buttons, Card, Content, Picture, Text

#: A turn must be answered within this many seconds; the lease on the conversation outlives it.
DEADLINE_S = 8.0


#: What the wire lets through of the bubbles of one turn, in characters; more is refused.
LONGEST_TEXT = 20_000


class BotFailed(Unavailable):
    """The bot answered with a failure, with rubbish, or not in time."""

    code = "bot_failed"


class BotNotReady(Unavailable):
    """There is no bot to ask (yet): not installed, still training, starting, or its store is away."""

    code = "bot_not_ready"


@dataclass(frozen=True)
class TurnRequest:
    conversation_id: str
    turn_id: str
    fence: int
    text: str | None
    payload: str | None
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class TurnAnswer:
    replies: tuple[Content, ...]
    nlu: dict[str, Any]
    actions: list[str] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    form: str | None = None
    understood: bool = True


class Bot(Protocol):
    """What the dispatcher asks of a bot."""

    async def turn(self, request: TurnRequest) -> TurnAnswer:
        """One turn.  Raises BotFailed or BotNotReady; then nothing was said."""

    async def parse(self, text: str) -> dict[str, Any]:
        """The understanding of a text, outside any conversation.  Raises like turn."""

    async def renew(self, conversation_id: str, slots: Mapping[str, Any]) -> None:
        """A human phase ended: start a fresh session that knows these slots.  Raises like turn."""

    async def ready(self) -> bool | None:
        """Whether a turn would be answered; None when the bot is too busy to say."""


class HttpBot:
    """The bot behind Rasa's port."""

    def __init__(
        self, base_url: str, token: str, *, schema: Path, deadline_s: float = DEADLINE_S, look_s: float = 2.0
    ) -> None:
        """look_s: how long the bot may take to say that it is there."""
        wire = json.loads(schema.read_text("utf-8"))
        self._check = fastjsonschema.compile({**wire, "$ref": "#/definitions/turn_response"})
        self._url = _channel(base_url)
        self._headers = {"X-Keting-Token": token}
        self._timeout = aiohttp.ClientTimeout(total=deadline_s, sock_connect=2.0)
        self._look = aiohttp.ClientTimeout(total=look_s)
        self._session: aiohttp.ClientSession | None = None

    async def turn(self, request: TurnRequest) -> TurnAnswer:
        body = await self._post(
            "/turn",
            {
                "conversation_id": request.conversation_id,
                "turn_id": request.turn_id,
                "fence": request.fence,
                "text": request.text,
                "payload": request.payload,
                "metadata": dict(request.metadata),
            },
        )
        try:
            self._check(body)
        except fastjsonschema.JsonSchemaValueException as fault:
            raise BotFailed(detail=f"answer does not fit the wire: {fault.message[:200]}") from None
        if body["turn_id"] != request.turn_id:
            raise BotFailed(detail="answer to another turn")
        return TurnAnswer(
            replies=tuple(content(reply) for reply in body["replies"]),
            nlu=body["nlu"],
            actions=body.get("actions", []),
            slots=body.get("slots", {}),
            form=body.get("form"),
            understood=body.get("understood", True),
        )

    async def parse(self, text: str) -> dict[str, Any]:
        body = await self._post("/parse", {"text": text})
        nlu = body.get("nlu") if isinstance(body, dict) else None
        if not isinstance(nlu, dict):
            raise BotFailed(detail="parse answered without nlu")
        return nlu

    async def renew(self, conversation_id: str, slots: Mapping[str, Any]) -> None:
        await self._post("/session", {"conversation_id": conversation_id, "slots": dict(slots)})

    async def ready(self) -> bool | None:
        try:
            async with self._http().get(
                f"{self._url}/health", headers=self._headers, timeout=self._look
            ) as response:
                return response.status == 200
        except TimeoutError:  # first: aiohttp's own are of both kinds
            return None
        except aiohttp.ClientError:
            return False

    def move(self, base_url: str) -> None:
        """Ask there from now on; what is in flight is answered where it was asked."""
        self._url = _channel(base_url)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:  # made inside the running loop
            self._session = aiohttp.ClientSession(
                timeout=self._timeout, connector=aiohttp.TCPConnector(limit=64), json_serialize=_dumps
            )
        return self._session

    async def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        try:
            return await self._post_once(path, body)
        except aiohttp.ServerDisconnectedError:
            # It closed an idle connection just as we took it.  A turn that it did take is answered again.
            return await self._post_once(path, body, is_last=True)

    async def _post_once(self, path: str, body: Mapping[str, Any], *, is_last: bool = False) -> Any:
        try:
            async with self._http().post(self._url + path, json=body, headers=self._headers) as response:
                status, raw = response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as err:
            raise BotNotReady(detail=type(err).__name__) from err
        except (aiohttp.ClientError, TimeoutError) as err:
            if isinstance(err, aiohttp.ServerDisconnectedError) and not is_last:
                raise
            raise BotFailed(detail=type(err).__name__) from err
        if status in (503, 404):  # 404: Rasa is up but has not loaded the channel yet
            raise BotNotReady(detail=_excerpt(raw))
        if status != 200:
            raise BotFailed(detail=f"{status}: {_excerpt(raw)}")
        try:
            return msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as err:
            raise BotFailed(detail="answer is not JSON") from err


def _channel(base_url: str) -> str:
    return f"{base_url.rstrip('/')}/webhooks/keting"


def _dumps(body: Any) -> str:
    return msgspec.json.encode(body).decode()


def _excerpt(raw: bytes) -> str:
    return raw[:200].decode("utf-8", "replace")


def content(reply: Mapping[str, Any]) -> Content:
    """One reply on the wire as our content."""
    match reply["type"]:
        case "text":
            return Text(text=reply["text"])
        case "buttons":
            return Buttons(text=reply["text"], buttons=_buttons(reply["buttons"]))
        case "image":
            return Picture(url=reply["url"], alt=reply.get("alt") or "")
        case "card":
            return Card(
                title=reply["title"],
                subtitle=reply.get("subtitle"),
                image_url=reply.get("image_url"),
                lines=tuple(reply.get("lines") or ()),
                buttons=_buttons(reply.get("buttons") or ()),
            )
    raise BotFailed(detail=f"unknown reply type {reply['type']!r}")


def _buttons(raw: Any) -> tuple[Button, ...]:
    return tuple(Button(title=b["title"], payload=b.get("payload")) for b in raw)


class AbsentBot:
    """Stands in while there is no bot: everything goes to people."""

    async def turn(self, request: TurnRequest) -> TurnAnswer:
        raise BotNotReady()

    async def parse(self, text: str) -> dict[str, Any]:
        raise BotNotReady()

    async def renew(self, conversation_id: str, slots: Mapping[str, Any]) -> None:
        raise BotNotReady()

    async def ready(self) -> bool:
        return False
