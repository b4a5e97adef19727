"""What an idle instance holds in memory, process by process."""

from __future__ import annotations

import time

import psutil

from bench.report import Result
from tests.support.instance import running

SETTLE_S = 15.0


def run() -> Result:
    result = Result("memory", f"an instance with its bot, {SETTLE_S:g} s after it answered")
    with running(with_bot=True) as instance:
        time.sleep(SETTLE_S)
        for role, most in (("service", 150.0), ("postgres", 100.0), ("rasa", None), ("actions", None)):
            process = instance.child(role)
            if process is None:
                result.notes.append(f"{role} was not found")
                continue
            result.add(role, _megabytes(process), "MB", most=most)
        result.add("supervisor", _megabytes(psutil.Process(instance.process.pid), alone=True), "MB")
    result.notes.append(
        "proportional set size where the system tells it: memory that processes share is counted once"
    )
    return result


def _megabytes(process: psutil.Process, *, alone: bool = False) -> float:
    parts = [process] if alone else [process, *process.children(recursive=True)]
    total = 0
    for part in parts:
        try:
            whole = part.memory_full_info()
            total += getattr(whole, "pss", whole.rss)
        except psutil.Error:
            continue
    return total / 2**20
