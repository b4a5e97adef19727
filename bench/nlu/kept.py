"""Results on disk, by everything that they depend on: what took hours is done once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.nlu.measured import Measured
from bench.nlu.sets import Split


def folder() -> Path:
    return Path(os.environ.get("KETING_BENCH_CACHE") or Path.home() / ".cache" / "keting-bench")


def key(splits: Sequence[Split], config: dict[str, Any], code: str) -> str:
    """Changes with the data, the configuration or the code."""
    told = [[list(split.train), split.tests, split.slices] for split in splits]
    text = json.dumps([told, config, code], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def load(of: str, pipeline: str, name: str) -> Measured | None:
    try:
        return Measured(**json.loads(_path(of, pipeline, name).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # never measured, or by an older version of this file


def save(measured: Measured, name: str) -> None:
    path = _path(measured.of, measured.pipeline, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(measured)), "utf-8")


def _path(of: str, pipeline: str, name: str) -> Path:
    return folder() / "results" / f"{of}-{pipeline}-{name}.json"
