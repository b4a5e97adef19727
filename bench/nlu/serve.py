"""Tries a trained model for `job.run`: `python -m bench.nlu.serve FOLDER`."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.nlu.job import MODEL, SERVED, quiet, read

_WARM_UP = 30
_FALLBACK = "nlu_fallback"
_RANKING = 3


async def main(folder: Path) -> None:
    from rasa.core.agent import Agent

    quiet()
    agent = Agent.load(str(folder / f"{MODEL}.tar.gz"))
    for number in range(_WARM_UP):
        await agent.parse_message(f"warming up, message {number} 预热 {number}")
    tests: dict[str, list[dict[str, Any]]] = {}
    for name, texts in read(folder)["tests"].items():
        tests[name] = [await _parsed(agent, text) for text in texts]
    (folder / SERVED).write_text(json.dumps({"rss_mb": _resident_mb(), "tests": tests}), "utf-8")


async def _parsed(agent: Any, text: str) -> dict[str, Any]:
    """One message, as a turn has it understood: alone."""
    began, worked = time.perf_counter(), time.process_time()
    found = await agent.parse_message(text)
    took, cpu = time.perf_counter() - began, time.process_time() - worked
    # a fallback hides what it fell back from, which is what is scored
    ranking = [i for i in found.get("intent_ranking") or [found["intent"]] if i["name"] != _FALLBACK]
    return {
        "ms": took * 1000,
        "cpu_ms": cpu * 1000,
        "ranking": [str(intent["name"]) for intent in ranking[:_RANKING]],
        "confidence": float(ranking[0]["confidence"]) if ranking else 0.0,
        "scope": found.get("scope"),
        "emotion": found.get("emotion"),
    }


def _resident_mb() -> float | None:
    """Resident memory of this process; None where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
