"""The Rasa process that answers, and its successor while another model is being released.

Rasa cannot change its model while it runs without standing still, so a release is a second process: started
beside the first, taken into service when it is ready, and the first is stopped when nobody asks it any more.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.bilingual import Bilingual
from core.pulse import Pulse
from core.settings import Settings
from supervisor.bot_model import present_code, wanted_model
from supervisor.bot_servers import NoModel, is_ready, rasa_program
from supervisor.environment import ROOT
from supervisor.errors import ChildFailed
from supervisor.keeper import Keeper
from supervisor.ports import free_port
from supervisor.terminal import Say
from supervisor.wishes import read_object

MODELS = ROOT / "models"
#: A model is loaded within this time, on a machine that also serves.
START_S = 240.0
#: The service looks where the bot is every 2 s and waits 8 s for an answer: then nobody asks the old one.
RETIRE_S = 20.0


@dataclass(frozen=True)
class Wish:
    """A model that somebody wants released; a later wish has a larger id."""

    id: int
    model: str


@dataclass(frozen=True)
class Replica:
    model: Path
    url: str
    keeper: Keeper
    pulse: Pulse = field(default_factory=Pulse)


def substitute(settings: Settings, models: Path = MODELS) -> Path | None:
    """The model that answered here last, if it can answer while that of the present data is trained."""
    kept = read_object(_kept(settings))
    model = models / Path(str(kept.get("model") or "-")).name
    return model if model.is_file() and kept.get("code") == present_code() else None


def _kept(settings: Settings) -> Path:
    return settings.data_dir / "bot-released.json"


class Replicas:
    """At most two processes.  start() once, then follow() again and again, stop() at the end."""

    def __init__(self, settings: Settings, endpoints: Path, say: Say, ca_bundle: Path | None) -> None:
        self._settings, self._endpoints = settings, endpoints
        self._say, self._ca_bundle = say, ca_bundle
        self._kept = _kept(settings)
        self._done = 0
        self._release: dict[str, Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._all: list[Replica] = []
        self._data = ""  # the name of the model of those data for which the live one answers
        self._noted = False
        self.live: Replica

    def start(self) -> None:
        """Run the model that was released last if it is still of the present data, else that of the data;
        the one that answered last where that is not trained.
        """
        wanted, kept = wanted_model(), read_object(self._kept)
        self._done = int(kept.get("wish") or 0)
        last = MODELS / Path(str(kept.get("model") or "-")).name
        pinned = kept.get("data") == wanted.name and last.is_file()
        stays = pinned or not wanted.is_file()
        self._data = str(kept.get("data")) if stays else wanted.name
        self.live = self._launch(last if stays else wanted, self._settings.rasa_port)

    async def is_ready(self) -> bool:
        """Raises ChildFailed if the model that should answer cannot be loaded."""
        ready = await self._is_up(self.live)
        if ready and not self._noted:
            self._note()
        return ready

    def is_behind(self) -> bool:
        """The model that answers stands in for that of the present data."""
        return self._data != wanted_model().name

    async def catch_up(self) -> None:
        """Have the model of the present data answer, unless somebody has released another meanwhile.

        Raises ChildFailed if it cannot be loaded; then the old one goes on.
        """
        started = self.live.model
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])
        if self.live.model == started:
            self._task = asyncio.create_task(self._change(wanted_model()), name="catch up")
            await asyncio.shield(self._task)

    async def follow(self) -> dict[str, Any] | None:
        """Begin what is wished for, if anything new is; returns how far the last release is."""
        if self._task is None or self._task.done():
            wish = self._wish()
            if wish is not None and wish.id > self._done:
                self._done = wish.id
                self._task = asyncio.create_task(self._run(wish), name="release")
        return self._release

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for replica in reversed(self._all):
            await replica.keeper.stop()

    async def _run(self, wish: Wish) -> None:
        self._tell(wish, "starting")
        model = MODELS / wish.model
        if model == self.live.model:
            return self._settle(wish, "live")
        if not model.is_file():
            return self._settle(wish, "failed", f"{wish.model}: no such file")
        try:
            await self._change(model, lambda: self._settle(wish, "live"))
        except ChildFailed as failure:
            self._say("bot", failure.text)
            self._settle(wish, "failed", str(failure)[-500:])

    async def _change(self, model: Path, settled: Callable[[], None] | None = None) -> None:
        """Start it, then end the one that answers; raises ChildFailed, and that one goes on."""
        old, name = self.live, model.name
        self._say("bot", Bilingual(f"正在启动新模型 {name}", f"starting the new model {name}"))
        new = self._launch(model, free_port(self._settings.rasa_port))
        try:
            await new.keeper.wait_until(lambda: self._is_up(new), START_S, crashes=1)
        except ChildFailed:
            await self._end(new)
            raise
        self.live, self._data = new, wanted_model().name
        (settled or self._note)()
        self._say("bot", Bilingual(f"新模型已上线 {name}", f"the new model answers: {name}"))
        await asyncio.sleep(RETIRE_S)
        await self._end(old)

    async def _is_up(self, replica: Replica) -> bool:
        try:
            answer = await is_ready(self._settings, replica.url)
        except NoModel:
            raise replica.keeper.failed(replica.model.name) from None
        return replica.pulse.felt(answer)

    def _launch(self, model: Path, port: int) -> Replica:
        program = rasa_program(self._settings, self._endpoints, self._ca_bundle, model=model, port=port)
        replica = Replica(model, f"http://127.0.0.1:{port}", Keeper(program, self._say))
        replica.keeper.launch()
        self._all.append(replica)
        return replica

    async def _end(self, replica: Replica) -> None:
        await replica.keeper.stop()
        self._all.remove(replica)

    def _tell(self, wish: Wish, state: str, detail: str = "") -> None:
        self._release = {"id": wish.id, "model": wish.model, "state": state, "detail": detail}

    def _settle(self, wish: Wish, state: str, detail: str = "") -> None:
        self._note()
        self._tell(wish, state, detail)

    def _note(self) -> None:
        """What the next start has to know."""
        self._noted = True
        kept = {
            "wish": self._done,
            "model": self.live.model.name,
            "data": self._data,
            "code": present_code(),
        }
        draft = self._kept.with_name(f".{self._kept.name}.new")
        draft.write_text(json.dumps(kept), "utf-8")
        os.replace(draft, self._kept)

    def _wish(self) -> Wish | None:
        raw = read_object(self._settings.bot_wish_path)
        number, model = raw.get("id"), raw.get("model")
        if not isinstance(number, int) or not isinstance(model, str) or Path(model).name != model:
            return None
        return Wish(number, model)
