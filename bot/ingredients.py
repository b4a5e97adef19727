"""What a model is made of, and the name that it gets after that.  Needs no Rasa."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What a model is made of, relative to the root.
INGREDIENTS = ("config.yml", "domain.yml", "data", "bot/nlu", "encoder", "bot/uv.lock")
#: What must be the same for an older model to answer: what loads it, and the actions that it calls.
CODE = ("config.yml", "actions", "bot/nlu", "encoder", "bot/uv.lock")
_SUFFIXES = {".yml", ".yaml", ".py", ".lock"}


def ingredients(root: Path = ROOT, names: Sequence[str] = INGREDIENTS) -> Iterator[Path]:
    """Every file that goes into a model, in a fixed order."""
    for name in names:
        path = root / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (f for f in files if f.is_file() and f.suffix in _SUFFIXES)


def content_hash(root: Path = ROOT, names: Sequence[str] = INGREDIENTS) -> str:
    """Twelve hex digits that change when any ingredient does."""
    digest = hashlib.sha256()
    for path in ingredients(root, names):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def model_path(root: Path = ROOT) -> Path:
    """Where the model for the present ingredients is, or will be."""
    return root / "models" / f"keting-{content_hash(root)}.tar.gz"
