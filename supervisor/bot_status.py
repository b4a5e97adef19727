"""How far the bot is: a small file that the supervisor writes and the service shows in the console."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from core.bilingual import Bilingual
from supervisor.terminal import Say

Stage = Literal["absent", "installing", "training", "starting", "ready", "failed"]

WORDS: dict[Stage, Bilingual] = {
    "absent": Bilingual("机器人不由本程序运行", "the bot is not run from here"),
    "installing": Bilingual("正在安装机器人环境", "installing the bot's environment"),
    "training": Bilingual("正在训练机器人", "training the bot"),
    "starting": Bilingual("正在启动机器人", "starting the bot"),
    "ready": Bilingual("机器人已就绪", "the bot is ready"),
    "failed": Bilingual("机器人无法就绪", "the bot could not be made ready"),
}


class BotStatus:
    """Writes the file whole or not at all, and says each new stage on the terminal.

    The file is an object: stage, detail (a short technical text, the same in every language, may be empty),
    percent (0 to 100 or null: not known), at (UTC, ISO 8601), url and model (where the bot answers and the
    file it runs, null before there is one), release (what became of the last wish for another model, or null:
    id, model, state starting, live or failed, detail), training (of the last wish to train: see Trainings).
    """

    def __init__(self, path: Path, say: Say) -> None:
        self.path = path
        self.stage: Stage | None = None
        self.url: str | None = None
        self.model: str | None = None
        self.release: dict[str, Any] | None = None
        self.training: dict[str, Any] | None = None
        self._say = say
        self._said = -1

    def report(self, stage: Stage, detail: str = "", percent: int | None = None) -> None:
        content = {
            "stage": stage,
            "detail": detail,
            "percent": percent,
            "at": datetime.now(UTC).isoformat(),
            "url": self.url,
            "model": self.model,
            "release": self.release,
            "training": self.training,
        }
        draft = self.path.with_name(f".{self.path.name}.new")
        draft.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        os.replace(draft, self.path)
        tenth = -1 if percent is None else percent // 10
        if stage != self.stage or tenth > self._said:
            suffix = "".join(
                [f" {percent} %" if percent is not None else "", f" ({detail})" if detail else ""]
            )
            self._say("bot", Bilingual(WORDS[stage].zh + suffix, WORDS[stage].en + suffix))
            self._said = tenth
        self.stage = stage
