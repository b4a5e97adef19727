"""From nothing to a bot that answers, behind a service that already does: install, train, start, watch.

Where the data has changed since the last start, and nothing else, the model that answered last goes on while
the new one is trained.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from core.bilingual import Bilingual
from core.settings import Settings
from supervisor import bot_install, bot_model
from supervisor.bot_released import substitute
from supervisor.bot_replicas import Replicas
from supervisor.bot_servers import actions_program, write_endpoints
from supervisor.bot_status import BotStatus, Stage
from supervisor.bot_training import Trainings
from supervisor.child import Program, last_lines, start, stop
from supervisor.environment import ROOT, bot_environment
from supervisor.errors import ChildFailed, StepFailed
from supervisor.keeper import Keeper
from supervisor.terminal import Say

FIRST_RETRY_S = 60.0
LONGEST_RETRY_S = 900.0
#: The bot's own start may take this long on a busy machine before it is called starting again.
LOOK_EVERY_S = 2.0


class Bot:
    """Owns the bot's children.  run() goes on until cancelled; stop() ends Rasa first, then the actions."""

    def __init__(
        self, settings: Settings, status: BotStatus, say: Say, ca_bundle: Path | None = None
    ) -> None:
        self.settings = settings
        self.status = status
        self._say = say
        self._ca_bundle = ca_bundle
        self._keepers: list[Keeper] = []
        self._replicas: Replicas | None = None
        self._trainings = Trainings(settings, say)

    async def run(self) -> None:
        await self._until_done(self._make_startable, self._report_failure)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._serve())
            group.create_task(self._until_done(self._catch_up, self._say_failure))

    async def prepare(self) -> None:
        """Environment and model as the files of the project want them; raises StepFailed."""
        await self._install()
        await self._train()

    async def _make_startable(self) -> None:
        """An environment, and some model that may answer; raises StepFailed."""
        await self._install()
        while not bot_model.is_fresh() and substitute(self.settings) is None:
            await self._train()  # anew where somebody has edited meanwhile

    async def _until_done(
        self, step: Callable[[], Awaitable[None]], told: Callable[[Exception], None]
    ) -> None:
        """Again and again, with growing pauses."""
        pause_s = FIRST_RETRY_S
        while True:
            try:
                return await step()
            except (StepFailed, ChildFailed, OSError, subprocess.SubprocessError) as failure:
                told(failure)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_RETRY_S)

    def _report_failure(self, failure: Exception) -> None:
        self.status.report("failed", str(failure))

    def _say_failure(self, failure: Exception) -> None:
        """The bot answers all the same."""
        zh, en = "新模型没有上线，仍由原来的模型回答", "no new model, the last one goes on answering"
        self._say("bot", Bilingual(f"{zh}：\n{failure}", f"{en}:\n{failure}"))

    async def _install(self) -> None:
        """The environment as its lock wants it; raises StepFailed."""
        if bot_install.is_installed():
            return
        self.status.report("installing")
        uv = bot_install.find_uv()
        if uv is None:
            raise StepFailed("uv")
        await self._step("installing", bot_install.install_command(uv), lambda log: None)
        bot_install.mark_installed()

    async def _train(self) -> None:
        """The model of the present data; raises StepFailed."""
        if bot_model.is_fresh():
            return
        self.status.report("training")
        await self._step("training", bot_model.train_command(), bot_model.training_percent)

    async def _catch_up(self) -> None:
        """The same behind a bot that answers; raises StepFailed, and ChildFailed for a model that is none.

        What is edited while it is trained is for a later training, which somebody asks for.
        """
        assert self._replicas is not None, "_serve was begun before"
        if not self._replicas.stands_in:
            return
        model = bot_model.present_model()
        if model is None:
            zh, en = (
                "数据有改动：原来的模型先回答，同时训练新的",
                "the data has changed: the last model answers meanwhile",
            )
            self._say("bot", Bilingual(zh, en))
            model = await self._trainings.unasked()
        if model is not None:
            await self._replicas.catch_up(model)

    async def _step(self, stage: Stage, argv: Sequence[str], percent: Callable[[Path], int | None]) -> None:
        """Run one command to its end and report its progress each second."""
        log = self.settings.data_dir / "logs" / f"{stage}.log"
        log.unlink(missing_ok=True)
        environment = bot_environment(self.settings)
        program = Program(name=stage, argv=argv, env=environment, cwd=ROOT, log=log, stop_timeout_s=5)
        process = await start(program)
        try:
            while process.returncode is None:
                detail = last_lines(log, 1).strip()[-120:] if stage == "installing" else ""
                self.status.report(stage, detail, percent(log))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), 1)
        finally:
            await stop(process, program)
        if process.returncode:
            raise StepFailed(last_lines(log, 5))

    async def _serve(self) -> None:
        endpoints = write_endpoints(self.settings)
        self._keep(actions_program(self.settings, self._ca_bundle))
        replicas = Replicas(self.settings, endpoints, self._say, self._ca_bundle)
        self._replicas = replicas
        replicas.start()
        last: tuple[Any, ...] | None = None
        while True:
            stage, detail = await self._state(replicas)
            news = await replicas.follow(), self._trainings.follow()
            now = stage, detail, replicas.live.url, news
            if now != last:
                self.status.url, self.status.model = replicas.live.url, replicas.live.model.name
                self.status.release, self.status.training = news
                self.status.report(stage, detail)
                last = now
            await asyncio.sleep(LOOK_EVERY_S)

    async def _state(self, replicas: Replicas) -> tuple[Stage, str]:
        try:
            return ("ready" if await replicas.is_ready() else "starting"), ""
        except (ChildFailed, OSError, subprocess.SubprocessError) as failure:
            return "failed", str(failure)

    def _keep(self, program: Program) -> None:
        self._keepers.append(Keeper(program, self._say))
        self._keepers[-1].launch()

    async def stop(self) -> None:
        await self._trainings.stop()
        if self._replicas is not None:
            await self._replicas.stop()
        for keeper in reversed(self._keepers):
            await keeper.stop()
