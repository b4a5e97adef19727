"""The Rasa process that answers, and its successor while another model is being released.

Rasa cannot change its model while it runs without standing still, so a release is a second process: started
beside the first, taken into service when it is ready, and the first is stopped when nobody asks it any more.
"""

from __future__ import annotations

import asyncio
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.bilingual import Bilingual
from core.pulse import Pulse
from core.settings import Settings
from supervisor.bot_model import present_code, wanted_model
from supervisor.bot_released import MODELS, Released, substitute
from supervisor.bot_servers import NoModel, is_ready, rasa_program
from supervisor.errors import ChildFailed
from supervisor.keeper import Keeper
from supervisor.ports import free_port
from supervisor.terminal import Say
from supervisor.wishes import read_object

#: A model is loaded within this time, on a machine that also serves.
START_S = 240.0
#: The service looks where the bot is every 2 s and waits 8 s for an answer: then nobody asks the old one.
RETIRE_S = 20.0


@dataclass(frozen=True)
class Wish:
    """A model that somebody wants released; a later wish has a larger id."""

    id: int
    model: str


@dataclass(eq=False)
class Replica:
    """data: the model of those data for which it answers.  code: what it was started with."""

    model: Path
    data: str
    code: str
    url: str
    keeper: Keeper
    pulse: Pulse = field(default_factory=Pulse)


class Replicas:
    """At most two processes.  start() once, then follow() again and again, stop() at the end."""

    def __init__(self, settings: Settings, endpoints: Path, say: Say, ca_bundle: Path | None) -> None:
        self._settings, self._endpoints = settings, endpoints
        self._say, self._ca_bundle = say, ca_bundle
        self._begun = self._settled = 0  # wishes
        self._release: dict[str, Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._all: list[Replica] = []
        self._has_answered = False
        self._last: tuple[Path, str] | None = None  # the model that answered last, and its data
        self.live: Replica
        #: The model that answers is to be replaced as soon as that of the present data is trained.
        self.stands_in = False

    def start(self) -> None:
        """Run the model that was released last if it is still of the present data, else that of the data;
        the one that answered last where that is not trained.
        """
        wanted, kept, last = wanted_model(), Released.read(self._settings), substitute(self._settings)
        self._begun = self._settled = kept.wish
        self._last = (last, kept.data) if last is not None else None
        self.stands_in = last is not None and kept.data != wanted.name and not wanted.is_file()
        if last is not None and (self.stands_in or kept.data == wanted.name):
            self.live = self._launch(last, kept.data, self._settings.rasa_port)
        else:
            self.live = self._launch(wanted, wanted.name, self._settings.rasa_port)

    async def is_ready(self) -> bool:
        """Raises ChildFailed if no model can be loaded that might answer."""
        try:
            ready = await self._is_up(self.live)
        except ChildFailed as failure:
            if await self._fall_back(failure):
                return False
            raise
        if ready and not self._has_answered:
            self._note()
        return ready

    async def catch_up(self, model: Path) -> None:
        """Have the model of the present data answer, unless somebody has released another meanwhile.

        Raises ChildFailed if it cannot be loaded; then the old one goes on.
        """
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])
        if self.stands_in:
            self._task = asyncio.create_task(self._change(model, model.name), name="catch up")
            await asyncio.shield(self._task)

    async def follow(self) -> dict[str, Any] | None:
        """Begin what is wished for, if anything new is; returns how far the last release is."""
        if self._task is None or self._task.done():
            wish = self._wish()
            if wish is not None and wish.id > self._begun:
                self._begun = wish.id
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
        try:
            await self._change(MODELS / wish.model, wanted_model().name, wish)
        except ChildFailed as failure:
            self._say("bot", failure.text)
            self._settle(wish, "failed", str(failure)[-500:])
        except (OSError, subprocess.SubprocessError) as failure:
            self._settle(wish, "failed", str(failure)[-500:])

    async def _change(self, model: Path, data: str, wish: Wish | None = None) -> None:
        """Start it, then end the one that answers; raises ChildFailed or OSError, and that one goes on."""
        if model == self.live.model:
            self.live.data = data
            return self._answers(wish)
        _expect(model)
        old, name = self.live, model.name
        self._say("bot", Bilingual(f"正在启动新模型 {name}", f"starting the new model {name}"))
        new = self._launch(model, data, free_port(self._settings.rasa_port))
        try:
            await new.keeper.wait_until(lambda: self._is_up(new), START_S, crashes=1)
        except BaseException:
            await self._end(new)
            raise
        self.live = new
        self._answers(wish)
        self._say("bot", Bilingual(f"新模型已上线 {name}", f"the new model answers: {name}"))
        await asyncio.sleep(RETIRE_S)
        await self._end(old)

    def _answers(self, wish: Wish | None) -> None:
        self.stands_in = False
        if wish is None:
            self._note()
        else:
            self._settle(wish, "live")

    async def _fall_back(self, failure: ChildFailed) -> bool:
        """Start the model that answered last in place of one that never has; False where there is none."""
        if self._has_answered or self._last is None or self._last[0] == self.live.model:
            return False
        last, data = self._last
        self._say("bot", failure.text)
        self._say("bot", Bilingual(f"改用上一个模型 {last.name}", f"back to the last model {last.name}"))
        await self._end(self.live)
        self.live = self._launch(last, data, self._settings.rasa_port)
        return True

    async def _is_up(self, replica: Replica) -> bool:
        try:
            answer = await is_ready(self._settings, replica.url)
        except NoModel:
            raise replica.keeper.failed(replica.model.name) from None
        return replica.pulse.felt(answer)

    def _launch(self, model: Path, data: str, port: int) -> Replica:
        program = rasa_program(self._settings, self._endpoints, self._ca_bundle, model=model, port=port)
        keeper = Keeper(program, self._say)
        replica = Replica(model, data, present_code(), f"http://127.0.0.1:{port}", keeper)
        keeper.launch()
        self._all.append(replica)
        return replica

    async def _end(self, replica: Replica) -> None:
        await replica.keeper.stop()
        self._all.remove(replica)

    def _tell(self, wish: Wish, state: str, detail: str = "") -> None:
        self._release = {"id": wish.id, "model": wish.model, "state": state, "detail": detail}

    def _settle(self, wish: Wish, state: str, detail: str = "") -> None:
        self._settled = wish.id
        self._note()
        self._tell(wish, state, detail)

    def _note(self) -> None:
        """What the next start has to know."""
        self._has_answered = True
        live = self.live
        Released(self._settled, live.model.name, live.data, live.code).write(self._settings)

    def _wish(self) -> Wish | None:
        raw = read_object(self._settings.bot_wish_path)
        number, model = raw.get("id"), raw.get("model")
        if not isinstance(number, int) or not isinstance(model, str) or Path(model).name != model:
            return None
        return Wish(number, model)


def _expect(model: Path) -> None:
    """Rasa would take the newest file beside one that is not there."""
    if not model.is_file():
        raise FileNotFoundError(f"{model.name}: no such file")
