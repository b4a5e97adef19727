"""What is compared: ours, linear Rasa, and what `rasa init` writes."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from bench.nlu.sets import ROOT, BenchSet

Config = dict[str, Any]

NAMES = ("ours", "lr", "diet")
_WHAT = {
    "ours": "n-grams and sentence vector, intent and emotion in one parse (config.yml)",
    "lr": "Rasa: CountVectors of words and of 1 to 4 characters, LogisticRegressionClassifier",
    "diet": "Rasa: the pipeline that `rasa init` writes, DIET of 100 epochs",
}
VECTORS = "bot.nlu.vectors.SentenceVectors"
EMOTION = "bot.nlu.emotion.Emotion"
#: Of config.yml: what understands a text.  What decides about it afterwards is no matter of accuracy.
_OURS = ("bot.nlu.normalizer.Normalizer", VECTORS, "bot.nlu.intent.FastIntent", EMOTION)


def what(name: str) -> str:
    return _WHAT[name]


def config(name: str, of: BenchSet) -> Config:
    """A config.yml for a set."""
    pipeline = {"ours": _ours, "lr": _lr, "diet": _diet}[name](of)
    return {"recipe": "default.v1", "assistant_id": "bench", "language": of.language, "pipeline": pipeline}


def code_hash(name: str) -> str:
    """Changes when the code behind a pipeline does: our files, or Rasa's release."""
    if name != "ours":
        from importlib.metadata import version

        return version("rasa")
    digest = hashlib.sha256()
    for folder in ("bot/nlu", "encoder"):
        for path in sorted((ROOT / folder).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _ours(of: BenchSet) -> list[Config]:
    known = {
        part["name"]: part for part in yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    }
    parts = [dict(known[name]) for name in _OURS]
    if of.foreign:
        # where neutral is one feeling among others, no doubt is to be reported as neutral
        parts[-1]["threshold"] = 0.0
    return parts


def _lr(of: BenchSet) -> list[Config]:
    return [
        {"name": _tokenizer(of)},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "LogisticRegressionClassifier"},
    ]


def _diet(of: BenchSet) -> list[Config]:
    """Read from the installed Rasa, which fills it in for a new project."""
    spec = find_spec("rasa")
    assert spec and spec.origin
    path = Path(spec.origin).parent / "engine" / "recipes" / "config_files" / "default_config.yml"
    parts = yaml.safe_load(path.read_text("utf-8"))["pipeline"]
    return [{"name": _tokenizer(of)} if part["name"] == "WhitespaceTokenizer" else part for part in parts]


def _tokenizer(of: BenchSet) -> str:
    return "JiebaTokenizer" if of.language == "zh" else "WhitespaceTokenizer"
