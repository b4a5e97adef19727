"""One child process: started on a leash, stopped politely, then for good."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from supervisor.accounts import Account

LEASH = Path(__file__).with_name("leash.py")
#: Every child carries it, so that the next start finds what a crash left alive.
MARK = "KETING_INSTANCE"
LARGEST_LOG = 10 * 1024 * 1024


@dataclass(frozen=True)
class Program:
    """What to run and how to end it.  Each child leads a process group of its own."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path  # takes its output; kept from run to run, one older file is kept beside it
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 15
    #: Sent by the kernel when the supervisor dies without stopping its children.
    death_signal: signal.Signals = field(default=signal.SIGKILL)


def leashed(
    argv: Sequence[str], account: Account | None = None, death_signal: signal.Signals = signal.SIGKILL
) -> list[str]:
    """The command line that runs argv as our child on a leash."""
    who = [str(account.uid), str(account.gid)] if account else ["-", "-"]
    return [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(death_signal)), *who, *argv]


async def start(program: Program) -> asyncio.subprocess.Process:
    """Start it from the main thread: the leash is tied to the thread that forks."""
    with _open_log(program.log) as log:
        return await asyncio.create_subprocess_exec(
            *leashed(program.argv, program.account, program.death_signal),
            env=program.env,
            cwd=program.cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,
        )


def _open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


async def stop(process: asyncio.subprocess.Process, program: Program) -> None:
    """Ask it to stop, wait, then kill whatever is left of its group."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(program.stop_signal)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), program.stop_timeout_s)
    kill_group(process.pid)
    await process.wait()


def kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for the terminal when a child failed."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""
