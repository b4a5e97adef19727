"""Plays dialogues on a running instance: several visitors at once, an agent, and time that passes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt

from tests.support.age import age
from tests.support.dialogues import Dialogue, Heard, Played, Step, listed, titles
from tests.support.instance import Instance
from tests.support.office import Office
from tests.support.people import Agent, Visitor, client

#: Visitors at once: more would only make each other wait on a machine with two cores.
_ABREAST = 4
#: The bot answers within 8 s or people do.
_PATIENCE_S = 20
_DOOR = {"zh": "zh", "hant": "zh-Hant", "en": "en"}


@dataclass
class Stage:
    """What the dialogues of one run share.  key: with which the business signs who its customer is."""

    instance: Instance
    office: Office
    key: str
    http: httpx.AsyncClient
    agent: Agent | None = None


@dataclass
class Actor:
    """One visitor who plays a dialogue."""

    stage: Stage
    dialogue: Dialogue
    played: Played = field(default_factory=Played)
    visitor: Visitor | None = None
    language: str = ""

    async def act(self, steps: Sequence[Step]) -> None:
        """Play some steps, unless one before went wrong."""
        if self.played.fault:
            return
        try:
            self.visitor = self.visitor or await self._enter()
            async with listening(self.visitor):
                for step in steps:
                    await self._play(self.visitor, step)
        except Exception as fault:
            self.played.fault = repr(fault)

    async def _enter(self) -> Visitor:
        self.language = self.dialogue.language
        body = {"channel": "app", "language": _DOOR[self.language], "identity": self._signed()}
        answer = await self.stage.http.post("/api/visitor/v1/sessions", json=body)
        session = answer.raise_for_status().json()
        url = self.stage.instance.url
        return Visitor(self.stage.http, url, session["token"], session, state=session["state"])

    def _signed(self) -> str | None:
        if self.dialogue.customer is None:
            return None
        claims = {"sub": self.dialogue.customer, "exp": int(time.time()) + 3600}
        return jwt.encode(claims, self.stage.key, "HS256")

    async def _play(self, visitor: Visitor, step: Step) -> None:
        self.language = step.language or self.language
        before = visitor.cursor
        await self._do(visitor, step)
        with contextlib.suppress(TimeoutError):
            await visitor.until(lambda v: _is_there(step, v, before), _PATIENCE_S)
        # The frames of a turn come one by one, its messages were committed at once.
        found = [m for m in await visitor.history() if m["seq"] > before and m["author"]["kind"] != "visitor"]
        with contextlib.suppress(TimeoutError):
            await visitor.until(lambda v: not found or v.cursor >= found[-1]["seq"], _PATIENCE_S)
        self.played.heard.append(Heard(step, self.language, found, _state(visitor)))

    async def _do(self, visitor: Visitor, step: Step) -> None:
        for bubble in listed(step.say):
            await visitor.say(bubble.replace("{number}", self.played.number or ""))
        if step.press:
            await visitor.send(_press(visitor, step.press))
        if step.wants:
            await visitor.post(f"/{step.wants}", {})
        if step.agent:
            await self._agent_acts(visitor.state["conversation"]["id"], step.agent)

    async def _agent_acts(self, conversation_id: str, what: str) -> None:
        assert self.stage.agent is not None
        ways = {"returns": "return-to-bot", "closes": "close"}
        if what in ways:
            await self.stage.agent.post(f"/conversations/{conversation_id}/{ways[what]}")
        else:
            await self.stage.agent.say(conversation_id, what)

    def look_back(self) -> Played:
        """What the house has of it afterwards."""
        if self.dialogue.ticket and self.played.number:
            self.played.ticket = self.stage.office.call("GET", f"/tickets/{self.played.number}")
        if self.dialogue.reason and self.visitor and self.visitor.state["conversation"]:
            whole = self.stage.office.call(
                "GET", f"/conversations/{self.visitor.state['conversation']['id']}"
            )
            self.played.reason = (whole["packet"] or {}).get("reason")
        return self.played


def _is_there(step: Step, visitor: Visitor, before: int) -> bool:
    """Is all there that is waited for?  A person who has the conversation need not answer at once."""
    new = [m for seq, m in visitor.seen.items() if seq > before]
    spoken = max((m["seq"] for m in new if m["author"]["kind"] == "visitor"), default=before)
    answers = [m for m in new if m["seq"] > spoken]
    names = {m["content"]["name"] for m in answers if m["content"]["type"] == "event"}
    waits = bool(step.say or step.press) and _state(visitor) == "agent"
    return (
        bool(answers or waits) and names >= set(listed(step.events)) and step.state in (None, _state(visitor))
    )


def _state(visitor: Visitor) -> str:
    return str((visitor.state["conversation"] or {}).get("state"))


def _press(visitor: Visitor, title: str) -> dict[str, Any]:
    for _, message in sorted(visitor.seen.items(), reverse=True):
        for index, shown in enumerate(titles(message)):
            if shown.startswith(title):
                return {"type": "press", "message_id": message["id"], "index": index}
    raise LookupError(f"no button {title}")


@asynccontextmanager
async def listening(visitor: Visitor) -> AsyncIterator[None]:
    task = asyncio.create_task(visitor.listen())
    try:
        yield
        if task.done():
            task.result()  # it ends by itself only if it failed
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def play(
    instance: Instance, office: Office, key: str, dialogues: Sequence[Dialogue]
) -> dict[str, Played]:
    """Every dialogue by its id: first those with nobody on duty, after hours; then those with an agent."""
    async with client(instance.url, limits=httpx.Limits(max_connections=50)) as http:
        stage = Stage(instance, office, key, http)
        alone = [Actor(stage, one) for one in dialogues if not one.duty]
        await _play_all(alone)
        served = [Actor(stage, one) for one in dialogues if one.duty]
        if served:
            async with on_duty(instance.url, office, "dialogues") as stage.agent:
                await _play_all(served)
        return {actor.dialogue.id: actor.look_back() for actor in (*alone, *served)}


async def _play_all(actors: Sequence[Actor]) -> None:
    """All first acts, then hours pass for the whole house, then the second acts of those that have one."""
    gate = asyncio.Semaphore(_ABREAST)

    async def one(actor: Actor, steps: Sequence[Step]) -> None:
        async with gate:
            await actor.act(steps)

    acts = [actor.dialogue.acts() for actor in actors]
    for number in range(max(map(len, acts), default=0)):
        due = [(actor, act[number]) for actor, act in zip(actors, acts, strict=True) if number < len(act)]
        if number and actors:
            await age(actors[0].stage.instance, max(steps[0].later for _, steps in due))
        await asyncio.gather(*(one(actor, steps) for actor, steps in due))


@asynccontextmanager
async def on_duty(url: str, office: Office, name: str) -> AsyncIterator[Agent]:
    """An agent who has room for everybody, is there until the block ends, and speaks only when told to."""
    agent = await Agent.enter(url, name, office.hire(name, capacity=50))
    staying = asyncio.create_task(agent.stay(agent.take))
    await agent.go("online")
    try:
        yield agent
    finally:
        await agent.go("offline")
        staying.cancel()
        await asyncio.gather(staying, return_exceptions=True)
        await agent.http.aclose()
