"""The service's internal API as actions see it; docs/reference/internal-api.md is the contract."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from urllib.parse import quote

import requests

from actions.base import Key, NotFound, StaleTurn, Unavailable
from actions.gateway.breaker import Breaker

#: A turn has 7.5 s in all.
TIMEOUT_S = 3.0
#: The bot has an answer of its own to most questions that it looks up, and a message may ask several: after
#: two searches in vain the rest is answered without.
SEARCH_TIMEOUT_S, SEARCH_FAILURES, SEARCH_RESTS_S = 1.5, 2, 5.0


@dataclass(frozen=True)
class Handoff:
    """queued: a person will come.  position: place in line, from 1."""

    queued: bool
    position: int
    on_duty: bool


@dataclass(frozen=True)
class TicketForm:
    """What a form collected.  type: complaint, suggestion, repair, other."""

    type: str
    title: str
    description: str
    fields: dict[str, str]
    contact: str | None


@dataclass(frozen=True)
class Rating:
    """reason, of what did not help: wrong, unclear, not_my_question, outdated, other; None: not said."""

    conversation_id: str
    article_id: str
    helpful: bool
    reason: str | None
    language: str


class Service(Protocol):
    """Methods raise Unavailable; side effects raise StaleTurn once the turn was given up."""

    async def hand_off(self, key: Key, reason: str, note: str | None) -> Handoff: ...

    async def open_ticket(self, key: Key, form: TicketForm) -> dict[str, Any]:
        """`{"number", "department": {"zh", "en"}, "state"}`."""

    async def ticket(self, number: str, conversation_id: str) -> dict[str, Any]:
        """See the contract.  Raises NotFound unless it is this visitor's."""

    async def business(self) -> dict[str, Any]:
        """`{"name", "hours", "on_duty", "time_zone"}`."""

    async def search(self, conversation_id: str, question: str, language: str) -> dict[str, Any]:
        """What the knowledge base knows: `{"answer": {...} or None, "related": [...]}`, see the contract."""

    async def rate(self, rating: Rating) -> None:
        """Keep what a visitor thinks of an article; a second opinion replaces the first.  Raises NotFound."""


class HttpService:
    """Over HTTP, in a thread: the action server's event loop never waits."""

    def __init__(self, base_url: str, token: str, timeout_s: float = TIMEOUT_S) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._timeout_s = timeout_s
        self._searching = Breaker(SEARCH_FAILURES, SEARCH_RESTS_S, name="knowledge")

    async def hand_off(self, key: Key, reason: str, note: str | None) -> Handoff:
        body = {**asdict(key), "reason": reason, "note": note, "group": None}
        answer = await self._call("POST", "/handoff", json=body)
        return Handoff(bool(answer["queued"]), int(answer.get("position") or 1), bool(answer["on_duty"]))

    async def open_ticket(self, key: Key, form: TicketForm) -> dict[str, Any]:
        return await self._call("POST", "/tickets", json={**asdict(key), **asdict(form)})

    async def ticket(self, number: str, conversation_id: str) -> dict[str, Any]:
        path = f"/tickets/{quote(number, safe='')}"
        return await self._call("GET", path, params={"conversation_id": conversation_id})

    async def business(self) -> dict[str, Any]:
        return await self._call("GET", "/business")

    async def search(self, conversation_id: str, question: str, language: str) -> dict[str, Any]:
        body = {"conversation_id": conversation_id, "query": question, "language": language}
        self._searching.enter()
        try:
            found = await self._call("POST", "/knowledge/search", json=body, timeout=SEARCH_TIMEOUT_S)
        except Unavailable:
            self._searching.failed()
            raise
        self._searching.succeeded()
        return found

    async def rate(self, rating: Rating) -> None:
        await self._call("POST", "/knowledge/feedback", json=asdict(rating))

    async def _call(self, method: str, path: str, **what: Any) -> dict[str, Any]:
        return await asyncio.to_thread(self._request, method, path, what)

    def _request(self, method: str, path: str, what: dict[str, Any]) -> dict[str, Any]:
        headers = {"X-Keting-Token": self._token}
        try:
            reply = requests.request(
                method,
                self._base_url + path,
                headers=headers,
                allow_redirects=False,
                **{"timeout": self._timeout_s, **what},
            )
            if reply.status_code == 200:
                return dict(reply.json())
        except (requests.RequestException, ValueError) as err:
            raise Unavailable(f"internal API: {err}") from err
        if reply.status_code == 404:
            raise NotFound(path)
        if reply.status_code == 409:
            raise StaleTurn(path)
        raise Unavailable(f"internal API answered {reply.status_code} to {method} {path}")
