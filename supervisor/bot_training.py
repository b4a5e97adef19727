"""A training while the bot answers: one at a time, at low priority, in a log of its own.

It makes a file below models/ and touches nothing else; which model answers is another wish.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from core.bilingual import Bilingual
from core.clock import stamp
from core.settings import Settings
from supervisor import bot_model
from supervisor.child import Program, last_lines, start, stop
from supervisor.environment import ROOT, bot_environment
from supervisor.errors import StepFailed
from supervisor.terminal import Say
from supervisor.wishes import read_object

#: Lines of the log that tell why it failed.
_LINES = 8
#: The service reads what we tell as often as we look: until it has, the wish says that there is one.
_LOOKS = 3


def command() -> Sequence[str]:
    """Steps are said in English: whoever shows them has their words in other languages."""
    return [*bot_model.train_command(), "--lang", "en"]


class Trainings:
    """follow() again and again, stop() at the end.

    What is told: the wish as it was written (id, asked_by, and whatever else the service wants to find again;
    asked_by is null where nobody asked), state (running, done, failed or cancelled), percent (0 to 100 or
    null), step (English, may be empty), model (the file that it made, when done), detail (the end of the log,
    when failed).
    """

    def __init__(self, settings: Settings, say: Say, command: Callable[[], Sequence[str]] = command) -> None:
        self._settings, self._say, self._command = settings, say, command
        self._told: dict[str, Any] | None = None
        self._looks = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def _is_running(self) -> bool:
        return self._task is not None and not self._task.done()

    def follow(self) -> dict[str, Any] | None:
        """Take up a wish, if there is one, and return how far the last one is."""
        wish = read_object(self._settings.train_wish_path)
        if "id" in wish and self._told is not None and wish["id"] == self._told["id"]:
            self._looks += 1
            if self._looks >= _LOOKS:
                self._put_away()
        elif "id" in wish and not self._is_running:
            self._begin(wish)
        else:
            self._put_away()
            self._cancel(wish.get("cancel"))
        return self._told

    async def unasked(self) -> Path | None:
        """Train without a wish, or wait for the training that runs; it is told and cancelled as others are.

        Returns the model that it made, None if it was cancelled; raises StepFailed.
        """
        if not self._is_running:
            self._begin({"id": str(uuid4()), "asked_by": None, "asked_at": stamp(datetime.now(UTC))})
        assert self._task is not None and self._told is not None
        await asyncio.wait([self._task])
        if self._told["state"] == "failed":
            raise StepFailed(self._told["detail"])
        return ROOT / "models" / self._told["model"] if self._told["state"] == "done" else None

    def _begin(self, wish: dict[str, Any]) -> None:
        self._looks = 0
        self._tell(wish, "running", percent=0, step="")
        self._task = asyncio.create_task(self._run(wish), name="training")

    def _put_away(self) -> None:
        """A wish is gone once it is taken up: a later start of ours does not train again for it."""
        with contextlib.suppress(OSError):
            self._settings.train_wish_path.unlink()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _cancel(self, id: Any) -> None:
        if self._is_running and self._told is not None and self._told["id"] == id:
            assert self._task is not None
            self._task.cancel()

    async def _run(self, wish: dict[str, Any]) -> None:
        log = self._settings.data_dir / "logs" / "training.log"
        log.unlink(missing_ok=True)
        program = Program(
            name="training",
            argv=self._command(),
            env=bot_environment(self._settings),
            cwd=ROOT,
            log=log,
            stop_timeout_s=5,
        )
        self._say("bot", Bilingual("正在训练新模型", "training a new model"))
        try:
            process = await start(program)
            try:
                while process.returncode is None:
                    percent = bot_model.training_percent(log)
                    self._tell(wish, "running", percent=percent or 0, step=bot_model.training_step(log))
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(process.wait(), 1)
            finally:
                await stop(process, program)
        except asyncio.CancelledError:
            self._tell(wish, "cancelled")
            raise
        except OSError as err:
            return self._tell(wish, "failed", detail=str(err))
        model = bot_model.trained_model(log)
        if process.returncode or model is None:
            self._say("bot", Bilingual(f"训练失败，日志：{log}", f"the training failed; log: {log}"))
            return self._tell(wish, "failed", detail=last_lines(log, _LINES))
        self._say("bot", Bilingual(f"训练完成：{model}", f"trained: {model}"))
        self._tell(wish, "done", percent=100, model=model)

    def _tell(
        self,
        wish: dict[str, Any],
        state: str,
        *,
        percent: int | None = None,
        step: str = "",
        model: str | None = None,
        detail: str = "",
    ) -> None:
        news = {"state": state, "percent": percent, "step": step, "model": model, "detail": detail}
        self._told = {**wish, **news}
