"""Model files and what they make of sentences, without Rasa, whose imports alone would take longer."""

from __future__ import annotations

import contextlib
import json
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.cues import with_cues
from bot.nlu.heads import Numbers
from bot.nlu.language import normalise
from bot.nlu.scope import Scope
from bot.nlu.text_model import TextModel
from bot.tools.words import Bilingual
from encoder import CachedEncoder, EncoderMissing, encoder_for

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
#: Which component of the pipeline owns what is read here.
_INTENTS, _EMOTIONS, _VECTORS = "bot.nlu.intent.FastIntent", "bot.nlu.emotion.Emotion", "SentenceVectors"


class ToolFailed(Exception):
    """A tool cannot go on; text says why and what to do."""

    def __init__(self, text: Bilingual) -> None:
        super().__init__(text.en)
        self.text = text


def unreadable(path: Path, err: Exception) -> Bilingual:
    return Bilingual(f"无法读取 {path}：{err}", f"{path} cannot be read: {err}")


@dataclass(frozen=True)
class Understood:
    """What a model made of one sentence, before any conversation is considered.

    gap: between the likeliest intent and the next.  scope: see `Scope.score`; 1.0 for a model without.
    answered: sure enough that the bot acts on it instead of asking back.
    """

    intent: str
    confidence: float
    gap: float
    scope: float
    answered: bool
    emotion: str
    emotion_confidence: float


@dataclass(frozen=True)
class Gates:
    """From which confidence the bot acts, as `config.yml` names them when the model is trained."""

    threshold: float = 0.0
    ambiguity: float = 0.0
    scope: float = 0.0
    emotion: float = 0.0


@dataclass(frozen=True)
class NluModel:
    """The two classifiers of a model.  encoder: a setting as `encoder.encoder_for` takes it."""

    name: str
    intents: TextModel
    emotions: TextModel | None
    scope: Scope | None
    encoder: str
    gates: Gates

    def understand(self, texts: Sequence[str]) -> list[Understood]:
        """One answer a raw text, in order."""
        if not texts:
            return []
        plain = [normalise(text) for text in texts]
        vectors = encoded(plain, self.encoder)
        known, outstanding = self.intents.judge(plain, vectors)
        scopes = np.ones(len(plain))
        if self.scope:
            scopes = self.scope.score(outstanding, None if vectors is None else self.intents.centred(vectors))
        feelings = [("neutral", 1.0)] * len(plain)
        if self.emotions:
            felt = self.emotions.probabilities([with_cues(text) for text in plain], vectors)
            feelings = [self._feeling(*self.emotions.ranked(row)[0]) for row in felt]
        rankings = [self.intents.ranked(row) for row in known]
        return [
            self._understood(ranking, float(scope), feeling)
            for ranking, scope, feeling in zip(rankings, scopes, feelings, strict=True)
        ]

    def _understood(
        self, ranking: list[tuple[str, float]], scope: float, feeling: tuple[str, float]
    ) -> Understood:
        (intent, confidence), *others = ranking
        gap = confidence - (others[0][1] if others else 0.0)
        sure = (
            confidence >= self.gates.threshold and gap >= self.gates.ambiguity and scope >= self.gates.scope
        )
        return Understood(intent, confidence, gap, scope, sure, *feeling)

    def _feeling(self, name: str, confidence: float) -> tuple[str, float]:
        """An emotion that is not sure enough is reported as neutral, as `bot.nlu.emotion` does."""
        if name != "neutral" and confidence < self.gates.emotion:
            return "neutral", 1.0 - confidence
        return name, confidence


def encoded(plain: Sequence[str], setting: str) -> Numbers | None:
    """Vectors of normalised texts, kept beside those of the training data; None where there is no encoder."""
    encoder = _encoder(setting)
    return None if encoder is None else encoder.encode(plain)


@cache
def _encoder(setting: str) -> CachedEncoder | None:
    try:
        found = encoder_for(setting)
    except EncoderMissing as err:
        raise ToolFailed(Bilingual(f"向量模型不可用：{err}", f"the encoder is missing: {err}")) from err
    return CachedEncoder(found, MODELS / "vectors.sqlite") if found else None


def find(name: str, folder: Path = MODELS) -> Path:
    """A model by its path, its file name, or the beginning of its hash.  Raises ToolFailed if none fits."""
    if Path(name).is_file():
        return Path(name)
    models = sorted(folder.glob("*.tar.gz"))
    fits = [path for path in models if name and path.name.startswith((name, f"keting-{name}"))]
    if len(fits) == 1:
        return fits[0]
    there = ", ".join(path.name for path in models) or "-"
    if fits:
        many = ", ".join(path.name for path in fits)
        raise ToolFailed(Bilingual(f"“{name}”对应多个模型：{many}", f"{name!r} fits several models: {many}"))
    raise ToolFailed(
        Bilingual(f"找不到模型“{name}”。现有模型：{there}", f"no model {name!r}. There are: {there}")
    )


def newest(folder: Path = MODELS) -> Path:
    """The model that was trained last.  Raises ToolFailed if there is none."""
    there = sorted(folder.glob("keting-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not there:
        raise ToolFailed(
            Bilingual(
                "还没有模型，请先运行 keting train。", "there is no model yet: run `keting train` first."
            )
        )
    return there[-1]


def load(path: Path) -> NluModel:
    """Raises ToolFailed for a file that is no model of ours, or one of another version."""
    try:
        with _unpacked(path) as folder:
            nodes = json.loads((folder / "metadata.json").read_text("utf-8"))["predict_schema"]["nodes"]
            intents = _folder(folder, _INTENTS)
            emotions = _folder(folder, _EMOTIONS)
            return NluModel(
                path.name,
                TextModel.load(intents, "intents"),
                TextModel.load(emotions, "emotions") if (emotions / "emotions.json").exists() else None,
                Scope.load(intents, "scope") if (intents / "scope.npz").exists() else None,
                str(_config(nodes, _VECTORS).get("encoder", "auto")) if _has(nodes, _VECTORS) else "none",
                _gates(nodes),
            )
    except (OSError, tarfile.TarError, KeyError, ValueError, StopIteration) as err:
        raise ToolFailed(
            Bilingual(
                f"无法读取模型 {path.name}（{type(err).__name__}）：请用当前版本重新训练。",
                f"{path.name} cannot be read ({type(err).__name__}): train it again with this version.",
            )
        ) from err


def _gates(nodes: Mapping[str, Any]) -> Gates:
    fallback, emotion = _config(nodes, "FallbackClassifier"), _config(nodes, _EMOTIONS)
    return Gates(
        float(fallback.get("threshold", 0.0)),
        float(fallback.get("ambiguity_threshold", 0.0)),
        float(_config(nodes, "ScopeGate").get("floor", 0.0)),
        float(emotion.get("threshold", 0.0)),
    )


def _has(nodes: Mapping[str, Any], component: str) -> bool:
    return any(component in name for name in nodes)


def _config(nodes: Mapping[str, Any], component: str) -> Mapping[str, Any]:
    return next((node["config"] for name, node in nodes.items() if component in name), {})


def _folder(root: Path, component: str) -> Path:
    return next(path for path in (root / "components").iterdir() if component in path.name)


@contextlib.contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The classifiers' files of a model below a folder that goes away; nothing else is written."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(path) as archive:
        for member in archive:
            parts = [part for part in member.name.split("/") if part]
            wanted = parts == ["metadata.json"] or (len(parts) == 3 and _is_ours(parts[1]))
            source = archive.extractfile(member) if wanted and ".." not in parts else None
            if source is not None:
                target = Path(folder, *parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read())
        yield Path(folder)


def _is_ours(component: str) -> bool:
    return _INTENTS in component or _EMOTIONS in component
