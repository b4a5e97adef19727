"""Keeps one child alive: starts it, and again with growing pauses whenever it ends by itself."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable

from core.bilingual import Bilingual
from supervisor.child import Program, kill_group, last_lines, start, stop
from supervisor.errors import ChildFailed
from supervisor.terminal import Say

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
#: A child that lived this long was well; the next pause is the first one again.
WELL_AFTER_S = 60.0


def next_pause(pause_s: float, lived_s: float) -> float:
    """The pause after the next end, from the one before the last start and how long the child lived."""
    if lived_s >= WELL_AFTER_S or pause_s == 0:
        return FIRST_PAUSE_S
    return min(pause_s * 2, LONGEST_PAUSE_S)


class Keeper:
    """One program, kept running until stop().  before_start runs before each start and may raise."""

    def __init__(self, program: Program, say: Say, before_start: Callable[[], None] | None = None) -> None:
        self.program = program
        self.crashes = 0
        self._say = say
        self._before_start = before_start
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Of the child that runs now."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and alive else None

    def launch(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"keep {self.program.name}")

    async def wait_until(
        self, is_ready: Callable[[], Awaitable[bool]], timeout_s: float, crashes: int = 3
    ) -> None:
        """Return when is_ready; raises ChildFailed if it ends too often or takes too long before that."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while not await is_ready():
            if self._task is not None and self._task.done():
                self._task.result()  # raises what before_start raised
            if self.crashes >= crashes or loop.time() > deadline:
                raise self.failed()
            await asyncio.sleep(0.05)

    def failed(self, name: str = "") -> ChildFailed:
        """That it (or what it should load) does not start, with the end of its log."""
        name, log = name or self.program.name, self.program.log
        end = last_lines(log)
        return ChildFailed(
            Bilingual(f"{name} 无法启动，日志 {log}：\n{end}", f"{name} does not start; from {log}:\n{end}")
        )

    async def failure(self) -> None:
        """Wait until this keeper gives up, which it does only by raising what before_start raised."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _run(self) -> None:
        pause_s = 0.0
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            if self._before_start:
                self._before_start()
            began = loop.time()
            self._process = await start(self.program)
            if self._stopping.is_set():  # stop() came while it was being started
                await stop(self._process, self.program)
                return
            code = await self._process.wait()
            kill_group(self._process.pid)  # it may have left children of its own
            if self._stopping.is_set():
                return
            self.crashes += 1
            pause_s = next_pause(pause_s, loop.time() - began)
            self._report_end(code, pause_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)

    def _report_end(self, code: int, pause_s: float) -> None:
        how = signal.Signals(-code).name if code < 0 else str(code)
        self._say(
            self.program.name,
            Bilingual(
                f"意外退出（{how}），{pause_s:g} 秒后重新启动；日志：{self.program.log}",
                f"ended unexpectedly ({how}), starting again in {pause_s:g} s; log: {self.program.log}",
            ),
        )

    async def stop(self) -> None:
        self._stopping.set()
        if self._process is not None:
            await stop(self._process, self.program)
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
