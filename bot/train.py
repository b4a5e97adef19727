"""Train the model if what it is made of has changed: `python -m bot.train`.

The name of a model ends in a hash of everything it depends on, so an existing file is the right one.  The
last line on standard output is the model's path; how far it is, is said on standard error.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import time
import warnings
from pathlib import Path

from bot.ingredients import CODE, ROOT
from bot.ingredients import content_hash as content_hash
from bot.ingredients import model_path as model_path
from bot.tools.steps import LOADING, PACKING, READING, Steps
from bot.tools.words import Bilingual, add_language, exit_status


def train(target: Path, root: Path = ROOT, steps: Steps | None = None) -> None:
    """Train into target.  An interrupted training leaves no file under that name."""
    steps = steps or Steps("en")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Read when OpenMP is loaded.  A batch of texts is shared out among threads, each with a text of its own.
    os.environ |= {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": str(os.cpu_count() or 1)}
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    steps.at(*LOADING)
    from rasa.model_training import train as rasa_train
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    configure_logging_and_warnings(logging.WARNING, warn_only_once=True, filter_repeated_logs=True)
    # the one kind is about other people's code, the other about components of Rasa that we do without
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", message="You have defined (training data|synonyms)")
    steps.follow()
    steps.at(*READING)
    workshop = target.parent / f".{target.name}.{os.getpid()}"
    workshop.mkdir(parents=True)
    try:
        result = rasa_train(
            domain=str(root / "domain.yml"),
            config=str(_config(root, workshop)),
            training_files=[str(root / "data")],
            output=str(workshop),
            fixed_model_name=target.name[: -len(".tar.gz")],
            force_training=True,
        )
        if not result.model:
            raise SystemExit(f"training failed with code {result.code}")
        steps.at(*PACKING)
        os.replace(result.model, target)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _config(root: Path, workshop: Path) -> Path:
    """The configuration, with an importer that reads the same data in less time."""
    quick = workshop / "config.yml"
    importer = "bot.tools.importer.QuickImporter"
    quick.write_text(f"{(root / 'config.yml').read_text('utf-8')}\nimporters:\n- name: {importer}\n", "utf-8")
    return quick


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train the bot's model if its ingredients have changed.")
    parser.add_argument("--force", action="store_true", help="train even if the model is there")
    parser.add_argument("--print-path", action="store_true", help="only say where the model is or will be")
    parser.add_argument("--print-code", action="store_true", help="only say which code a model needs")
    add_language(parser)
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    if options.print_code:
        print(content_hash(names=CODE))
        return 0
    target = model_path()
    if not options.print_path:
        _train_unless_there(target, options.force, Steps(options.lang))
    print(target.relative_to(ROOT))
    return 0


def _train_unless_there(target: Path, forced: bool, steps: Steps) -> None:
    if target.exists() and not forced:
        steps.say(Bilingual("数据没有变化，模型已是最新", "nothing has changed: the model is up to date"))
        return
    started = time.monotonic()
    target.parent.mkdir(exist_ok=True)
    train(target, steps=steps)
    took, size = f"{time.monotonic() - started:.0f}", f"{target.stat().st_size / 1e6:.1f} MB"
    steps.say(Bilingual(f"训练完成，用时 {took} 秒，{size}", f"trained in {took} s, {size}"))


if __name__ == "__main__":
    sys.exit(exit_status(main))
