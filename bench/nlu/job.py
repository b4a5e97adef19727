"""One pipeline trained on one split and tried on its tests, in two processes that only meet in a folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.nlu.pipelines import VECTORS, Config
from bench.nlu.sets import ROOT, Rows, Split

JOB, TRAINED, SERVED = "job.json", "trained.json", "served.json"
CONFIG, EXAMPLES, MODEL = "config.yml", "nlu.yml", "model"
_TOLD_OF_A_FAILURE = 12_000  # characters: Rasa wraps what went wrong several times
#: What Rasa would read as the mark of an entity.
_MARKUP = re.compile(r"\](?=[\[({])")


@dataclass(frozen=True)
class Outcome:
    """trained: seconds and megabytes; served: megabytes, and a list of predictions for each test."""

    trained: dict[str, Any]
    served: dict[str, Any]


def run(split: Split, config: Config, vectors: Path, *, foreign: bool) -> Outcome:
    """Train and try.  vectors: the file that keeps them.  Raises RuntimeError with the end of the log."""
    with tempfile.TemporaryDirectory(prefix="bench-nlu-") as name:
        folder = Path(name)
        for part in config["pipeline"]:
            if part["name"] == VECTORS:
                part["cache"] = str(vectors)
        feelings = sorted({row.emotion for row in split.train if row.emotion}) if foreign else []
        job = {
            "emotions": feelings,
            "tests": {test: [row.text for row in rows] for test, rows in split.tests.items()},
        }
        (folder / JOB).write_text(json.dumps(job), "utf-8")
        (folder / CONFIG).write_text(yaml.safe_dump(config), "utf-8")
        (folder / EXAMPLES).write_text(examples_file(split.train), "utf-8")
        return Outcome(
            _step("train", folder, TRAINED, threads=os.cpu_count() or 1),
            _step("serve", folder, SERVED, threads=1),  # as the bot does
        )


def examples_file(rows: Rows) -> str:
    """Rows in Rasa's short form, which is read many times faster than one with metadata at each example."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        groups[row.label, row.emotion].append(_MARKUP.sub("] ", row.text))
    blocks = [
        {
            "intent": label,
            **({"metadata": {"emotion": emotion}} if emotion else {}),
            "examples": "".join(f"- {text}\n" for text in texts),
        }
        for (label, emotion), texts in groups.items()
    ]
    return yaml.dump({"version": "3.1", "nlu": blocks}, Dumper=yaml.CSafeDumper, allow_unicode=True)


def read(folder: Path) -> dict[str, Any]:
    job: dict[str, Any] = json.loads((folder / JOB).read_text("utf-8"))
    return job


def quiet() -> None:
    """Rasa's warnings about a project that is not one are no news here."""
    import logging
    import warnings

    from rasa.utils.log_utils import configure_structlog

    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR)
    configure_structlog(logging.ERROR)


def _step(name: str, folder: Path, answer: str, *, threads: int) -> dict[str, Any]:
    log = folder / f"{name}.log"
    with log.open("w", encoding="utf-8") as output:
        command = [sys.executable, "-m", f"bench.nlu.{name}", str(folder)]
        code = subprocess.run(
            command,
            cwd=ROOT,
            env=_environment(folder, threads),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    if code:
        raise RuntimeError(f"{name} ended with {code}: {log.read_text('utf-8')[-_TOLD_OF_A_FAILURE:]}")
    found: dict[str, Any] = json.loads((folder / answer).read_text("utf-8"))
    return found


def _environment(folder: Path, threads: int) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),  # or Rasa would find the last run's components
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        # read when the first library that brings OpenMP is loaded: threads that spin starve each other
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "passive",
    }
