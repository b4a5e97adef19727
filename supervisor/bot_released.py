"""Which model answered here last, kept for the next start."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from core.settings import Settings
from supervisor.bot_model import present_code
from supervisor.environment import ROOT
from supervisor.wishes import read_object

MODELS = ROOT / "models"


@dataclass(frozen=True)
class Released:
    """wish: the last wish for a release that was settled.  model: the file that answered.  data: the model of
    those data for which it did.  code: what it was started with, see `present_code`.
    """

    wish: int
    model: str
    data: str
    code: str

    @classmethod
    def read(cls, settings: Settings) -> Released:
        """Empty where nothing has answered yet."""
        kept = read_object(_path(settings))
        wish = kept.get("wish")
        texts = [str(kept.get(name) or "") for name in ("model", "data", "code")]
        return cls(wish if isinstance(wish, int) else 0, *texts)

    def write(self, settings: Settings) -> None:
        path = _path(settings)
        draft = path.with_name(f".{path.name}.new")
        draft.write_text(json.dumps(asdict(self)), "utf-8")
        os.replace(draft, path)


def substitute(settings: Settings, models: Path = MODELS) -> Path | None:
    """The model that answered last, if it can answer with the code as it is now."""
    last = Released.read(settings)
    model = models / Path(last.model or "-").name
    return model if model.is_file() and last.code == present_code() else None


def _path(settings: Settings) -> Path:
    return settings.data_dir / "bot-released.json"
