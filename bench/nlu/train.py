"""Trains a model for `job.run`: `python -m bench.nlu.train FOLDER`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from bench.nlu.job import CONFIG, EXAMPLES, MODEL, TRAINED, quiet, read
from bench.nlu.pipelines import VECTORS

#: So many texts are encoded without a cache, to know what all would cost.
_SAMPLE = 256


def main(folder: Path) -> None:
    # loaded first, so that seconds of training are none of importing
    import rasa.engine.recipes.default_components  # noqa: F401
    from rasa.model_training import train_nlu
    from rasa.shared.nlu.training_data.loading import load_data

    quiet()
    config: dict[str, Any] = yaml.safe_load((folder / CONFIG).read_text("utf-8"))
    part = next((part for part in config["pipeline"] if part["name"] == VECTORS), None)
    embed_s = 0.0
    if part:
        _feelings(read(folder)["emotions"])
        examples = load_data(str(folder / EXAMPLES)).training_examples
        embed_s = _embed([example.get("text") for example in examples], part["encoder"], Path(part["cache"]))
    began = time.perf_counter()
    model = train_nlu(
        str(folder / CONFIG), str(folder / EXAMPLES), output=str(folder), fixed_model_name=MODEL
    )
    took = time.perf_counter() - began
    size = Path(str(model)).stat().st_size
    found = {"fit_s": took, "embed_s": embed_s, "archive_mb": size / 1e6}
    (folder / TRAINED).write_text(json.dumps(found), "utf-8")


def _embed(texts: list[str], setting: str, cache: Path) -> float:
    """Seconds that encoding all texts would take with an empty cache, which is filled on the way."""
    from bot.nlu.language import normalise
    from encoder import CachedEncoder, encoder_for

    encoder = encoder_for(setting)
    if encoder is None:
        return 0.0
    unique = sorted({normalise(text) for text in texts})
    sample = unique[:: max(1, len(unique) // _SAMPLE)]
    encoder.encode(sample[:8])
    began = time.perf_counter()
    encoder.encode(sample)
    took = (time.perf_counter() - began) * len(unique) / len(sample)
    CachedEncoder(encoder, cache).encode(unique)
    return took


def _feelings(names: list[str]) -> None:
    """Our component refuses feelings that the bot has no answer to; public sets have their own."""
    if names:
        import bot.nlu.emotion

        setattr(bot.nlu.emotion, "EMOTIONS", tuple(names))  # noqa: B010 - narrower than its type


if __name__ == "__main__":
    main(Path(sys.argv[1]))
