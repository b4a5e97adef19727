"""``keting up``: a whole instance under one supervisor, in the foreground, until a signal stops it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from core.bilingual import Bilingual
from core.settings import Settings
from supervisor.errors import SupervisorError
from supervisor.instance import SERVICE, Instance
from supervisor.lock import instance_lock
from supervisor.orphans import end_orphans
from supervisor.ports import free_port, require_free
from supervisor.terminal import Say, terminal

MANY_FILES = 65536


@dataclass(frozen=True)
class Options:
    """What the command line of ``keting up`` chooses; service is the command of the service process."""

    with_bot: bool = True
    tls_self_signed: bool = False
    service: Sequence[str] = SERVICE


def up(settings: Settings, options: Options = Options()) -> int:
    """Run until stopped; returns the exit code.  What keeps us from running is said, not raised."""
    say = terminal()
    try:
        with instance_lock(settings.data_dir, settings.public_url):
            _raise_file_limit()
            if ended := end_orphans(settings.data_dir):
                say(
                    "keting",
                    Bilingual(f"清理了上次遗留的 {ended} 个进程", f"ended {ended} left-over processes"),
                )
            require_free(settings.port, settings.host)
            asyncio.run(_run(_with_free_ports(settings), say, options))
    except SupervisorError as error:
        say("keting", error.text)
        return 1
    return 0


def _raise_file_limit() -> None:
    """A thousand open sockets need more files than the usual soft limit; children inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    if soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _with_free_ports(settings: Settings) -> Settings:
    """The bot's loopback ports: nobody outside knows them, so any free ones will do."""
    if not settings.runs_bot:
        return settings
    rasa_port = free_port(settings.rasa_port)
    actions_port = free_port(settings.actions_port)
    bot_url = f"http://127.0.0.1:{rasa_port}"
    return replace(settings, rasa_port=rasa_port, actions_port=actions_port, bot_url=bot_url)


async def _run(settings: Settings, say: Say, options: Options) -> None:
    _stop_on_signals(say)
    async with AsyncExitStack() as stack:
        with contextlib.suppress(asyncio.CancelledError):
            instance = Instance(settings, say, stack, options.service)
            await instance.run(with_bot=options.with_bot, tls_self_signed=options.tls_self_signed)
    say("keting", Bilingual("已全部停止", "everything is stopped"))


def _stop_on_signals(say: Say) -> None:
    """The first signal stops in order; the next one leaves at once, and the children's leashes end them."""
    task = asyncio.current_task()
    assert task is not None
    asked = False

    def stop() -> None:
        nonlocal asked
        if asked:
            os._exit(130)
        asked = True
        task.cancel()
        say("keting", Bilingual("正在停止……（再按一次立即退出）", "stopping ... (once more: at once)"))

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
