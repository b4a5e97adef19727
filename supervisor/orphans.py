"""Ends what a killed supervisor left alive: grandchildren that no leash reached.

Call it with the instance's lock held: then nobody else can own a process that carries our mark.  Works
where there is a /proc; elsewhere there is nothing to look into.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from supervisor.child import MARK

PROC = Path("/proc")


def marked(data_dir: Path) -> list[int]:
    """Processes of this instance other than the caller and those that it was started from."""
    mark = f"{MARK}={data_dir}".encode()
    ours = _ancestors(os.getpid())
    return [pid for pid in _pids() if pid not in ours and mark in _environment(pid)]


def end_orphans(data_dir: Path, patience_s: float = 10) -> int:
    """Kill them and wait until they are gone; returns how many there were."""
    found = marked(data_dir)
    for pid in found:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + patience_s
    while marked(data_dir) and time.monotonic() < deadline:
        time.sleep(0.02)
    return len(found)


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()] if PROC.is_dir() else []


def _environment(pid: int) -> list[bytes]:
    """Empty for the dead, for zombies and for those that we may not look into."""
    try:
        return (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _ancestors(pid: int) -> set[int]:
    found = set()
    while pid > 0 and pid not in found:
        found.add(pid)
        try:
            pid = int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            break
    return found
