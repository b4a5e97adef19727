"""Train the model if what it is made of has changed: `python -m bot.train`.

The name of a model ends in a hash of everything it depends on, so an existing file is the right one.  The
last line on standard output is the model's path.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What a model is made of, relative to the root.
INGREDIENTS = ("config.yml", "domain.yml", "data", "bot/nlu", "encoder", "bot/uv.lock")
_SUFFIXES = {".yml", ".yaml", ".py", ".lock"}


def ingredients(root: Path = ROOT) -> Iterator[Path]:
    """Every file that goes into a model, in a fixed order."""
    for name in INGREDIENTS:
        path = root / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (f for f in files if f.is_file() and f.suffix in _SUFFIXES)


def content_hash(root: Path = ROOT) -> str:
    """Twelve hex digits that change when any ingredient does."""
    digest = hashlib.sha256()
    for path in ingredients(root):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def model_path(root: Path = ROOT) -> Path:
    """Where the model for the present ingredients is, or will be."""
    return root / "models" / f"keting-{content_hash(root)}.tar.gz"


def train(target: Path, root: Path = ROOT) -> None:
    """Train into target.  An interrupted training leaves no file under that name."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _say("loading Rasa")
    from rasa.model_training import train as rasa_train
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    configure_logging_and_warnings(logging.WARNING, warn_only_once=True, filter_repeated_logs=True)
    _say("training intents, emotions, entities and rules")
    workshop = target.parent / f".{target.name}.{os.getpid()}"
    try:
        result = rasa_train(
            domain=str(root / "domain.yml"),
            config=str(root / "config.yml"),
            training_files=[str(root / "data")],
            output=str(workshop),
            fixed_model_name=target.name[: -len(".tar.gz")],
            force_training=True,
        )
        if not result.model:
            raise SystemExit(f"training failed with code {result.code}")
        os.replace(result.model, target)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train the bot's model if its ingredients have changed.")
    parser.add_argument("--force", action="store_true", help="train even if the model is there")
    parser.add_argument("--print-path", action="store_true", help="only say where the model is or will be")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    target = model_path()
    if not options.print_path and (options.force or not target.exists()):
        started = time.monotonic()
        target.parent.mkdir(exist_ok=True)
        train(target)
        _say(f"trained in {time.monotonic() - started:.0f} s, {target.stat().st_size / 1e6:.1f} MB")
    print(target.relative_to(ROOT))
    return 0


def _say(what: str) -> None:
    print(f"bot.train: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
